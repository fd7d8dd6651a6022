//! Builds values from the parser's events.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::Value;

use super::construct;
use super::mapping::{self, Entries};
use super::place::Places;
use super::scalar::{MERGE, Scalar};
use crate::document::Origin;
use crate::error::{ErrorKind, ParseError};
use crate::limits::{self, Budget};
use crate::node::{Content, Key, Node, too_deep};

/// Composes the documents of a stream, one by one.
pub(super) struct Composer<'a> {
    parser: Parser<'a, StrInput<'a>>,
    places: Places<'a>,
    anchors: HashMap<usize, Rc<Node>>,
}

/// A key of a mapping, or the mark that its value is merged.
pub(super) enum MapKey {
    Key(Key),
    Merge,
}

impl<'a> Composer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            parser: Parser::new_from_str(text),
            places: Places::new(text),
            anchors: HashMap::new(),
        }
    }

    /// The value of the next document; none at the end of the stream.
    pub(super) fn next_document(
        &mut self,
        budget: &mut Budget<'_>,
    ) -> Result<Option<Rc<Node>>, ParseError> {
        loop {
            match self.next()? {
                (Event::StreamEnd, _) => return Ok(None),
                (Event::DocumentStart(_), _) => break,
                _ => {}
            }
        }
        self.anchors.clear();
        let (event, span) = self.next()?;
        self.node(event, span, 0, budget).map(Some)
    }

    fn next(&mut self) -> Result<(Event<'a>, Span), ParseError> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, span)),
            Some(Err(fault)) => Err(syntax(&fault)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(
        &mut self,
        event: Event<'a>,
        span: Span,
        depth: usize,
        budget: &mut Budget<'_>,
    ) -> Result<Rc<Node>, ParseError> {
        let origin = self.places.of(&event, span);
        budget.take_node(origin)?;
        if depth > limits::DEPTH {
            return Err(too_deep(origin));
        }
        let (anchor, node) = match event {
            Event::Alias(id) => return self.alias(id, origin, budget),
            Event::Scalar(text, style, anchor, tag) => {
                let scalar = scalar(&text, style, tag.as_deref(), origin)?;
                (anchor, Node::scalar(scalar.into_value(), origin))
            }
            Event::SequenceStart(anchor, tag) => {
                let items = self.items(depth, budget)?;
                (anchor, sequence(items, tag.as_deref(), origin)?)
            }
            Event::MappingStart(anchor, tag) => {
                let entries = self.entries(depth, budget)?;
                (anchor, mapping::tagged(entries, tag.as_deref(), origin)?)
            }
            _ => return Err(unexpected(origin)),
        };
        let node = Rc::new(node);
        if anchor != 0 {
            self.anchors.insert(anchor, Rc::clone(&node));
        }
        Ok(node)
    }

    /// What an alias stands for. An anchor is known once its value is
    /// complete, so a value cannot hold itself.
    fn alias(
        &self,
        id: usize,
        origin: Origin,
        budget: &mut Budget<'_>,
    ) -> Result<Rc<Node>, ParseError> {
        budget.follows_aliases();
        self.anchors
            .get(&id)
            .cloned()
            .ok_or_else(|| ParseError::new(ErrorKind::UnknownAlias, origin))
    }

    fn items(
        &mut self,
        depth: usize,
        budget: &mut Budget<'_>,
    ) -> Result<Vec<Rc<Node>>, ParseError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span, depth + 1, budget)?),
            }
        }
    }

    fn entries(&mut self, depth: usize, budget: &mut Budget<'_>) -> Result<Entries, ParseError> {
        let mut entries = Entries::default();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(entries);
            }
            let at = self.places.of(&event, span);
            let key = self.key(event, span, at, depth, budget)?;
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1, budget)?;
            match key {
                MapKey::Key(key) => entries.add(key, value, at)?,
                MapKey::Merge => entries.merge(value, budget)?,
            }
        }
    }

    fn key(
        &mut self,
        event: Event<'a>,
        span: Span,
        at: Origin,
        depth: usize,
        budget: &mut Budget<'_>,
    ) -> Result<MapKey, ParseError> {
        if let Event::Scalar(text, style, 0, tag) = &event {
            if is_merge(text, *style, tag.as_deref()) {
                return Ok(MapKey::Merge);
            }
            let scalar = scalar(text, *style, tag.as_deref(), at)?;
            return scalar_key(scalar, at);
        }
        let node = self.node(event, span, depth + 1, budget)?;
        mapping::node_key(&node, budget).map(MapKey::Key)
    }
}

fn scalar_key(scalar: Scalar, at: Origin) -> Result<MapKey, ParseError> {
    match scalar.into_key() {
        Some(key) => Ok(MapKey::Key(key)),
        None => Err(ParseError::new(ErrorKind::NullKey, at)),
    }
}

fn is_merge(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> bool {
    match tag.and_then(construct::tag_name) {
        None => text == MERGE && style == ScalarStyle::Plain,
        Some(name) => construct::short_name(&name) == Some("merge"),
    }
}

fn scalar(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    at: Origin,
) -> Result<Scalar, ParseError> {
    construct::scalar(text, style == ScalarStyle::Plain, tag)
        .map_err(|kind| ParseError::new(kind, at))
}

fn sequence(items: Vec<Rc<Node>>, tag: Option<&Tag>, origin: Origin) -> Result<Node, ParseError> {
    let Some(name) = tag.and_then(construct::tag_name) else {
        return Node::sequence(items, origin);
    };
    match construct::short_name(&name) {
        Some("seq") => Node::sequence(items, origin),
        Some("omap") => ordered_map(&items, &name, origin),
        _ => Err(ParseError::new(ErrorKind::UnsupportedTag(name), origin)),
    }
}

/// `!!omap [a: 1, b: 2]`: a list of mappings with one entry each.
fn ordered_map(items: &[Rc<Node>], name: &str, origin: Origin) -> Result<Node, ParseError> {
    let mut entries = Entries::default();
    for item in items {
        match &item.content {
            Content::Mapping(pair) if pair.len() == 1 => {
                let (key, value) = &pair[0];
                entries.add(key.clone(), Rc::clone(value), item.origin)?;
            }
            _ => {
                let kind = ErrorKind::UnsupportedTag(name.to_owned());
                return Err(ParseError::new(kind, item.origin));
            }
        }
    }
    entries.into_mapping(origin)
}

/// A member of a set, which is a key with its place.
pub(super) fn member(key: Key, origin: Origin) -> Rc<Node> {
    Rc::new(Node::scalar(Value::String(key.text().to_owned()), origin))
}

fn syntax(fault: &ScanError) -> ParseError {
    let at = Origin::from_marker(fault.marker().line(), fault.marker().col());
    ParseError::new(ErrorKind::Syntax(fault.info().to_owned()), at)
}

fn unexpected(at: Origin) -> ParseError {
    ParseError::new(ErrorKind::Syntax("a value is missing".into()), at)
}
