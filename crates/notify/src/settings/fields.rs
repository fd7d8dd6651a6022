//! The fields of a file's sinks, each with its line.

use vortex_kit::{
    settings::nearest,
    yaml::{self, Content, Key, Node},
};

use super::{Why, Wrong};

/// The fields of a sink.
const FIELDS: &[&str] = &[
    "name",
    "url",
    "url_file",
    "ca",
    "format",
    "secret_file",
    "events",
    "apps",
];
/// The only field at the top.
const TOP: &[&str] = &["sinks"];

/// The fields of one sink that were not taken yet.
pub(super) struct Fields {
    line: usize,
    left: Vec<(Key, Node)>,
}

/// A text and where it stands.
pub(super) struct Text {
    pub(super) line: usize,
    pub(super) text: String,
}

/// The sinks of a file.
pub(super) fn sinks(text: &str) -> Result<Vec<Fields>, Why> {
    let root = yaml::parse(text)?;
    let mut top = Fields::new(root, TOP)?;
    let Some((_, Node { line, content })) = top.left.pop() else {
        return Err(Wrong::NoSinks.at(top.line));
    };
    match content {
        Content::List(nodes) if !nodes.is_empty() => {
            let sinks = nodes.into_iter().map(|node| Fields::new(node, FIELDS));
            sinks.collect()
        }
        _ => Err(Wrong::NoSinks.at(line)),
    }
}

impl Fields {
    /// The fields of a mapping that has these and no others; those without a value are left out.
    fn new(node: Node, known: &[&str]) -> Result<Self, Why> {
        let Content::Mapping(mut left) = node.content else {
            return Err(Wrong::NoSinks.at(node.line));
        };
        if let Some((key, _)) = left.iter().find(|(key, _)| !known.contains(&&*key.text)) {
            let (name, nearest) = (key.text.clone(), nearest(&key.text, known));
            return Err(Wrong::Unknown { name, nearest }.at(key.line));
        }
        left.retain(|(_, node)| node.content != Content::Nothing);
        Ok(Self {
            line: node.line,
            left,
        })
    }

    /// The line in which the sink begins.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The line of a field; that of the sink if the field is not there.
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

    /// Takes a list of texts. One may be written as the text.
    pub(super) fn list(&mut self, name: &'static str) -> Result<Option<Vec<Text>>, Why> {
        let Some(node) = self.take(name) else {
            return Ok(None);
        };
        let line = node.line;
        let items = match node.content {
            Content::List(items) => items,
            content => vec![Node { line, content }],
        };
        if items.is_empty() {
            return Err(Wrong::Empty(name).at(line));
        }
        let texts = items.into_iter().map(|item| match item.content {
            Content::Text(text) => Ok(Text {
                line: item.line,
                text,
            }),
            _ => Err(Wrong::NotList(name).at(item.line)),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    fn take(&mut self, name: &str) -> Option<Node> {
        let at = self.left.iter().position(|(key, _)| key.text == name)?;
        Some(self.left.swap_remove(at).1)
    }
}
