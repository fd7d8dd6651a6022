//! The files that make up an application with its profiles.

use crate::format::Format;

/// A file to look for, without its extension.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// The file's name without extension: `orders-dev`.
    pub stem: String,
    /// The profile that it is named for.
    pub profile: Option<String>,
}

impl Candidate {
    /// The names of the files of this stem, highest precedence first. The
    /// last, `.json`, is configuration only when it was written through the
    /// API.
    pub fn file_names(&self) -> impl Iterator<Item = String> + '_ {
        Format::EXTENSIONS
            .iter()
            .map(|extension| format!("{}.{extension}", self.stem))
    }
}

/// The application whose files all others share.
const SHARED: &str = "application";

/// The files to look for, highest precedence first: for each profile, the
/// last named first, what is named for it; then what is for no profile. At
/// each level the last named application comes first and `application` last.
/// Applications and profiles given twice count where they are first given.
pub fn candidates(applications: &[&str], profiles: &[&str]) -> Vec<Candidate> {
    candidates_in(applications, profiles, &[""])
}

/// As [`candidates`], in several folders: paths from the top, without a slash at the end, of which
/// the last has precedence at each level. The empty path is the top.
pub fn candidates_in(applications: &[&str], profiles: &[&str], folders: &[&str]) -> Vec<Candidate> {
    let applications = unique(std::iter::once(&SHARED).chain(applications));
    let profiles = unique(profiles);
    let levels = profiles.into_iter().rev().map(Some).chain([None]);
    levels
        .flat_map(|profile| level(&applications, profile, folders))
        .collect()
}

fn level<'a>(
    applications: &'a [&str],
    profile: Option<&'a str>,
    folders: &'a [&str],
) -> impl Iterator<Item = Candidate> + 'a {
    let folders = folders.iter().rev();
    let places = folders.flat_map(|folder| applications.iter().rev().map(move |app| (folder, app)));
    places.map(move |(folder, application)| {
        let slash = if folder.is_empty() { "" } else { "/" };
        let stem = [folder, slash, application].concat();
        Candidate {
            stem: match profile {
                Some(profile) => [&stem, "-", profile].concat(),
                None => stem,
            },
            profile: profile.map(str::to_owned),
        }
    })
}

/// The names without repetition and without empty ones. They come from one
/// request, so they are few.
fn unique<'a>(names: impl IntoIterator<Item = &'a &'a str>) -> Vec<&'a str> {
    let mut unique = Vec::new();
    for name in names {
        if !name.is_empty() && !unique.contains(name) {
            unique.push(*name);
        }
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(applications: &[&str], profiles: &[&str]) -> Vec<String> {
        let candidates = candidates(applications, profiles);
        candidates
            .into_iter()
            .map(|candidate| candidate.stem)
            .collect()
    }

    #[test]
    fn the_last_profile_and_the_last_application_come_first() {
        assert_eq!(
            stems(&["orders", "billing"], &["dev", "prod"]),
            [
                "billing-prod",
                "orders-prod",
                "application-prod",
                "billing-dev",
                "orders-dev",
                "application-dev",
                "billing",
                "orders",
                "application",
            ]
        );
    }

    #[test]
    fn what_is_given_twice_counts_where_it_is_first() {
        assert_eq!(
            stems(&["o", "o"], &["dev", "prod", "dev"]),
            [
                "o-prod",
                "application-prod",
                "o-dev",
                "application-dev",
                "o",
                "application"
            ]
        );
        assert_eq!(
            stems(&["application"], &["default"]),
            ["application-default", "application"]
        );
        assert_eq!(stems(&["o", "application"], &[]), ["o", "application"]);
    }

    #[test]
    fn properties_beat_yml_and_yml_beats_yaml() {
        let candidate = &candidates(&["o"], &[])[0];
        let names: Vec<_> = candidate.file_names().collect();
        assert_eq!(names, ["o.properties", "o.yml", "o.yaml", "o.json"]);
    }
}
