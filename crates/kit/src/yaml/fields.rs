//! The fields of a mapping, taken one by one, each with its line: for files that describe something.

use super::{Content, Key, Node};
use crate::settings::nearest;

/// Bytes of a name that is a label of metrics.
const NAME: usize = 32;

/// The fields of a mapping that were not taken yet.
pub struct Fields {
    line: usize,
    left: Vec<(Key, Node)>,
}

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The line, from 1.
    pub line: usize,
    /// The text.
    pub text: String,
}

/// A field that can't be meant, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct FieldError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub why: Misfit,
}

/// Why a field can't be meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// It has no meaning here.
    #[error("unknown field {name:?}{}", suggestion(.nearest))]
    Unknown {
        /// The field as written.
        name: String,
        /// The field that it may have meant.
        nearest: Option<String>,
    },
    /// It must be there.
    #[error("what begins here has no `{0}`")]
    Missing(&'static str),
    /// It is a mapping, or a list, and should be a text.
    #[error("`{0}` takes one value")]
    NotText(&'static str),
    /// It should be a list of texts.
    #[error("`{0}` takes a list of values")]
    NotTexts(&'static str),
    /// It should be a text or a list of them.
    #[error("`{0}` takes a value, or a list of values")]
    NotOneOrMore(&'static str),
    /// It should be a list of mappings.
    #[error("`{0}` takes a list, each item with its fields")]
    NotList(&'static str),
    /// It should be a mapping.
    #[error("`{0}` takes fields")]
    NotMapping(&'static str),
    /// It is a name that doesn't fit metrics and keys.
    #[error("a name has 1 to {NAME} of a-z, 0-9 and -, and begins with a letter")]
    Name,
}

fn suggestion(nearest: &Option<String>) -> String {
    let say = |name| format!("; is {name:?} meant?");
    nearest.as_ref().map(say).unwrap_or_default()
}

impl Misfit {
    fn at(self, line: usize) -> FieldError {
        FieldError { line, why: self }
    }
}

impl Fields {
    /// The fields of a mapping that has these and no others; those without a value are left out.
    /// None if it is no mapping.
    ///
    /// # Errors
    /// It has another field.
    pub fn of(node: Node, known: &[&str]) -> Result<Option<Self>, FieldError> {
        let Content::Mapping(mut left) = node.content else {
            return Ok(None);
        };
        if let Some((key, _)) = left.iter().find(|(key, _)| !known.contains(&&*key.text)) {
            let (name, nearest) = (key.text.clone(), nearest(&key.text, known));
            return Err(Misfit::Unknown { name, nearest }.at(key.line));
        }
        left.retain(|(_, node)| node.content != Content::Nothing);
        Ok(Some(Self {
            line: node.line,
            left,
        }))
    }

    /// The line in which the mapping begins.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The line of a field; that of the mapping if the field is not there.
    pub fn line_of(&self, name: &str) -> usize {
        let found = self.left.iter().find(|(key, _)| key.text == name);
        found.map_or(self.line, |(key, _)| key.line)
    }

    /// Takes whatever a field has.
    pub fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.left.iter().position(|(key, _)| key.text == name)?;
        Some(self.left.swap_remove(at).1)
    }

    /// Takes a text.
    ///
    /// # Errors
    /// It is something else.
    pub fn text(&mut self, name: &'static str) -> Result<Option<Text>, FieldError> {
        let node = self.take(name);
        let text = node.map(|node| one(node).map_err(|line| Misfit::NotText(name).at(line)));
        text.transpose()
    }

    /// Takes a text that must be there.
    ///
    /// # Errors
    /// It is not, or is something else.
    pub fn must(&mut self, name: &'static str) -> Result<Text, FieldError> {
        let line = self.line;
        let text = self.text(name)?;
        text.ok_or_else(|| Misfit::Missing(name).at(line))
    }

    /// Takes a name that is unique in a file: 1 to 32 of a-z, 0-9 and -, the first a letter.
    ///
    /// # Errors
    /// It is not there, or is another text.
    pub fn name(&mut self, name: &'static str) -> Result<String, FieldError> {
        let Text { line, text } = self.must(name)?;
        let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let begins = text.starts_with(|first: char| first.is_ascii_lowercase());
        match begins && text.len() <= NAME && text.bytes().all(is_allowed) {
            true => Ok(text),
            false => Err(Misfit::Name.at(line)),
        }
    }

    /// Takes a list of texts.
    ///
    /// # Errors
    /// It is something else.
    pub fn texts(&mut self, name: &'static str) -> Result<Option<Vec<Text>>, FieldError> {
        let Some(Node { line, content }) = self.take(name) else {
            return Ok(None);
        };
        let Content::List(items) = content else {
            return Err(Misfit::NotTexts(name).at(line));
        };
        all(items, Misfit::NotTexts(name)).map(Some)
    }

    /// Takes a list of texts; one may be written as the text.
    ///
    /// # Errors
    /// It is something else.
    pub fn one_or_more(&mut self, name: &'static str) -> Result<Option<Vec<Text>>, FieldError> {
        let Some(Node { line, content }) = self.take(name) else {
            return Ok(None);
        };
        let items = match content {
            Content::List(items) => items,
            content => vec![Node { line, content }],
        };
        all(items, Misfit::NotOneOrMore(name)).map(Some)
    }

    /// Takes a list of mappings with these fields and no others; an empty one if it is not there.
    ///
    /// # Errors
    /// It is something else, or one has another field.
    pub fn mappings(
        &mut self,
        name: &'static str,
        known: &[&str],
    ) -> Result<Vec<Self>, FieldError> {
        let Some(Node { line, content }) = self.take(name) else {
            return Ok(Vec::new());
        };
        let Content::List(items) = content else {
            return Err(Misfit::NotList(name).at(line));
        };
        let mappings = items.into_iter().map(|item| {
            let line = item.line;
            Self::of(item, known)?.ok_or_else(|| Misfit::NotList(name).at(line))
        });
        mappings.collect()
    }

    /// Takes a mapping with these fields and no others.
    ///
    /// # Errors
    /// It is something else, or has another field.
    pub fn mapping(
        &mut self,
        name: &'static str,
        known: &[&str],
    ) -> Result<Option<Self>, FieldError> {
        let Some(node) = self.take(name) else {
            return Ok(None);
        };
        let line = node.line;
        let fields = Self::of(node, known)?;
        fields
            .ok_or_else(|| Misfit::NotMapping(name).at(line))
            .map(Some)
    }
}

/// A text, or the line of what is none.
fn one(node: Node) -> Result<Text, usize> {
    match node.content {
        Content::Text(text) => Ok(Text {
            line: node.line,
            text,
        }),
        _ => Err(node.line),
    }
}

fn all(items: Vec<Node>, otherwise: Misfit) -> Result<Vec<Text>, FieldError> {
    let texts = items.into_iter().map(one);
    let texts: Result<_, usize> = texts.collect();
    texts.map_err(|line| otherwise.at(line))
}
