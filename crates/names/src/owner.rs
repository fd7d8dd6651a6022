//! The application and profile that a document belongs to.

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
    fn a_dot_in_a_folder_begins_no_extension() {
        assert_eq!(stem("orders.d/notes"), "orders.d/notes");
        assert_eq!(stem("orders.d/notes.yml"), "orders.d/notes");
        assert_eq!(stem("orders"), "orders");
    }
}
