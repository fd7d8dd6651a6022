//! The YAML form.

use serde_json::{Map, Value};

use super::scalar::Scalars;
use crate::budget::Spent;
use crate::java;
use crate::placeholders::Error;

/// The only key of a configuration that is not a mapping.
const DOCUMENT: &str = "document";

/// Writes a nested configuration in block style. One that is not a mapping is
/// written without the key that stands for it.
pub(super) fn write(nested: &Value, text: Scalars<'_, '_, '_, '_>) -> Result<String, Error> {
    let mut writer = Writer { text };
    match nested {
        Value::Object(map) => match only_document(map) {
            Some(document) => writer.value(document, 0)?,
            None if map.is_empty() => writer.text.raw("{}\n")?,
            None => writer.map(map, 0)?,
        },
        other => writer.value(other, 0)?,
    }
    Ok(writer.text.into_text())
}

fn only_document(map: &Map<String, Value>) -> Option<&Value> {
    let document = map.get(DOCUMENT).filter(|_| map.len() == 1)?;
    (!document.is_object()).then_some(document)
}

/// A longer key needs the mark of a complex one; YAML's limit is 1024.
const LONGEST_SIMPLE_KEY: usize = 1000;

struct Writer<'s, 'l, 'a, 'b> {
    text: Scalars<'s, 'l, 'a, 'b>,
}

impl Writer<'_, '_, '_, '_> {
    fn map(&mut self, map: &Map<String, Value>, indent: usize) -> Result<(), Error> {
        for (position, (key, value)) in map.iter().enumerate() {
            if position > 0 {
                self.text.indent(indent)?;
            }
            self.key(key, indent)?;
            self.entry(value, indent)?;
        }
        Ok(())
    }

    /// A key with its colon.
    fn key(&mut self, key: &str, indent: usize) -> Result<(), Spent> {
        let quoted = match key {
            // As keys these are only names.
            "Infinity" | "-Infinity" | "NaN" => key.into(),
            _ => self.text.quoted(key)?,
        };
        let is_long = quoted.chars().count() > LONGEST_SIMPLE_KEY;
        if is_long {
            self.text.raw("? ")?;
        }
        self.text.raw(&quoted)?;
        if is_long {
            self.text.raw("\n")?;
            self.text.indent(indent)?;
        }
        self.text.raw(":")
    }

    /// What follows a key: on the same line, or nested below it.
    fn entry(&mut self, value: &Value, indent: usize) -> Result<(), Error> {
        match value {
            Value::Object(map) if !map.is_empty() => {
                self.text.raw("\n")?;
                self.text.indent(indent + 2)?;
                self.map(map, indent + 2)
            }
            Value::Array(items) if !items.is_empty() => {
                self.text.raw("\n")?;
                self.text.indent(indent)?;
                self.list(items, indent)
            }
            _ => {
                self.text.raw(" ")?;
                self.value(value, indent)
            }
        }
    }

    fn list(&mut self, items: &[Value], indent: usize) -> Result<(), Error> {
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.text.indent(indent)?;
            }
            self.text.raw("- ")?;
            self.value(item, indent + 2)?;
        }
        Ok(())
    }

    fn value(&mut self, value: &Value, indent: usize) -> Result<(), Error> {
        match value {
            Value::Object(map) if !map.is_empty() => return self.map(map, indent),
            Value::Array(items) if !items.is_empty() => return self.list(items, indent),
            Value::String(text) => self.text.string(text)?,
            Value::Number(number) => self.text.raw(&java::number_text(number))?,
            other => self.text.raw(&other.to_string())?,
        }
        self.text.raw("\n")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{FlatSource, yaml};
    use crate::{Budget, Format, Limits, parse};

    fn written(source: &serde_json::Value, resolve: bool) -> String {
        let source = source.as_object().map(FlatSource::from);
        let mut budget = Budget::new(Limits::ANSWER, &|| false);
        let written = yaml(&[source.unwrap_or_default()], resolve, &mut budget);
        written.unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn long_keys_are_read_again() {
        let long = "k".repeat(2_000);
        let source = json!({ format!("a.{long}.b"): 1, "c": 2 });
        let file = parse(Format::Yaml, written(&source, false).as_bytes());
        let tree = file.map(|file| file.documents[0].tree.clone());
        assert_eq!(tree, Ok(json!({"a": {long: {"b": 1}}, "c": 2})));
    }

    #[test]
    fn what_a_placeholder_resolves_to_has_the_type_it_looks_like() {
        let source = json!({
            "p": 8080, "a": "${p}", "b": "${x:true}", "c": "${x:}", "d": "${x:[1, 2]}",
            "e": "${p}: x", "f": "${x:a: b}", "g": "n${p}",
        });
        let text = written(&source, true);
        for line in [
            "a: 8080",
            "b: true",
            "c: ",
            "d: [1, 2]",
            "e: '8080: x'",
            "f: 'a: b'",
            "g: n8080",
        ] {
            assert!(
                text.lines().any(|written| written == line),
                "{line:?} in {text}"
            );
        }
    }

    #[test]
    fn nothing_but_a_document_is_written_without_its_key() {
        assert_eq!(
            written(&json!({"document[0]": "a", "document[1]": 1}), true),
            "- a\n- 1\n"
        );
        assert_eq!(written(&json!({"document": "a"}), true), "a\n");
        assert_eq!(written(&json!({}), true), "{}\n");
    }
}
