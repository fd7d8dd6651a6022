//! What a caller may do with documents, as their paths and what they were written for say.

use vortex_kit::{
    access::{Access, Asked},
    error::Fault,
};

/// The profile that every other one inherits.
const DEFAULT: &str = "default";
/// The application whose documents all others read, too.
const SHARED: &str = "application";

/// A document by its path.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The label that it is on.
    pub label: &'a str,
    /// Its path.
    pub path: &'a str,
    /// The application that it was written for, where that is known.
    pub app: Option<&'a str>,
    /// The profile that it was written for, where that is known.
    pub profile: Option<&'a str>,
}

impl Named<'_> {
    /// Whether the caller may do this with the document: by the application and profile that it was
    /// written for or, where nobody said for which it was written, by any that its path may stand
    /// for, as each of them reads it.
    ///
    /// What all applications read is no secret to who reads any.
    pub fn is_open_to(&self, access: &Access) -> bool {
        if access.is_reading() && vortex_names::is_of(self.path, self.app, SHARED) {
            return access.allows(Asked::Filtered);
        }
        self.meanings().any(|(app, profile)| {
            access.allows(Asked::Documents {
                labels: &[self.label],
                apps: &[app],
                profiles: &[profile],
            })
        })
    }

    /// Fails unless the caller may do this with the document.
    ///
    /// # Errors
    /// As [`Access::require`].
    pub fn require(&self, access: &Access) -> Result<(), Fault> {
        if self.is_open_to(access) {
            return Ok(());
        }
        let (app, profile) = self.meanings().next().unwrap_or((self.path, DEFAULT));
        access.require(Asked::Documents {
            labels: &[self.label],
            apps: &[app],
            profiles: &[profile],
        })
    }

    /// The applications and profiles that it may be of: `orders-eu-prod.yml` is `orders-eu` in
    /// `prod`, `orders` in `eu-prod`, and `orders-eu-prod` in all profiles.
    pub fn meanings(&self) -> impl Iterator<Item = (&str, &str)> {
        let stem = vortex_names::stem(self.path);
        let known = self.app.map(|app| {
            let named = || stem.strip_prefix(app)?.strip_prefix('-');
            (app, self.profile.or_else(named).unwrap_or(DEFAULT))
        });
        let splits = stem.rmatch_indices('-');
        let splits = splits.map(move |(at, _)| (&stem[..at], &stem[at + 1..]));
        let guessed = splits.chain([(stem, DEFAULT)]);
        let is_known = known.is_some();
        known.into_iter().chain(guessed.filter(move |_| !is_known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meanings(path: &str, app: Option<&str>, profile: Option<&str>) -> Vec<(String, String)> {
        let named = Named {
            label: "main",
            path,
            app,
            profile,
        };
        let meanings = named.meanings();
        meanings
            .map(|(app, profile)| (app.to_owned(), profile.to_owned()))
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let pairs = pairs.iter();
        pairs
            .map(|(app, profile)| ((*app).to_owned(), (*profile).to_owned()))
            .collect()
    }

    #[test]
    fn a_path_stands_for_all_that_read_it() {
        assert_eq!(
            meanings("orders.yml", None, None),
            pairs(&[("orders", "default")])
        );
        assert_eq!(
            meanings("orders-eu-prod.yml", None, None),
            pairs(&[
                ("orders-eu", "prod"),
                ("orders", "eu-prod"),
                ("orders-eu-prod", "default")
            ])
        );
    }

    #[test]
    fn what_a_document_was_written_for_counts_alone() {
        assert_eq!(
            meanings("orders-eu-prod.yml", Some("orders"), Some("eu-prod")),
            pairs(&[("orders", "eu-prod")])
        );
        assert_eq!(
            meanings("orders-eu-prod.yml", Some("orders-eu"), None),
            pairs(&[("orders-eu", "prod")])
        );
        assert_eq!(
            meanings("orders.yml", Some("orders"), None),
            pairs(&[("orders", "default")])
        );
    }
}
