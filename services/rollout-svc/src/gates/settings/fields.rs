//! The fields of the file, each with its line.

use vortex_kit::{
    settings::nearest,
    yaml::{self, Content, Key, Node},
};

use super::{Why, Wrong};

/// The fields at the top.
const TOP: &[&str] = &["providers", "webhooks"];

/// The fields of a mapping that were not taken yet.
pub(super) struct Fields {
    line: usize,
    left: Vec<(Key, Node)>,
}

/// A text and where it stands.
pub(super) struct Text {
    pub(super) line: usize,
    pub(super) text: String,
}

impl Fields {
    /// The fields of a file.
    pub(super) fn top(text: &str) -> Result<Self, Why> {
        let root = yaml::parse(text)?;
        let line = root.line;
        Self::new(root, TOP)?.ok_or_else(|| Wrong::Nothing.at(line))
    }

    /// The fields of a mapping that has these and no others; those without a value are left out.
    /// `None` if it is no mapping.
    fn new(node: Node, known: &[&str]) -> Result<Option<Self>, Why> {
        let Content::Mapping(mut left) = node.content else {
            return Ok(None);
        };
        if let Some((key, _)) = left.iter().find(|(key, _)| !known.contains(&&*key.text)) {
            let (name, nearest) = (key.text.clone(), nearest(&key.text, known));
            return Err(Wrong::Unknown { name, nearest }.at(key.line));
        }
        left.retain(|(_, node)| node.content != Content::Nothing);
        Ok(Some(Self {
            line: node.line,
            left,
        }))
    }

    /// The line in which the mapping begins.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The line of a field; that of the mapping if the field is not there.
    pub(super) fn line_of(&self, name: &str) -> usize {
        let found = self.left.iter().find(|(key, _)| key.text == name);
        found.map_or(self.line, |(key, _)| key.line)
    }

    /// Takes a text.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<Text>, Why> {
        match self.take(name) {
            None => Ok(None),
            Some(Node {
                line,
                content: Content::Text(text),
            }) => Ok(Some(Text { line, text })),
            Some(node) => Err(Wrong::NotText(name).at(node.line)),
        }
    }

    /// Takes a text that must be there.
    pub(super) fn must(&mut self, name: &'static str) -> Result<Text, Why> {
        let line = self.line;
        self.text(name)?
            .ok_or_else(|| Wrong::Missing(name).at(line))
    }

    /// Takes a list of texts.
    pub(super) fn texts(&mut self, name: &'static str) -> Result<Vec<Text>, Why> {
        let Some(Node { line, content }) = self.take(name) else {
            return Ok(Vec::new());
        };
        let Content::List(items) = content else {
            return Err(Wrong::NotTexts(name).at(line));
        };
        let texts = items
            .into_iter()
            .map(|Node { line, content }| match content {
                Content::Text(text) => Ok(Text { line, text }),
                _ => Err(Wrong::NotTexts(name).at(line)),
            });
        texts.collect()
    }

    /// Takes a list of mappings.
    pub(super) fn mappings(
        &mut self,
        name: &'static str,
        known: &[&str],
    ) -> Result<Vec<Self>, Why> {
        let Some(Node { line, content }) = self.take(name) else {
            return Ok(Vec::new());
        };
        let Content::List(items) = content else {
            return Err(Wrong::NotList(name).at(line));
        };
        let mappings = items.into_iter().map(|item| {
            let line = item.line;
            Self::new(item, known)?.ok_or_else(|| Wrong::NotList(name).at(line))
        });
        mappings.collect()
    }

    /// Takes a mapping.
    pub(super) fn mapping(
        &mut self,
        name: &'static str,
        known: &[&str],
    ) -> Result<Option<Self>, Why> {
        let Some(node) = self.take(name) else {
            return Ok(None);
        };
        let line = node.line;
        let fields = Self::new(node, known)?;
        fields
            .ok_or_else(|| Wrong::NotMapping(name).at(line))
            .map(Some)
    }

    fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.left.iter().position(|(key, _)| key.text == name)?;
        Some(self.left.swap_remove(at).1)
    }
}
