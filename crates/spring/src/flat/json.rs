//! The JSON form.

use std::io;

use serde_json::Value;

use crate::budget::Budget;
use crate::placeholders::{Error, Resolver};

/// Writes a nested configuration, with the placeholders of its strings resolved.
pub(super) fn write(
    nested: &Value,
    resolver: Option<Resolver<'_, '_>>,
    budget: &mut Budget<'_>,
) -> Result<String, Error> {
    let mut writer = Writer {
        resolver,
        budget,
        text: Vec::new(),
    };
    writer.value(nested)?;
    // what serde_json writes of text is UTF-8
    Ok(String::from_utf8_lossy(&writer.text).into_owned())
}

struct Writer<'w, 'l, 'a, 'b> {
    resolver: Option<Resolver<'l, 'a>>,
    budget: &'w mut Budget<'b>,
    text: Vec<u8>,
}

impl Writer<'_, '_, '_, '_> {
    fn value(&mut self, value: &Value) -> Result<(), Error> {
        match value {
            Value::Object(map) => {
                self.raw("{")?;
                for (place, (key, value)) in map.iter().enumerate() {
                    self.raw(if place == 0 { "" } else { "," })?;
                    self.plain(key)?;
                    self.raw(":")?;
                    self.value(value)?;
                }
                self.raw("}")
            }
            Value::Array(items) => {
                self.raw("[")?;
                for (place, item) in items.iter().enumerate() {
                    self.raw(if place == 0 { "" } else { "," })?;
                    self.value(item)?;
                }
                self.raw("]")
            }
            Value::String(text) => self.string(text),
            other => self.raw(&other.to_string()),
        }
    }

    fn string(&mut self, text: &str) -> Result<(), Error> {
        match &mut self.resolver {
            Some(resolver) if text.contains("${") => {
                let resolved = resolver.text(text, self.budget)?;
                self.plain(&resolved)
            }
            Some(_) | None => self.plain(text),
        }
    }

    /// A string in quotes.
    fn plain(&mut self, text: &str) -> Result<(), Error> {
        let mut counted = Counted {
            budget: self.budget,
            text: &mut self.text,
            refused: None,
        };
        match (serde_json::to_writer(&mut counted, text), counted.refused) {
            (_, Some(spent)) => Err(spent),
            // nothing else can go wrong with a string
            (_, None) => Ok(()),
        }
    }

    fn raw(&mut self, text: &str) -> Result<(), Error> {
        self.budget.write(text.len())?;
        self.text.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Takes what is written as long as the budget lasts.
struct Counted<'c, 'b> {
    budget: &'c mut Budget<'b>,
    text: &'c mut Vec<u8>,
    refused: Option<Error>,
}

impl io::Write for Counted<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(spent) = self.budget.write(bytes.len()) {
            self.refused = Some(spent.into());
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
