//! Which names are valid, the same for every program that takes them.

mod invalid;

pub use invalid::InvalidName;

use crate::is_reserved;

/// Bytes of an application's, profile's, version's or source's name.
const MAX_NAME: usize = 128;
/// Bytes of a label.
const MAX_LABEL: usize = 256;

/// Checks an application: letters, digits, `.`, `_`, `-`; not reserved.
///
/// # Errors
/// It is not valid.
pub fn app(given: &str) -> Result<(), InvalidName> {
    plain("app", given)?;
    not_reserved("app", given)
}

/// Checks a profile: letters, digits, `.`, `_`, `-`.
///
/// # Errors
/// It is not valid.
pub fn profile(given: &str) -> Result<(), InvalidName> {
    plain("profile", given)
}

/// Checks a label: relative, as the name of a branch, and without commas.
///
/// # Errors
/// It is not valid.
pub fn label(given: &str) -> Result<(), InvalidName> {
    relative("label", given, MAX_LABEL)?;
    // it stands between labels where readers name several
    if given.contains(',') {
        return malformed(
            "label",
            given,
            "it must not contain ',', which separates labels",
        );
    }
    Ok(())
}

/// Checks a plain name of 128 bytes at most: letters, digits, `.`, `_`, `-`.
///
/// # Errors
/// It is not valid.
pub fn plain(what: &'static str, given: &str) -> Result<(), InvalidName> {
    length(what, given, MAX_NAME)?;
    if given.bytes().all(is_plain) && given != "." && given != ".." {
        Ok(())
    } else {
        malformed(what, given, "letters, digits, '.', '_' and '-'")
    }
}

/// Checks a path of parts with `/` between them, none of which leads elsewhere.
///
/// # Errors
/// It is not valid.
pub fn relative(what: &'static str, given: &str, limit: usize) -> Result<(), InvalidName> {
    length(what, given, limit)?;
    let parts_stay_inside = given
        .split('/')
        .all(|part| !matches!(part, "" | "." | ".."));
    let no_surprises = !given.chars().any(|c| c.is_control() || c == '\\');
    if parts_stay_inside && no_surprises {
        Ok(())
    } else {
        malformed(
            what,
            given,
            "it must be relative, without '.', '..' or empty parts",
        )
    }
}

/// Checks that a name is there, and not too long.
///
/// # Errors
/// It is not valid.
pub fn length(what: &'static str, given: &str, limit: usize) -> Result<(), InvalidName> {
    match given.len() {
        0 => Err(InvalidName::Empty { what }),
        bytes if bytes > limit => Err(InvalidName::TooLong { what, bytes, limit }),
        _ => Ok(()),
    }
}

/// Checks that the product does not keep a name for its own routes.
///
/// # Errors
/// It does.
pub fn not_reserved(what: &'static str, given: &str) -> Result<(), InvalidName> {
    if is_reserved(given) {
        Err(InvalidName::Reserved {
            what,
            given: given.into(),
        })
    } else {
        Ok(())
    }
}

/// Refuses a name, by the rule that it breaks.
///
/// # Errors
/// Always.
pub fn malformed<T>(what: &'static str, given: &str, rule: &'static str) -> Result<T, InvalidName> {
    Err(InvalidName::Malformed {
        what,
        given: given.chars().take(MAX_NAME).collect(),
        rule,
    })
}

/// Whether a plain name may have this byte.
pub fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_valid_is_refused_by_its_field() {
        for (refused, field) in [
            (app("a/b"), "app"),
            (app("api"), "app"),
            (app(""), "app"),
            (profile(".."), "profile"),
            (profile(&"p".repeat(129)), "profile"),
            (label("../main"), "label"),
            (label("a,b"), "label"),
        ] {
            assert_eq!(refused.unwrap_err().field(), field);
        }
    }

    #[test]
    fn what_is_valid_is_taken() {
        assert_eq!(app("orders.v2_eu-west"), Ok(()));
        assert_eq!(profile("api"), Ok(()));
        assert_eq!(label("feature/größer"), Ok(()));
    }
}
