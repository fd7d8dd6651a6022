//! A scanner of JSON that knows where each value is.

use std::collections::HashSet;
use std::rc::Rc;

use serde_json::{Number, Value};

use crate::document::Origin;
use crate::error::{ErrorKind, ParseError};
use crate::limits::{self, Budget};
use crate::node::{Key, Node, too_deep};

pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    /// Where the line begins.
    line_start: usize,
    /// A place on the line whose column is known, so that columns of one
    /// long line are not counted from its start each time.
    known: (usize, usize),
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            line: 1,
            line_start: 0,
            known: (0, 0),
        }
    }

    /// The value that the whole text is.
    pub(super) fn document(mut self, budget: &mut Budget<'_>) -> Result<Node, ParseError> {
        let node = self.value(0, budget)?;
        self.skip_blanks();
        if self.at < self.text.len() {
            return Err(self.fault("nothing may follow the document"));
        }
        Ok(node)
    }

    fn value(&mut self, depth: usize, budget: &mut Budget<'_>) -> Result<Node, ParseError> {
        self.skip_blanks();
        let origin = self.origin();
        budget.take_node(origin)?;
        if depth > limits::DEPTH {
            return Err(too_deep(origin));
        }
        match self.peek() {
            Some(b'{') => self.object(origin, depth, budget),
            Some(b'[') => self.array(origin, depth, budget),
            Some(b'"') => Ok(Node::scalar(Value::String(self.string()?), origin)),
            Some(_) => Ok(Node::scalar(self.word(origin)?, origin)),
            None => Err(self.fault("a value is missing")),
        }
    }

    fn object(
        &mut self,
        origin: Origin,
        depth: usize,
        budget: &mut Budget<'_>,
    ) -> Result<Node, ParseError> {
        self.at += 1;
        let mut entries = Vec::new();
        let mut seen = HashSet::new();
        if self.take(b'}') {
            return Node::mapping(entries, origin);
        }
        loop {
            self.skip_blanks();
            let at = self.origin();
            if self.peek() != Some(b'"') {
                return Err(self.fault("a key in double quotes is missing"));
            }
            let key = self.string()?;
            if !seen.insert(key.clone()) {
                return Err(ParseError::new(ErrorKind::DuplicateKey(key), at));
            }
            if !self.take(b':') {
                return Err(self.fault("a colon is missing"));
            }
            let value = self.value(depth + 1, budget)?;
            entries.push((Key::Text(key), Rc::new(value)));
            if self.ends(b'}')? {
                return Node::mapping(entries, origin);
            }
        }
    }

    fn array(
        &mut self,
        origin: Origin,
        depth: usize,
        budget: &mut Budget<'_>,
    ) -> Result<Node, ParseError> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Node::sequence(items, origin);
        }
        loop {
            items.push(Rc::new(self.value(depth + 1, budget)?));
            if self.ends(b']')? {
                return Node::sequence(items, origin);
            }
        }
    }

    /// After an element: whether the collection ends, or goes on by a comma.
    fn ends(&mut self, close: u8) -> Result<bool, ParseError> {
        if self.take(close) {
            return Ok(true);
        }
        if self.take(b',') {
            return Ok(false);
        }
        let close = char::from(close);
        Err(self.fault(&format!("a comma or '{close}' is missing")))
    }

    /// A string; what is between the quotes is read by the library.
    fn string(&mut self) -> Result<String, ParseError> {
        let rest = &self.text.as_bytes()[self.at..];
        let mut end = 1;
        loop {
            match rest.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => return Err(self.fault("the string does not end")),
            }
        }
        let parsed = serde_json::from_slice(&rest[..=end]);
        let text = parsed.map_err(|_| self.fault("the string holds a bad escape or character"))?;
        self.at += end + 1;
        Ok(text)
    }

    /// `true`, `false`, `null` or a number.
    fn word(&mut self, origin: Origin) -> Result<Value, ParseError> {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let word = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        let value = match word {
            "null" => Some(Value::Null),
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => word.parse::<Number>().ok().map(Value::Number),
        };
        let Some(value) = value else {
            let message = format!("{:?} is not a value", first_chars(word, rest));
            return Err(ParseError::new(ErrorKind::Syntax(message), origin));
        };
        self.at += word.len();
        Ok(value)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips blanks, and the byte if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\n' => {
                    self.at += 1;
                    self.line += 1;
                    self.line_start = self.at;
                    self.known = (self.at, 0);
                }
                _ => break,
            }
        }
    }

    fn origin(&mut self) -> Origin {
        let (from, column) = self.known;
        let column = column + self.text[from..self.at].chars().count();
        self.known = (self.at, column);
        Origin::from_marker(self.line, column)
    }

    fn fault(&mut self, message: &str) -> ParseError {
        ParseError::new(ErrorKind::Syntax(message.to_owned()), self.origin())
    }
}

/// What to show of a faulty word: a few characters, at least one.
fn first_chars<'a>(word: &'a str, rest: &'a str) -> &'a str {
    let text = if word.is_empty() { rest } else { word };
    let limit = if word.is_empty() { 1 } else { 20 };
    let end = text
        .char_indices()
        .nth(limit)
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// The place right after a text.
pub(super) fn end_of(text: &str) -> Origin {
    let line = 1 + text.bytes().filter(|byte| *byte == b'\n').count();
    let last = text.rsplit('\n').next().unwrap_or(text);
    Origin::from_marker(line, last.chars().count())
}
