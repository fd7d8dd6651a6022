//! The folders of a label in which configuration is looked for, beside its top.

use std::collections::{BTreeMap, BTreeSet};

use super::{App, Label, LabelState, Profile, SourceName, State, ViewKey};

/// The most folders that the search paths of one configuration may mean.
const MAX_FOLDERS: usize = 1_000;
/// The most paths of a source.
pub(crate) const MAX_SEARCH_PATHS: usize = 100;

/// Where the configurations of sources are looked for, by the sources' names. It is a setting, not
/// part of what is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout(BTreeMap<SourceName, Vec<String>>);

impl Layout {
    /// Of sources with their search paths: folders from the top, with `{application}`, `{profile}`
    /// and `{label}`, and with `*`, `?` and `**` as in Spring.
    pub fn new(paths: impl IntoIterator<Item = (SourceName, Vec<String>)>) -> Self {
        let paths = paths.into_iter().filter(|(_, paths)| !paths.is_empty());
        Self(paths.collect())
    }

    fn of(&self, label: &LabelState) -> &[String] {
        let source = label.feed.as_ref().map(|feed| &feed.source);
        let paths = source.and_then(|source| self.0.get(source));
        paths.map_or(&[], Vec::as_slice)
    }
}

/// The folders in which a configuration is looked for on a label, the last highest. The top, which
/// is the empty path, is always first.
pub(crate) fn folders(
    state: &State,
    name: &Label,
    label: &LabelState,
    key: &ViewKey,
) -> Vec<String> {
    let mut folders = vec![String::new()];
    let patterns = state.layout.of(label);
    if patterns.is_empty() {
        return folders;
    }
    let mut known = None;
    for pattern in patterns {
        for path in meant(pattern, name, key) {
            if !has_wildcard(&path) {
                add(&mut folders, path);
                continue;
            }
            let known = known.get_or_insert_with(|| all(label));
            for folder in known.iter().filter(|folder| matches(&path, folder)) {
                add(&mut folders, (*folder).to_owned());
            }
        }
    }
    folders
}

fn add(folders: &mut Vec<String>, folder: String) {
    if folders.len() < MAX_FOLDERS && !folders.contains(&folder) {
        folders.push(folder);
    }
}

/// What a search path means for each profile and application.
fn meant(pattern: &str, label: &Label, key: &ViewKey) -> Vec<String> {
    let pattern = pattern.replace("{label}", label.as_str());
    let profiles = key.profiles.iter().map(Profile::as_str);
    let paths = profiles.flat_map(|profile| {
        let of_profile = pattern.replace("{profile}", profile);
        let apps = key.apps.iter().map(App::as_str);
        apps.map(move |app| of_profile.replace("{application}", app))
            .collect::<Vec<_>>()
    });
    let paths = paths.map(|path| path.trim_matches('/').to_owned());
    paths.collect()
}

fn has_wildcard(path: &str) -> bool {
    path.contains(['*', '?'])
}

/// All folders of a label that hold something.
fn all(label: &LabelState) -> BTreeSet<&str> {
    let mut folders = BTreeSet::new();
    for path in label.documents.keys() {
        let mut rest = path.as_str();
        while let Some((folder, _)) = rest.rsplit_once('/') {
            if !folders.insert(folder) {
                break;
            }
            rest = folder;
        }
    }
    folders
}

/// Whether a path is meant by a pattern: `*` and `?` stand for what is within one part, `**` for
/// any number of parts.
fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    parts_match(&pattern, &path)
}

fn parts_match(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            parts_match(rest, path)
                || path
                    .split_first()
                    .is_some_and(|(_, others)| parts_match(pattern, others))
        }
        (Some((part, rest)), Some((name, others))) => {
            part_matches(part.as_bytes(), name.as_bytes()) && parts_match(rest, others)
        }
        _ => false,
    }
}

/// Goes back to the last `*` where a later byte does not fit, so that it takes no more than the
/// product of both lengths.
fn part_matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut of) = (0, 0);
    let mut star = None;
    while of < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, of));
                at += 1;
            }
            Some(b'?') => (at, of) = (at + 1, of + 1),
            Some(byte) if *byte == name[of] => (at, of) = (at + 1, of + 1),
            _ => match star {
                Some((behind, from)) => {
                    star = Some((behind, from + 1));
                    (at, of) = (behind, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_for_parts_of_a_name_or_for_many_names() {
        for (pattern, path, expected) in [
            ("conf", "conf", true),
            ("conf*", "config", true),
            ("*-dev", "orders-dev", true),
            ("*o*r?", "orders-or1", true),
            ("conf?", "conf", false),
            ("*", "a/b", false),
            ("a/*", "a/b", true),
            ("**", "a/b", true),
            ("a/**/c", "a/c", true),
            ("a/**/c", "a/b/b/c", true),
            ("a/**/c", "a/b", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
