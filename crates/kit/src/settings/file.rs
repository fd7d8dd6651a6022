//! The layer of a YAML file.

use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
};

use super::{Layer, Origin, nearest::nearest};
use crate::yaml::{self, Content, Key, Node};

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
    /// It is not YAML.
    #[error(transparent)]
    Parse(#[from] yaml::Error),
    /// Its top is not a mapping.
    #[error("line {0}: settings are expected, as in `log: info`")]
    NoMapping(usize),
    /// A key is not a setting of this program.
    #[error("unknown setting {key}{}", suggestion(.nearest))]
    Unknown {
        /// The key as written.
        key: Spelling,
        /// The setting it may have meant.
        nearest: Option<String>,
    },
    /// A key is what some settings begin with, and has a value.
    #[error("{key} is a group of settings, such as {inner:?}, and takes no value itself")]
    IsGroup {
        /// The key as written.
        key: Spelling,
        /// A setting of the group.
        inner: String,
    },
    /// A setting has a mapping where a value belongs.
    #[error("{0} takes a value, or a list of values")]
    NotAValue(Spelling),
    /// Two spellings of one key.
    #[error("{first} and {second} are the same setting")]
    Twice {
        /// How it was spelt first.
        first: Spelling,
        /// How it was spelt then.
        second: Spelling,
    },
}

/// A key as it stands in the file: `"git: poll" (line 2)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    keys: Vec<String>,
    line: usize,
}

impl Spelling {
    fn with(&self, key: &Key) -> Self {
        let mut keys = self.keys.clone();
        keys.push(key.text.clone());
        let line = key.line;
        Self { keys, line }
    }

    /// The key of the other layers.
    fn key(&self) -> String {
        self.keys.join("-").replace(['_', '.'], "-")
    }
}

impl fmt::Display for Spelling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} (line {})", self.keys.join(": "), self.line)
    }
}

fn suggestion(nearest: &Option<String>) -> String {
    let say = |name| format!("; is {name:?} meant?");
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
        spelt: BTreeMap::new(),
        origin: Origin::File(path.to_owned()),
        keys,
    };
    let root = yaml::parse(text)?;
    let top = Spelling {
        keys: Vec::new(),
        line: root.line,
    };
    match root.content {
        Content::Nothing => {}
        Content::Mapping(entries) => reader.entries(&top, entries)?,
        Content::Text(_) | Content::List(_) => return Err(Why::NoMapping(root.line)),
    }
    Ok(reader.layer)
}

struct Reader<'a> {
    layer: Layer,
    /// How each setting was spelt.
    spelt: BTreeMap<String, Spelling>,
    origin: Origin,
    keys: &'a [&'a str],
}

impl Reader<'_> {
    fn entries(&mut self, outer: &Spelling, entries: Vec<(Key, Node)>) -> Result<(), Why> {
        entries
            .into_iter()
            .try_for_each(|(key, value)| self.entry(outer.with(&key), value.content))
    }

    /// A mapping holds settings whose names begin with its key, whether or not the key is a
    /// setting too; anything else is the value of the setting of that name.
    fn entry(&mut self, spelling: Spelling, value: Content) -> Result<(), Why> {
        let key = spelling.key();
        let prefix = format!("{key}-");
        let inner = self.keys.iter().find(|known| known.starts_with(&prefix));
        match (self.keys.contains(&key.as_str()), inner, value) {
            (_, Some(_), Content::Mapping(entries)) => self.entries(&spelling, entries),
            (true, None, Content::Mapping(_)) => Err(Why::NotAValue(spelling)),
            (true, _, value) => self.setting(key, spelling, value),
            (false, Some(_), Content::Nothing) => Ok(()),
            (false, Some(inner), _) => Err(Why::IsGroup {
                key: spelling,
                inner: (*inner).to_owned(),
            }),
            (false, None, _) => Err(Why::Unknown {
                nearest: nearest(&key, self.keys),
                key: spelling,
            }),
        }
    }

    fn setting(&mut self, key: String, spelling: Spelling, value: Content) -> Result<(), Why> {
        let values = match value {
            Content::Nothing => return Ok(()),
            Content::Text(text) => vec![text],
            Content::List(items) => {
                let texts = items.into_iter().map(|item| text(&spelling, item));
                texts.collect::<Result<_, _>>()?
            }
            Content::Mapping(_) => return Err(Why::NotAValue(spelling)),
        };
        if let Some(first) = self.spelt.insert(key.clone(), spelling.clone()) {
            let second = spelling;
            return Err(Why::Twice { first, second });
        }
        self.layer.insert(key, (values, self.origin.clone()));
        Ok(())
    }
}

fn text(spelling: &Spelling, item: Node) -> Result<String, Why> {
    match item.content {
        Content::Text(text) => Ok(text),
        Content::Nothing | Content::List(_) | Content::Mapping(_) => {
            Err(Why::NotAValue(spelling.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &[&str] = &[
        "grpc",
        "git",
        "git-poll",
        "git-poll-jitter",
        "insecure",
        "log-format",
    ];

    fn read(text: &str) -> Result<Layer, Why> {
        parse(text, Path::new("vortex.yaml"), KEYS)
    }

    fn error(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    #[test]
    fn a_setting_that_begins_as_another_does_is_nested_under_it() {
        for text in [
            "git-poll: 10s",
            "git_poll: 10s",
            "git.poll: 10s",
            "git: {poll: 10s}",
        ] {
            let layer = read(text).unwrap();
            assert_eq!(layer.keys().collect::<Vec<_>>(), ["git-poll"], "{text}");
            assert_eq!(layer["git-poll"].0, ["10s"], "{text}");
        }
        let both = read("git: /srv/config\ngit.poll: {jitter: 1s}\ngit-poll: 10s").unwrap();
        assert_eq!(both["git"].0, ["/srv/config"]);
        assert_eq!(both["git-poll"].0, ["10s"]);
        assert_eq!(both["git-poll-jitter"].0, ["1s"]);
    }

    #[test]
    fn two_spellings_of_one_setting_are_refused_and_both_are_named() {
        assert_eq!(
            error("git-poll: 1s\ngit:\n  poll: 2s"),
            "\"git-poll\" (line 1) and \"git: poll\" (line 3) are the same setting"
        );
        assert_eq!(
            error("git: {poll: {jitter: 2s}}\ngit_poll.jitter: 2s"),
            "\"git: poll: jitter\" (line 1) and \"git_poll.jitter\" (line 2) are the same setting"
        );
        assert_eq!(
            error("git: /srv/config\ngit: {poll: 1s}"),
            "line 2: \"git\" is given twice, first in line 1"
        );
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
        assert_eq!(
            error("gprc: 127.0.0.1:1"),
            "unknown setting \"gprc\" (line 1); is \"grpc\" meant?"
        );
        assert_eq!(
            error("git:\n  pol: 1s"),
            "unknown setting \"git: pol\" (line 2); is \"git-poll\" meant?"
        );
        assert_eq!(
            error("log: debug"),
            "\"log\" (line 1) is a group of settings, such as \"log-format\", and takes no value itself"
        );
        assert_eq!(
            error("grpc: {a: b}"),
            "\"grpc\" (line 1) takes a value, or a list of values"
        );
        assert_eq!(
            error("- grpc"),
            "line 1: settings are expected, as in `log: info`"
        );
        assert!(read("1: 2").is_err());
    }
}
