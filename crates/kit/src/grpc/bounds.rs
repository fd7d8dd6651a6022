//! Refusals of fields that are too long or have too many items.

use crate::error::Fault;

/// Checks how many items a field has.
///
/// # Errors
/// More than `limit` are refused.
pub fn items(field: impl Into<String>, found: usize, limit: usize) -> Result<(), Fault> {
    if found > limit {
        let why = format!("{found} are given, at most {limit} are allowed");
        return Err(Fault::invalid(field, why));
    }
    Ok(())
}

/// Checks how long a text is.
///
/// # Errors
/// One of more than `limit` bytes is refused.
pub fn bytes(field: impl Into<String>, given: &str, limit: usize) -> Result<(), Fault> {
    if given.len() > limit {
        let why = format!("{} bytes, at most {limit} are allowed", given.len());
        return Err(Fault::invalid(field, why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_is_refused_by_its_field() {
        assert_eq!(items("apps", 10, 10), Ok(()));
        assert_eq!(bytes("reason", "äö", 4), Ok(()));
        let refused = items("apps", 11, 10).unwrap_err();
        assert_eq!(
            refused.message(),
            "apps: 11 are given, at most 10 are allowed"
        );
        let refused = bytes("reason", "äöü", 4).unwrap_err();
        assert_eq!(refused.fields()[0].field, "reason");
    }
}
