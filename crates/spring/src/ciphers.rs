//! Encrypted values: those that begin with `{cipher}` are replaced by what they stand for, as
//! Spring's server does before it answers.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::document::{Document, File, Origin, Property};

/// What a value begins with that is encrypted.
const MARKER: &str = "{cipher}";
/// Under what the values are that can't be decrypted, and what they are then.
const INVALID: &str = "invalid";
const NOT_AVAILABLE: &str = "<n/a>";

/// A file whose values are decrypted.
#[derive(Debug, Clone, PartialEq)]
pub struct Deciphered {
    /// The file.
    pub file: File,
    /// The keys of the values that could not be decrypted, each once.
    pub failed: Vec<String>,
}

impl File {
    /// Whether any value is encrypted.
    pub fn has_ciphers(&self) -> bool {
        let properties = self.documents.iter().flat_map(|d| &d.properties);
        properties
            .map(|property| &property.value)
            .any(|value| cipher_text(value).is_some())
    }

    /// Decrypts the values that are encrypted. `decrypt` is given what follows `{cipher}`, each
    /// text once, and gives none if that can't be decrypted: the value is then `<n/a>`, and its
    /// key begins with `invalid.`. What was decrypted or could not be has no place in the file:
    /// [`Origin::NONE`].
    pub fn decipher(&self, decrypt: &mut dyn FnMut(&str) -> Option<String>) -> Deciphered {
        let mut known = Known {
            texts: HashMap::new(),
            decrypt,
        };
        let mut failed = Vec::new();
        let documents = self.documents.iter();
        let documents = documents.map(|document| known.document(document, &mut failed));
        let file = File {
            documents: documents.collect(),
        };
        failed.sort();
        failed.dedup();
        Deciphered { file, failed }
    }
}

/// What is encrypted in a value.
fn cipher_text(value: &Value) -> Option<&str> {
    value.as_str()?.strip_prefix(MARKER)
}

/// A step on the way to a value.
#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

/// The texts that were decrypted so far.
struct Known<'d> {
    texts: HashMap<String, Option<String>>,
    decrypt: &'d mut dyn FnMut(&str) -> Option<String>,
}

impl Known<'_> {
    fn decrypt(&mut self, text: &str) -> Option<String> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let decrypted = (self.decrypt)(text);
        self.texts.insert(text.to_owned(), decrypted.clone());
        decrypted
    }

    fn document(&mut self, document: &Document, failed: &mut Vec<String>) -> Document {
        let properties = document.properties.iter();
        let properties = properties.map(|property| self.property(property, failed));
        let properties = properties.collect();
        let mut tree = document.tree.clone();
        let mut lost = Vec::new();
        self.value(&mut tree, &mut Vec::new(), &mut lost);
        for path in lost {
            put(&mut tree, &path);
        }
        Document {
            index: document.index,
            properties,
            tree,
            activation: document.activation.clone(),
        }
    }

    fn property(&mut self, property: &Property, failed: &mut Vec<String>) -> Property {
        let Some(text) = cipher_text(&property.value) else {
            return property.clone();
        };
        let (key, value) = match self.decrypt(text) {
            Some(text) => (property.key.clone(), text),
            None => {
                failed.push(property.key.clone());
                let key = format!("{INVALID}.{}", property.key);
                (key, NOT_AVAILABLE.to_owned())
            }
        };
        Property {
            key,
            value: value.into(),
            origin: Origin::NONE,
        }
    }

    /// Decrypts a value and those in it. False if it is one that can't be, whose path is added to
    /// `lost`. The recursion is as deep as values nest, which reading them bounds.
    fn value(
        &mut self,
        value: &mut Value,
        path: &mut Vec<Step>,
        lost: &mut Vec<Vec<Step>>,
    ) -> bool {
        match value {
            Value::Object(map) => self.map(map, path, lost),
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    path.push(Step::Index(index));
                    if !self.value(item, path, lost) {
                        // the others keep their places
                        *item = Value::Null;
                    }
                    path.pop();
                }
            }
            _ => {
                if let Some(text) = cipher_text(value) {
                    let Some(decrypted) = self.decrypt(text) else {
                        lost.push(path.clone());
                        return false;
                    };
                    *value = decrypted.into();
                }
            }
        }
        true
    }

    fn map(
        &mut self,
        map: &mut Map<String, Value>,
        path: &mut Vec<Step>,
        lost: &mut Vec<Vec<Step>>,
    ) {
        map.retain(|key, value| {
            path.push(Step::Key(key.clone()));
            let stays = self.value(value, path, lost);
            path.pop();
            stays
        });
    }
}

