//! Why a report is not valid.

use vortex_names::InvalidName;
use vortex_sketch::InvalidSketch;

/// A field of a report that broke a rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{field}: {why}")]
pub(crate) struct Invalid {
    /// The field, such as `measured[2].errors`.
    pub field: String,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Why {
    /// A name is not valid.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// It is missing.
    #[error("it is required")]
    Missing,
    /// It is longer than it may be.
    #[error("{bytes} bytes, at most {limit} are allowed")]
    TooLong {
        /// Its bytes.
        bytes: usize,
        /// As many as may be.
        limit: usize,
    },
    /// It has more items than it may have.
    #[error("{items} are given, at most {limit} are allowed")]
    TooMany {
        /// How many there are.
        items: usize,
        /// As many as may be.
        limit: usize,
    },
    /// A value is none of those that are known.
    #[error("{0} is not a known value")]
    Unknown(i32),
    /// An arm that is of no split.
    #[error("an arm is given only with its split")]
    ArmWithoutSplit,
    /// More requests failed than there were.
    #[error("{errors} errors are more than {requests} requests")]
    MoreErrorsThanRequests {
        /// All requests.
        requests: u64,
        /// Those that failed.
        errors: u64,
    },
    /// More requests than one report may count.
    #[error("{given} is more than the {limit} that one report may count")]
    TooManyRequests {
        /// How many are given.
        given: u64,
        /// As many as may be.
        limit: u64,
    },
    /// A latency that is none.
    #[error("{0} is not a valid latency: it must be finite and not negative")]
    Latency(f64),
    /// Latencies below zero.
    #[error("no latency is below zero")]
    Negative,
    /// A sketch that can't be used.
    #[error(transparent)]
    Sketch(#[from] InvalidSketch),
}

impl Invalid {
    /// A field and what is wrong with it.
    pub(crate) fn new(field: impl Into<String>, why: impl Into<Why>) -> Self {
        Self {
            field: field.into(),
            why: why.into(),
        }
    }

    /// The same of a field within another.
    #[must_use]
    pub(crate) fn within(self, outer: &str) -> Self {
        Self {
            field: format!("{outer}.{}", self.field),
            why: self.why,
        }
    }
}
