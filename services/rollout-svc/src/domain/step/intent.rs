//! The intent behind a transition: who asks for it, why, and on what evidence.

use crate::domain::{
    Author, Lost, SELF,
    analysis::{Cause, Judged},
};

/// A request for a transition, with its reason and evidence.
pub(super) struct Intent {
    pub(super) principal: String,
    pub(super) reason: String,
    pub(super) evidence: Vec<Judged>,
}

impl Intent {
    pub(super) fn of(author: Author) -> Self {
        Self {
            principal: author.principal,
            reason: author.reason,
            evidence: Vec::new(),
        }
    }

    pub(super) fn own(reason: String) -> Self {
        Self {
            principal: SELF.to_owned(),
            reason,
            evidence: Vec::new(),
        }
    }

    /// The intent of the caller that ended the split.
    pub(super) fn of_end(lost: &Lost, reason: String) -> Self {
        let principal = match lost.by.as_str() {
            "" => SELF,
            by => by,
        };
        Self {
            principal: principal.to_owned(),
            reason,
            evidence: Vec::new(),
        }
    }

    /// Puts the slice that decided first.
    pub(super) fn by_itself(cause: &Cause, evidence: Vec<Judged>) -> Self {
        let others = evidence.into_iter().filter(|judged| *judged != cause.slice);
        Self {
            evidence: std::iter::once(cause.slice.clone()).chain(others).collect(),
            ..Self::own(cause.to_string())
        }
    }

    /// So many slices in a row of every application passed while it was paused.
    pub(super) fn cleared(slices: u32, why: &str) -> Self {
        let passed = match slices {
            1 => "a slice passed".to_owned(),
            _ => format!("{slices} slices in a row passed"),
        };
        Self::own(format!("{passed} after the pause: {why}"))
    }

    pub(super) fn passed(evidence: Vec<Judged>) -> Self {
        let reason =
            "the newest slice of every application passed, and the stage lasted long enough";
        Self {
            evidence,
            ..Self::own(reason.to_owned())
        }
    }
}
