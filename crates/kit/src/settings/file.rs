//! The layer of a YAML file.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde_norway::{Mapping, Value};

use super::{Layer, Origin};

/// A file of settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a file of settings.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is no YAML.
    #[error("{0}")]
    Parse(#[from] serde_norway::Error),
    /// Its top is no mapping.
    #[error("is no mapping of settings to values")]
    NoMapping,
    /// A key is no text.
    #[error("a key is no text: {0:?}")]
    OddKey(Value),
    /// A key is no setting of this program.
    #[error("unknown setting {key:?}{}", suggestion(.nearest))]
    Unknown {
        /// The key as written.
        key: String,
        /// The setting it may have meant.
        nearest: Option<String>,
    },
    /// Two spellings of one key.
    #[error("setting {0:?} is given twice")]
    Twice(String),
}

fn suggestion(nearest: &Option<String>) -> String {
    let say = |name| format!(" (is {name:?} meant?)");
    nearest.as_ref().map(say).unwrap_or_default()
}

pub(super) fn layer(path: &Path, keys: &[&str]) -> Result<Layer, FileError> {
    let text = std::fs::read_to_string(path).map_err(Why::from);
    let layer = text.and_then(|text| parse(&text, path, keys));
    layer.map_err(|why| FileError {
        path: path.to_owned(),
        why,
    })
}

fn parse(text: &str, path: &Path, keys: &[&str]) -> Result<Layer, Why> {
    let mut reader = Reader {
        layer: Layer::new(),
        origin: Origin::File(path.to_owned()),
        keys,
    };
    match serde_norway::from_str(text)? {
        Value::Null => {}
        Value::Mapping(mapping) => reader.mapping("", mapping)?,
        _ => return Err(Why::NoMapping),
    }
    Ok(reader.layer)
}

struct Reader<'a> {
    layer: Layer,
    origin: Origin,
    keys: &'a [&'a str],
}

impl Reader<'_> {
    fn mapping(&mut self, prefix: &str, mapping: Mapping) -> Result<(), Why> {
        for (key, value) in mapping {
            let Value::String(key) = key else {
                return Err(Why::OddKey(key));
            };
            let key = format!("{prefix}{}", key.replace('_', "-"));
            self.entry(key, value)?;
        }
        Ok(())
    }

    fn entry(&mut self, key: String, value: Value) -> Result<(), Why> {
        if self.keys.contains(&key.as_str()) {
            return self.setting(key, value);
        }
        let prefix = format!("{key}-");
        match value {
            Value::Mapping(inner) if self.keys.iter().any(|k| k.starts_with(&prefix)) => {
                self.mapping(&prefix, inner)
            }
            _ => Err(Why::Unknown {
                nearest: nearest(&key, self.keys),
                key,
            }),
        }
    }

    fn setting(&mut self, key: String, value: Value) -> Result<(), Why> {
        let values = match value {
            Value::Null => return Ok(()),
            Value::Sequence(items) => items.into_iter().map(text).collect::<Result<_, _>>()?,
            value => vec![text(value)?],
        };
        match self
            .layer
            .insert(key.clone(), (values, self.origin.clone()))
        {
            None => Ok(()),
            Some(_) => Err(Why::Twice(key)),
        }
    }
}

/// A scalar as it would stand on a command line; anything deeper as JSON.
fn text(value: Value) -> Result<String, Why> {
    match value {
        Value::String(text) => Ok(text),
        value => {
            let json = serde_norway::from_value::<serde_json::Value>(value)?;
            Ok(json.to_string())
        }
    }
}

/// The key that differs least, if it differs by little.
fn nearest(key: &str, keys: &[&str]) -> Option<String> {
    let scored = keys.iter().map(|other| (distance(key, other), other));
    let (distance, best) = scored.min()?;
    (distance <= 2).then(|| (*best).to_owned())
}

/// Levenshtein's distance, by rows.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, a) in left.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, b) in right.bytes().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[&str] = &["grpc", "git", "git-poll", "insecure"];

    fn read(text: &str) -> Result<Layer, Why> {
        parse(text, Path::new("vortex.yaml"), KEYS)
    }

    #[test]
    fn nested_and_flat_keys_say_the_same() {
        let texts = ["git-poll: 10s", "git_poll: 10s"];
        let layers = texts.map(|text| read(text).unwrap_or_default());
        assert_eq!(layers[0]["git-poll"].0, ["10s"]);
        assert_eq!(layers[0], layers[1]);
    }

    #[test]
    fn numbers_flags_and_lists_read_as_on_a_command_line() {
        let layer = read("insecure: true\ngit: [a, 7]\ngrpc: null").unwrap();
        assert_eq!(layer["insecure"].0, ["true"]);
        assert_eq!(layer["git"].0, ["a", "7"]);
        assert!(!layer.contains_key("grpc"));
    }

    #[test]
    fn an_unknown_key_is_named_with_what_may_be_meant() {
        let error = read("gprc: 127.0.0.1:1").unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown setting \"gprc\" (is \"grpc\" meant?)"
        );
        assert!(read("git-poll: 1s\ngit_poll: 2s").is_err());
        assert!(read("- grpc").is_err());
        assert!(read("1: 2").is_err());
    }
}