/// Puts `<n/a>` at a path below `invalid`, unless there is a value of another kind on the way.
fn put(tree: &mut Value, path: &[Step]) {
    let mut slot = tree;
    let invalid = Step::Key(INVALID.to_owned());
    for step in std::iter::once(&invalid).chain(path) {
        slot = match step {
            Step::Key(key) => {
                if slot.is_null() {
                    *slot = Value::Object(Map::new());
                }
                let Value::Object(map) = slot else { return };
                map.entry(key.as_str()).or_insert(Value::Null)
            }
            Step::Index(index) => {
                if slot.is_null() {
                    *slot = Value::Array(Vec::new());
                }
                let Value::Array(items) = slot else { return };
                if items.len() <= *index {
                    items.resize(index + 1, Value::Null);
                }
                &mut items[*index]
            }
        };
    }
    if slot.is_null() {
        *slot = NOT_AVAILABLE.into();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Format, parse};

    const FILE: &str = "
a:
  good: '{cipher}one'
  bad: '{cipher}x'
  both: ['{cipher}one', '{cipher}x', plain]
plain: '{cipher'
number: 1
";

    fn deciphered() -> Deciphered {
        let file = parse(Format::Yaml, FILE.as_bytes()).expect("a file");
        assert!(file.has_ciphers());
        let mut asked = Vec::new();
        let deciphered = file.decipher(&mut |text| {
            asked.push(text.to_owned());
            (text == "one").then(|| "ONE".to_owned())
        });
        assert_eq!(asked, ["one", "x"]);
        deciphered
    }

    #[test]
    fn a_value_is_what_it_stands_for_and_else_it_is_invalid() {
        let Deciphered { file, failed } = deciphered();
        assert_eq!(failed, ["a.bad", "a.both[1]"]);
        assert!(!file.has_ciphers());
        let properties = file.documents[0].properties.iter();
        let flat: Vec<_> = properties
            .map(|p| (p.key.as_str(), p.value.clone(), p.origin == Origin::NONE))
            .collect();
        assert_eq!(
            flat,
            [
                ("a.good", json!("ONE"), true),
                ("invalid.a.bad", json!("<n/a>"), true),
                ("a.both[0]", json!("ONE"), true),
                ("invalid.a.both[1]", json!("<n/a>"), true),
                ("a.both[2]", json!("plain"), false),
                ("plain", json!("{cipher"), false),
                ("number", json!(1), false),
            ]
        );
    }

    #[test]
    fn the_nested_value_says_the_same() {
        let expected = json!({
            "a": {"good": "ONE", "both": ["ONE", null, "plain"]},
            "plain": "{cipher", "number": 1,
            "invalid": {"a": {"bad": "<n/a>", "both": [null, "<n/a>"]}},
        });
        assert_eq!(deciphered().file.documents[0].tree, expected);
    }

    #[test]
    fn a_value_that_stands_where_invalid_ones_would_be_stays() {
        let text = "{\"invalid\": 1, \"a\": \"{cipher}x\"}";
        let file = parse(Format::Json, text.as_bytes()).expect("a file");
        let tree = file.decipher(&mut |_| None).file.documents[0].tree.clone();
        assert_eq!(tree, json!({"invalid": 1}));
    }
}
