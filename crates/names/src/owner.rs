//! The application and profile that a document belongs to.

use std::collections::HashSet;

/// Whether a document is an application's: written for it or, where nobody said for which it was
/// written, named for it: `orders.yml` and `orders-dev.yml` for `orders`.
///
/// A file of a source does not say where its application's name ends, so `orders-eu.yml` counts for
/// `orders` and for `orders-eu`; `orders2.yml` for `orders2` alone.
pub fn is_of(path: &str, written_for: Option<&str>, app: &str) -> bool {
    match written_for {
        Some(owner) => owner == app,
        None => stem(path)
            .strip_prefix(app)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
    }
}

/// The application whose documents all others read, too.
const SHARED: &str = "application";

/// The applications that documents concern.
#[derive(Clone, Debug)]
pub struct Concerned<'a> {
    owners: HashSet<&'a str>,
}

impl<'a> Concerned<'a> {
    /// The applications that these documents concern. Each is a path, and the application that it
    /// was written for, if it was written for one.
    pub fn by(documents: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Self {
        let documents = documents.into_iter();
        let owners = documents.flat_map(|(path, written_for)| owners(path, written_for));
        Self {
            owners: owners.collect(),
        }
    }

    /// Whether one of the documents is an application's, or one that all applications read.
    pub fn has(&self, app: &str) -> bool {
        self.owners.contains(app) || self.owners.contains(SHARED)
    }
}

/// The applications that a document may be of: all for which [`is_of`] is true, and some texts that
/// are no application's name.
fn owners<'a>(
    path: &'a str,
    written_for: Option<&'a str>,
) -> impl Iterator<Item = &'a str> + use<'a> {
    let named = written_for.is_none().then(|| stem(path));
    let beginnings = named.into_iter().flat_map(|stem| {
        let dashes = stem.match_indices('-');
        dashes.map(move |(at, _)| &stem[..at]).chain([stem])
    });
    written_for.into_iter().chain(beginnings)
}

/// A path without the extension of its last part.
pub fn stem(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') => stem,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_only_begins_like_another_is_another() {
        for path in [
            "app7.yml",
            "app7-dev.yml",
            "app7-eu-west.properties",
            "app7",
        ] {
            assert!(is_of(path, None, "app7"), "{path}");
        }
        for path in [
            "app70.yml",
            "app7.d/notes",
            "app7_old.yml",
            "app.yml",
            "x/app7.yml",
        ] {
            assert!(!is_of(path, None, "app7"), "{path}");
        }
    }

    #[test]
    fn what_was_written_for_an_application_is_of_no_other() {
        assert!(is_of("orders-eu.yml", Some("orders-eu"), "orders-eu"));
        assert!(!is_of("orders-eu.yml", Some("orders-eu"), "orders"));
        assert!(is_of("orders-eu.yml", None, "orders"));
    }

    #[test]
    fn the_owners_of_a_document_are_those_it_is_of() {
        let paths = [
            "orders-eu-prod.yml",
            "orders.yml",
            "a.b-c.json",
            "x/app-y",
            "-",
        ];
        for path in paths {
            for written_for in [None, Some("orders"), Some("orders-eu")] {
                let owners: Vec<&str> = owners(path, written_for).collect();
                for app in [
                    "orders",
                    "orders-eu",
                    "orders-eu-prod",
                    "order",
                    "a.b",
                    "a",
                    "x",
                ] {
                    let is_listed = owners.contains(&app);
                    assert_eq!(is_listed, is_of(path, written_for, app), "{path} {app}");
                }
            }
        }
    }

    #[test]
    fn what_all_read_concerns_all() {
        let own = Concerned::by([("orders-eu.yml", None), ("x.yml", Some("billing"))]);
        assert!(own.has("orders") && own.has("orders-eu") && own.has("billing"));
        assert!(!own.has("x") && !own.has("eu"));
        for shared in [("application-eu.yml", None), ("x.yml", Some("application"))] {
            assert!(Concerned::by([shared]).has("orders"), "{shared:?}");
        }
        assert!(!Concerned::by([("applications.yml", None)]).has("orders"));
    }

    #[test]
    fn a_dot_in_a_folder_begins_no_extension() {
        assert_eq!(stem("orders.d/notes"), "orders.d/notes");
        assert_eq!(stem("orders.d/notes.yml"), "orders.d/notes");
        assert_eq!(stem("orders"), "orders");
    }
}
