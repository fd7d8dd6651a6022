//! Mappings: duplicate keys, merges, and keys that are not scalars.

use std::fmt::Write as _;
use std::rc::Rc;

use indexmap::IndexMap;
use indexmap::map::Entry;
use saphyr_parser::Tag;

use super::compose::member;
use super::construct;
use crate::document::Origin;
use crate::error::{ErrorKind, ParseError};
use crate::java;
use crate::limits::Budget;
use crate::node::{Content, Key, Node};

/// The entries of a mapping under construction.
#[derive(Default)]
pub(super) struct Entries {
    own: IndexMap<Key, (Rc<Node>, Origin)>,
    /// What is merged in: the first that has a key gives it, and an own key
    /// is before all of them.
    merged: Vec<Rc<Node>>,
}

impl Entries {
    pub(super) fn add(&mut self, key: Key, node: Rc<Node>, at: Origin) -> Result<(), ParseError> {
        match self.own.entry(key) {
            Entry::Vacant(slot) => {
                slot.insert((node, at));
                Ok(())
            }
            Entry::Occupied(slot) => {
                let kind = ErrorKind::DuplicateKey(slot.key().text().to_owned());
                Err(ParseError::new(kind, at))
            }
        }
    }

    /// Remembers the value of a `<<`: a mapping or a list of mappings.
    pub(super) fn merge(
        &mut self,
        node: Rc<Node>,
        budget: &mut Budget<'_>,
    ) -> Result<(), ParseError> {
        match &node.content {
            Content::Mapping(_) => self.merge_mapping(node, budget),
            Content::Sequence(items) => items
                .iter()
                .try_for_each(|item| self.merge_mapping(Rc::clone(item), budget)),
            Content::Scalar(_) => Err(not_mergeable(node.origin)),
        }
    }

    fn merge_mapping(&mut self, node: Rc<Node>, budget: &mut Budget<'_>) -> Result<(), ParseError> {
        let Content::Mapping(entries) = &node.content else {
            return Err(not_mergeable(node.origin));
        };
        for _ in entries {
            budget.take_node(node.origin)?;
        }
        self.merged.push(node);
        Ok(())
    }

    pub(super) fn into_mapping(self, origin: Origin) -> Result<Node, ParseError> {
        let mut entries: IndexMap<Key, Rc<Node>> = self
            .own
            .into_iter()
            .map(|(key, (node, _))| (key, node))
            .collect();
        for node in &self.merged {
            if let Content::Mapping(merged) = &node.content {
                for (key, value) in merged {
                    if !entries.contains_key(key) {
                        entries.insert(key.clone(), Rc::clone(value));
                    }
                }
            }
        }
        Node::mapping(entries.into_iter().collect(), origin)
    }

    /// A set is the list of its keys.
    fn into_set(self, origin: Origin) -> Result<Node, ParseError> {
        let members = self.own.into_iter().map(|(key, (_, at))| member(key, at));
        Node::sequence(members.collect(), origin)
    }
}

/// The value of a mapping, by its tag if it has one.
pub(super) fn tagged(
    entries: Entries,
    tag: Option<&Tag>,
    origin: Origin,
) -> Result<Node, ParseError> {
    let Some(name) = tag.and_then(construct::tag_name) else {
        return entries.into_mapping(origin);
    };
    match construct::short_name(&name) {
        Some("map") => entries.into_mapping(origin),
        Some("set") => entries.into_set(origin),
        _ => Err(ParseError::new(ErrorKind::UnsupportedTag(name), origin)),
    }
}

/// A key that is an alias, has an anchor, or is a collection.
pub(super) fn node_key(node: &Node, budget: &mut Budget<'_>) -> Result<Key, ParseError> {
    if let Content::Scalar(value) = &node.content {
        return match value {
            serde_json::Value::Null => Err(ParseError::new(ErrorKind::NullKey, node.origin)),
            serde_json::Value::String(text) => Ok(Key::Text(text.clone())),
            other => Ok(Key::Other(java::text(other))),
        };
    }
    let mut text = String::new();
    write(node, &mut text, budget)?;
    Ok(Key::Other(text))
}

/// Writes a collection as Java does: `[a, b]`, `{a=b}`.
fn write(node: &Node, text: &mut String, budget: &mut Budget<'_>) -> Result<(), ParseError> {
    budget.take_node(node.origin)?;
    match &node.content {
        Content::Scalar(value) => {
            let written = java::text(value);
            budget.take_bytes(written.len(), node.origin)?;
            text.push_str(&written);
        }
        Content::Sequence(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write(item, text, budget)?;
            }
            text.push(']');
        }
        Content::Mapping(entries) => {
            text.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                budget.take_bytes(key.text().len(), node.origin)?;
                let comma = if index == 0 { "" } else { ", " };
                // Writing to a string cannot fail.
                let _ = write!(text, "{comma}{}=", key.text());
                write(value, text, budget)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

fn not_mergeable(at: Origin) -> ParseError {
    ParseError::new(ErrorKind::NotMergeable, at)
}
