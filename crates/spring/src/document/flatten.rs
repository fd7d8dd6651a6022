//! From nested values to flat keys, by the rules of Spring's `YamlProcessor`.

use std::rc::Rc;

use serde_json::{Map, Value};

use crate::document::builder::Builder;
use crate::document::{Document, Origin};
use crate::error::ParseError;
use crate::limits::Budget;
use crate::node::{Content, Key, Node};
use crate::path::{self, Segment};

/// The key under which a document that is not a mapping stands.
const DOCUMENT: &str = "document";

/// Makes a document of its value; none when it says nothing.
pub(crate) fn document(
    root: &Node,
    index: usize,
    budget: &mut Budget<'_>,
) -> Result<Option<Document>, ParseError> {
    if says_nothing(root) {
        return Ok(None);
    }
    let mut flattening = Flattening {
        builder: Builder::default(),
        budget: &mut *budget,
        key: String::new(),
        path: Vec::new(),
    };
    match &root.content {
        Content::Mapping(entries) => flattening.entries(entries)?,
        _ => flattening.entry(&Key::Text(DOCUMENT.into()), root)?,
    }
    flattening.builder.finish(index, budget).map(Some)
}

fn says_nothing(root: &Node) -> bool {
    match &root.content {
        Content::Scalar(Value::Null) => true,
        Content::Scalar(Value::String(text)) => text.is_empty(),
        Content::Scalar(_) | Content::Mapping(_) => false,
        Content::Sequence(items) => items.is_empty(),
    }
}

/// A walk over a document's value, with the key and the path to where it is.
struct Flattening<'a, 'b> {
    builder: Builder,
    budget: &'a mut Budget<'b>,
    key: String,
    path: Vec<Segment>,
}

impl Flattening<'_, '_> {
    fn node(&mut self, node: &Node) -> Result<(), ParseError> {
        self.budget.take_node(node.origin)?;
        match &node.content {
            Content::Scalar(value) => self.leaf(value.clone(), node.origin),
            Content::Sequence(items) if items.is_empty() => {
                self.leaf(Value::Array(Vec::new()), node.origin)
            }
            Content::Mapping(entries) if entries.is_empty() => {
                self.leaf(Value::Object(Map::new()), node.origin)
            }
            Content::Sequence(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.step(&format!("[{index}]"), [Segment::Index(index)], item)?;
                }
                Ok(())
            }
            Content::Mapping(entries) => self.entries(entries),
        }
    }

    fn entries(&mut self, entries: &[(Key, Rc<Node>)]) -> Result<(), ParseError> {
        for (key, node) in entries {
            self.entry(key, node)?;
        }
        Ok(())
    }

    fn entry(&mut self, key: &Key, node: &Node) -> Result<(), ParseError> {
        match key {
            Key::Text(text) => self.step(text, path::of_property(text), node),
            Key::Other(text) => {
                let segment = Segment::Key(text.clone());
                self.step(&format!("[{text}]"), [segment], node)
            }
        }
    }

    fn step(
        &mut self,
        key: &str,
        path: impl IntoIterator<Item = Segment>,
        node: &Node,
    ) -> Result<(), ParseError> {
        let inner = join(&self.key, key);
        self.budget.take_bytes(inner.len(), node.origin)?;
        let outer = std::mem::replace(&mut self.key, inner);
        let depth = self.path.len();
        self.path.extend(path);
        self.node(node)?;
        self.path.truncate(depth);
        self.key = outer;
        Ok(())
    }

    fn leaf(&mut self, value: Value, origin: Origin) -> Result<(), ParseError> {
        let (key, path) = (self.key.clone(), self.path.clone());
        self.builder.put(key, path, value, origin, self.budget)
    }
}

/// A key within an outer one: bracketed keys follow directly, others after a
/// dot; a blank outer key counts for none.
fn join(outer: &str, key: &str) -> String {
    if outer.trim().is_empty() {
        return key.to_owned();
    }
    let dot = if key.starts_with('[') { "" } else { "." };
    [outer, dot, key].concat()
}
