//! What may stand between two separators.

use std::{cmp::Ordering, fmt};

/// Any one part, or that of one name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Any,
    Is(Box<str>),
}

impl Part {
    pub(crate) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Is(this) => **this == *name,
        }
    }

    pub(crate) fn covers(&self, other: &Self) -> bool {
        match self {
            Self::Any => true,
            Self::Is(_) => self == other,
        }
    }

    pub(crate) fn is_any(&self) -> bool {
        matches!(self, Self::Any)
    }

    /// A name is more specific than any name.
    pub(crate) fn specificity(&self, other: &Self) -> Ordering {
        other.is_any().cmp(&self.is_any())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Is(name) => f.write_str(name),
        }
    }
}
