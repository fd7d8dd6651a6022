//! YAML files of our own, such as settings: keys, lists and texts, each with its line.
//!
//! Each setting says what a scalar means, so its text is passed on as written, as on a command
//! line: `010` stays `010`. Documents that are served are read by
//! `vortex-spring`, on the same parser, as Spring reads them.

mod fields;

pub use fields::{FieldError, Fields, Misfit, Text};

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use serde_json::Value;

/// The deepest nesting that is read.
const DEEPEST: usize = 32;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub content: Content,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing, or `null` or `~`.
    Nothing,
    /// A text, a number or anything else that is one word to YAML.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys with values, in the order written. Each key stands once.
    Mapping(Vec<(Key, Node)>),
}

/// A key and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The line, from 1.
    pub line: usize,
    /// The key.
    pub text: String,
}

/// A text that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Error {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub why: Why,
}

/// Why a text can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It is not YAML.
    #[error("{0}")]
    Syntax(String),
    /// A key is a list or a mapping, or nothing.
    #[error("a key must be text")]
    OddKey,
    /// A key stands twice in one mapping.
    #[error("{key:?} is given twice, first in line {first}")]
    Twice {
        /// The key.
        key: String,
        /// Where it stands first.
        first: usize,
    },
    /// A value stands for another one.
    #[error("an alias such as *name can't be used here")]
    Alias,
    /// There is a second document.
    #[error("a second document begins here; only one is allowed")]
    SecondDocument,
    /// Values in values, too many times.
    #[error("the nesting is deeper than {DEEPEST} levels")]
    TooDeep,
}

/// Reads a text of at most one document.
///
/// # Errors
/// Names the line and what is wrong there.
pub fn parse(text: &str) -> Result<Node, Error> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
    };
    let mut document = None;
    loop {
        let (event, line) = reader.next()?;
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) if document.is_some() => {
                return Err(at(line, Why::SecondDocument));
            }
            Event::DocumentStart(_) => {
                let (event, line) = reader.next()?;
                document = Some(reader.node(event, line, 0)?);
            }
            _ => {}
        }
    }
    Ok(document.unwrap_or(Node {
        line: 1,
        content: Content::Nothing,
    }))
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, usize), Error> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, line(span))),
            Some(Err(fault)) => {
                let why = Why::Syntax(fault.info().to_owned());
                Err(at(fault.marker().line(), why))
            }
            None => Ok((Event::StreamEnd, 1)),
        }
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> Result<Node, Error> {
        if depth > DEEPEST {
            return Err(at(line, Why::TooDeep));
        }
        let content = match event {
            Event::Scalar(text, style, ..) => scalar(&text, style),
            Event::SequenceStart(..) => Content::List(self.items(depth)?),
            Event::MappingStart(..) => Content::Mapping(self.entries(depth)?),
            Event::Alias(_) => return Err(at(line, Why::Alias)),
            _ => return Err(at(line, Why::Syntax("a value is missing".to_owned()))),
        };
        Ok(Node { line, content })
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Node>, Error> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, line) => items.push(self.node(event, line, depth + 1)?),
            }
        }
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<(Key, Node)>, Error> {
        let mut entries = Vec::new();
        let mut lines: HashMap<String, usize> = HashMap::new();
        loop {
            let (event, line) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(entries);
            }
            let Content::Text(text) = self.node(event, line, depth + 1)?.content else {
                return Err(at(line, Why::OddKey));
            };
            if let Some(first) = lines.insert(text.clone(), line) {
                return Err(at(line, Why::Twice { key: text, first }));
            }
            let (event, value_line) = self.next()?;
            let value = self.node(event, value_line, depth + 1)?;
            entries.push((Key { line, text }, value));
        }
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Content {
    let is_nothing = matches!(text, "" | "~" | "null" | "Null" | "NULL");
    match style {
        ScalarStyle::Plain if is_nothing => Content::Nothing,
        _ => Content::Text(text.to_owned()),
    }
}

fn line(span: Span) -> usize {
    span.start.line()
}

fn at(line: usize, why: Why) -> Error {
    Error { line, why }
}

impl Node {
    /// As JSON, all scalars as strings.
    pub fn into_json(self) -> Value {
        match self.content {
            Content::Nothing => Value::Null,
            Content::Text(text) => Value::String(text),
            Content::List(items) => items.into_iter().map(Self::into_json).collect(),
            Content::Mapping(entries) => {
                let members = entries.into_iter();
                let members = members.map(|(key, value)| (key.text, value.into_json()));
                Value::Object(members.collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn json(text: &str) -> Value {
        parse(text).unwrap().into_json()
    }

    fn error(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn scalars_are_texts_as_they_are_written() {
        let text = "a: 010\nb: yes\nc: 1:30\nd: 'x: y'\ne: |\n  two\n  lines\nf: [1.0, '']\n";
        let read = json!({
            "a": "010", "b": "yes", "c": "1:30", "d": "x: y", "e": "two\nlines\n", "f": ["1.0", ""]
        });
        assert_eq!(json(text), read);
    }

    #[test]
    fn nothing_is_nothing_in_each_of_its_spellings() {
        for text in ["", "# only a comment", "~", "null"] {
            assert_eq!(json(text), Value::Null, "{text:?}");
        }
        assert_eq!(
            json("a:\nb: ~\nc: ''"),
            json!({"a": null, "b": null, "c": ""})
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert_eq!(
            error("a: 1\nb: 2\na: 3"),
            "line 3: \"a\" is given twice, first in line 1"
        );
        assert_eq!(error("a: 1\n? [b]\n: c"), "line 2: a key must be text");
        assert_eq!(
            error("a: &x 1\nb: *x"),
            "line 2: an alias such as *name can't be used here"
        );
        assert_eq!(
            error("a: 1\n---\nb: 2"),
            "line 2: a second document begins here; only one is allowed"
        );
        assert!(error("a: [").starts_with("line "), "{}", error("a: ["));
        let deep = "[".repeat(100);
        assert!(error(&deep).contains("deeper than 32"), "{}", error(&deep));
    }
}
