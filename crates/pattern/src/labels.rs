//! The labels of a pattern: parts, and perhaps all that follows.

use std::{cmp::Ordering, fmt};

use crate::part::Part;

/// Labels that begin with these parts; exactly these, unless there is a rest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Labels {
    pub(crate) parts: Box<[Part]>,
    /// Whether one part or more follow.
    pub(crate) rest: bool,
}

impl Labels {
    pub(crate) fn all() -> Self {
        Self {
            parts: Box::default(),
            rest: true,
        }
    }

    pub(crate) fn is_all(&self) -> bool {
        self.rest && self.parts.is_empty()
    }

    pub(crate) fn matches(&self, label: &str) -> bool {
        if self.is_all() {
            return true;
        }
        let mut given = label.split('/');
        let begins = self
            .parts
            .iter()
            .all(|part| given.next().is_some_and(|name| part.matches(name)));
        begins && given.next().is_some() == self.rest
    }

    pub(crate) fn covers(&self, other: &Self) -> bool {
        let shared = self.parts.len().min(other.parts.len());
        let begins = self.parts.len() == shared
            && self
                .parts
                .iter()
                .zip(&other.parts)
                .all(|(a, b)| a.covers(b));
        let others_go_on = other.rest || other.parts.len() > shared;
        match self.rest {
            true => begins && others_go_on,
            false => begins && !others_go_on,
        }
    }

    /// Part by part: a name, then `*`, then `**`.
    pub(crate) fn specificity(&self, other: &Self) -> Ordering {
        let parts = self.parts.iter().zip(&other.parts);
        parts
            .map(|(a, b)| a.specificity(b))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| self.parts.len().cmp(&other.parts.len()))
            .then_with(|| other.rest.cmp(&self.rest))
    }
}

impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            let separator = if index == 0 { "" } else { "/" };
            write!(f, "{separator}{part}")?;
        }
        match (self.rest, self.parts.is_empty()) {
            (true, true) => f.write_str("**"),
            (true, false) => f.write_str("/**"),
            (false, _) => Ok(()),
        }
    }
}
