//! The YAML form.

use serde_json::{Map, Value};

use super::scalar::{Scalars, quoted};
use crate::java;
use crate::placeholders;

/// The only key of a configuration that is no mapping.
const DOCUMENT: &str = "document";

/// Writes a nested configuration in block style. One that is no mapping is
/// written without the key that stands for it.
pub(super) fn write(nested: &Value, scalars: Scalars<'_>) -> Result<String, placeholders::Error> {
    let mut writer = Writer {
        scalars,
        text: String::new(),
    };
    match nested {
        Value::Object(map) => match only_document(map) {
            Some(document) => writer.value(document, 0)?,
            None if map.is_empty() => writer.text.push_str("{}\n"),
            None => writer.map(map, 0)?,
        },
        other => writer.value(other, 0)?,
    }
    Ok(writer.text)
}

fn only_document(map: &Map<String, Value>) -> Option<&Value> {
    let document = map.get(DOCUMENT).filter(|_| map.len() == 1)?;
    (!document.is_object()).then_some(document)
}

/// A longer key needs the mark of a complex one; YAML's limit is 1024.
const LONGEST_SIMPLE_KEY: usize = 1000;

struct Writer<'a> {
    scalars: Scalars<'a>,
    text: String,
}

impl Writer<'_> {
    fn map(&mut self, map: &Map<String, Value>, indent: usize) -> Result<(), placeholders::Error> {
        for (position, (key, value)) in map.iter().enumerate() {
            if position > 0 {
                self.indent(indent);
            }
            self.key(key, indent);
            self.entry(value, indent)?;
        }
        Ok(())
    }

    /// A key with its colon.
    fn key(&mut self, key: &str, indent: usize) {
        let quoted = match key {
            // As keys these are only names.
            "Infinity" | "-Infinity" | "NaN" => key.into(),
            _ => quoted(key),
        };
        if quoted.chars().count() <= LONGEST_SIMPLE_KEY {
            self.text.push_str(&quoted);
        } else {
            self.text.push_str("? ");
            self.text.push_str(&quoted);
            self.text.push('\n');
            self.indent(indent);
        }
        self.text.push(':');
    }

    /// What follows a key: on the same line, or nested below it.
    fn entry(&mut self, value: &Value, indent: usize) -> Result<(), placeholders::Error> {
        match value {
            Value::Object(map) if !map.is_empty() => {
                self.text.push('\n');
                self.indent(indent + 2);
                self.map(map, indent + 2)
            }
            Value::Array(items) if !items.is_empty() => {
                self.text.push('\n');
                self.indent(indent);
                self.list(items, indent)
            }
            _ => {
                self.text.push(' ');
                self.value(value, indent)
            }
        }
    }

    fn list(&mut self, items: &[Value], indent: usize) -> Result<(), placeholders::Error> {
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.indent(indent);
            }
            self.text.push_str("- ");
            self.value(item, indent + 2)?;
        }
        Ok(())
    }

    fn value(&mut self, value: &Value, indent: usize) -> Result<(), placeholders::Error> {
        match value {
            Value::Object(map) if !map.is_empty() => return self.map(map, indent),
            Value::Array(items) if !items.is_empty() => return self.list(items, indent),
            Value::String(text) => self.text.push_str(&self.scalars.string(text)?),
            Value::Number(number) => self.text.push_str(&java::number_text(number)),
            other => self.text.push_str(&other.to_string()),
        }
        self.text.push('\n');
        Ok(())
    }

    fn indent(&mut self, indent: usize) {
        self.text.extend(std::iter::repeat_n(' ', indent));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{FlatSource, yaml};
    use crate::{Format, parse};

    fn written(source: &serde_json::Value, resolve: bool) -> String {
        let source = source.as_object().map(FlatSource::from);
        yaml(&[source.unwrap_or_default()], resolve).unwrap_or_else(|error| error.to_string())
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
