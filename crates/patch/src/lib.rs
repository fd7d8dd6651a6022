//! The RFC 6902 operations that turn one JSON document into another. Made in one place, so that
//! every service makes the same of the same documents.

use serde_json::Value;

/// A document that is no JSON.
#[derive(Debug, thiserror::Error)]
#[error("the document is no JSON: {0}")]
pub struct NotJson(#[from] serde_json::Error);

/// The operations that turn `from` into `to`: a JSON array.
///
/// # Errors
/// One of the documents is no JSON.
pub fn between(from: &[u8], to: &[u8]) -> Result<Vec<u8>, NotJson> {
    let (from, to) = (serde_json::from_slice(from)?, serde_json::from_slice(to)?);
    Ok(serde_json::to_vec(&of(&from, &to))?)
}

/// The operations that turn `from` into `to`.
pub fn of(from: &Value, to: &Value) -> json_patch::Patch {
    json_patch::diff(from, to)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Number};

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let key = prop_oneof!["[a-c/~]{0,3}", "\\PC{0,3}"];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|number| Value::Number(number.into())),
            "[0-9]{1,40}".prop_filter_map("a number", |digits| {
                let digits = format!("1{digits}.5");
                digits.parse::<Number>().ok().map(Value::Number)
            }),
            "\\PC{0,4}".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 48, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::vec((key.clone(), inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_operations_turn_the_old_into_the_new(old in any_json(), new in any_json()) {
            let patch = between(old.to_string().as_bytes(), new.to_string().as_bytes()).unwrap();
            let patch: json_patch::Patch = serde_json::from_slice(&patch).unwrap();
            let mut patched = old.clone();
            json_patch::patch(&mut patched, &patch).unwrap();
            prop_assert_eq!(patched, new);
        }
    }

    #[test]
    fn what_is_no_json_has_no_patch() {
        assert!(between(b"{", b"{}").is_err());
        assert!(between(b"{}", b"").is_err());
    }
}
