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
            self.text.push_str(&quoted_key(key));
            self.text.push(':');
            self.entry(value, indent)?;
        }
        Ok(())
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

/// Beyond this length a key needs the mark of a complex one.
const LONGEST_SIMPLE_KEY: usize = 1000;

fn quoted_key(key: &str) -> String {
    let quoted = match key {
        // As keys these are only names.
        "Infinity" | "-Infinity" | "NaN" => key.into(),
        _ => quoted(key),
    };
    if quoted.len() > LONGEST_SIMPLE_KEY {
        return format!("? {quoted}\n");
    }
    quoted.into_owned()
}
