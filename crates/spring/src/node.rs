//! The value of a document before it is flattened.

use std::rc::Rc;

use serde_json::Value;

use crate::document::Origin;
use crate::error::{ErrorKind, ParseError};
use crate::limits;

/// A value with the place it was written at.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) origin: Origin,
    pub(crate) content: Content,
    /// How many levels of collections it holds, itself included.
    pub(crate) height: usize,
}

#[derive(Debug)]
pub(crate) enum Content {
    /// Null, a string, a boolean or a number.
    Scalar(Value),
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<(Key, Rc<Node>)>),
}

/// A key of a mapping. Two keys are the same when text and kind are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// A string.
    Text(String),
    /// Something else, as Java writes it: `1`, `true`, `[a, b]`.
    Other(String),
}

impl Key {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Other(text) => text,
        }
    }
}

impl Node {
    pub(crate) fn scalar(value: Value, origin: Origin) -> Self {
        Self {
            origin,
            content: Content::Scalar(value),
            height: 0,
        }
    }

    /// # Errors
    /// When it would nest too deep.
    pub(crate) fn sequence(items: Vec<Rc<Node>>, origin: Origin) -> Result<Self, ParseError> {
        let height = height(items.iter(), origin)?;
        Ok(Self {
            origin,
            content: Content::Sequence(items),
            height,
        })
    }

    /// # Errors
    /// When it would nest too deep.
    pub(crate) fn mapping(
        entries: Vec<(Key, Rc<Node>)>,
        origin: Origin,
    ) -> Result<Self, ParseError> {
        let height = height(entries.iter().map(|(_, node)| node), origin)?;
        Ok(Self {
            origin,
            content: Content::Mapping(entries),
            height,
        })
    }
}

/// The height of a collection. It is bounded where nodes are made, as aliases
/// make nodes higher than the text is deep, and everything later recurses.
fn height<'a>(
    children: impl Iterator<Item = &'a Rc<Node>>,
    origin: Origin,
) -> Result<usize, ParseError> {
    let height = 1 + children.map(|child| child.height).max().unwrap_or(0);
    if height > limits::DEPTH {
        return Err(too_deep(origin));
    }
    Ok(height)
}

pub(crate) fn too_deep(at: Origin) -> ParseError {
    let limit = limits::DEPTH;
    ParseError::new(ErrorKind::TooDeep { limit }, at)
}
