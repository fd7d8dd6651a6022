//! JSON patches (RFC 6902), so far as the server sends them: `add`, `replace` and `remove`.
//!
//! Members keep their order, which the digest of a configuration depends on: what is removed leaves
//! the others as they were, and what is added comes last.

use serde::Deserialize;
use serde_json::Value;

/// One operation.
#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Operation {
    Add { path: String, value: Value },
    Replace { path: String, value: Value },
    Remove { path: String },
}

/// A patch that does not fit what is held, or is of a kind that is not known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Misfit;

/// Applies a patch, given as JSON, to `document`, which is in some state between if it does not fit.
pub(crate) fn apply(document: &mut Value, patch: &str) -> Result<(), Misfit> {
    let operations: Vec<Operation> = serde_json::from_str(patch).map_err(|_| Misfit)?;
    let mut operations = operations.into_iter();
    operations.try_for_each(|operation| step(document, operation).ok_or(Misfit))
}

fn step(document: &mut Value, operation: Operation) -> Option<()> {
    match operation {
        Operation::Add { path, value } => add(document, &path, value),
        Operation::Replace { path, value } => {
            *document.pointer_mut(&path)? = value;
            Some(())
        }
        Operation::Remove { path } => remove(document, &path),
    }
}

fn add(document: &mut Value, path: &str, value: Value) -> Option<()> {
    if path.is_empty() {
        *document = value;
        return Some(());
    }
    let (parent, last) = split(document, path)?;
    match parent {
        Value::Object(members) => {
            members.insert(last, value);
        }
        Value::Array(items) if last == "-" => items.push(value),
        Value::Array(items) => {
            let index = index(&last).filter(|index| *index <= items.len())?;
            items.insert(index, value);
        }
        _ => return None,
    }
    Some(())
}

fn remove(document: &mut Value, path: &str) -> Option<()> {
    let (parent, last) = split(document, path)?;
    match parent {
        Value::Object(members) => members.shift_remove(&last).map(drop),
        Value::Array(items) => {
            let index = index(&last).filter(|index| *index < items.len())?;
            items.remove(index);
            Some(())
        }
        _ => None,
    }
}

/// What holds the place that a path names, and the place's name there.
fn split<'a>(document: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let (parent, last) = path.rsplit_once('/')?;
    let last = last.replace("~1", "/").replace("~0", "~");
    Some((document.pointer_mut(parent)?, last))
}

/// An index as RFC 6901 writes it: without a sign, and without zeros before it.
fn index(text: &str) -> Option<usize> {
    let plain = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn patched(mut document: Value, patch: Value) -> Option<String> {
        apply(&mut document, &patch.to_string()).ok()?;
        Some(document.to_string())
    }

    #[test]
    fn members_keep_their_order() {
        let patch = json!([
            {"op": "remove", "path": "/a"},
            {"op": "replace", "path": "/c", "value": 30},
            {"op": "add", "path": "/x~1y~0", "value": [1]},
            {"op": "add", "path": "/l/1", "value": "between"},
            {"op": "add", "path": "/l/-", "value": "last"},
            {"op": "remove", "path": "/l/0"},
        ]);
        let document = json!({"a": 1, "b": 2, "c": 3, "l": [0, 9]});
        assert_eq!(
            patched(document, patch).unwrap(),
            r#"{"b":2,"c":30,"l":["between",9,"last"],"x/y~":[1]}"#
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for operation in [
            json!({"op": "remove", "path": "/missing"}),
            json!({"op": "remove", "path": ""}),
            json!({"op": "replace", "path": "/missing", "value": 1}),
            json!({"op": "add", "path": "/l/3", "value": 1}),
            json!({"op": "add", "path": "/l/01", "value": 1}),
            json!({"op": "add", "path": "/n/x", "value": 1}),
            json!({"op": "move", "path": "/n", "from": "/l"}),
        ] {
            let document = json!({"n": 1, "l": [1, 2]});
            assert_eq!(patched(document, json!([operation])), None, "{operation}");
        }
    }

    fn tree() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z/~]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a-c/~]{1,2}", inner), 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_difference_as_the_server_makes_it_leads_to_the_same_content(from in tree(), to in tree()) {
            let patch = serde_json::to_string(&json_patch::diff(&from, &to)).unwrap();
            let mut document = from;
            prop_assert_eq!(apply(&mut document, &patch), Ok(()));
            prop_assert_eq!(document, to);
        }

        #[test]
        fn no_text_breaks_it(mut document in tree(), patch in any::<String>()) {
            let _ = apply(&mut document, &patch);
        }
    }
}
