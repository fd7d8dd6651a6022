//! The kinds of events, and patterns over them.

use std::str::FromStr;

use vortex_kit::settings::nearest;

/// All kinds of events, of all services: a pattern that takes none of them is an error where it is
/// written.
pub const KINDS: &[&str] = &[
    "rollout.created",
    "rollout.started",
    "rollout.promoted",
    "rollout.paused",
    "rollout.resumed",
    "rollout.rolled_back",
    "rollout.releasing",
    "rollout.completed",
    "rollout.detached",
    "rollout.edited",
    "rollout.stayed",
    "alert.fired",
    "alert.resolved",
    "alert.acknowledged",
];

/// A kind of events, or all that begin with the same word: `alert.fired`, `alert.*`, `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kinds {
    /// What they begin with, or are.
    begin: String,
    is_whole: bool,
}

/// A pattern that takes no kind of events.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no events {given:?}{}", suggestion(.nearest))]
pub struct InvalidKind {
    /// The pattern as written.
    pub given: String,
    /// The kind that it may have meant.
    pub nearest: Option<String>,
}

fn suggestion(nearest: &Option<String>) -> String {
    let say = |name| format!("; is {name:?} meant?");
    nearest.as_ref().map(say).unwrap_or_default()
}

impl Kinds {
    pub(crate) fn takes(&self, kind: &str) -> bool {
        match self.is_whole {
            true => kind == self.begin,
            false => kind.starts_with(&self.begin),
        }
    }
}

impl FromStr for Kinds {
    type Err = InvalidKind;

    fn from_str(given: &str) -> Result<Self, InvalidKind> {
        let begin = match given {
            "*" => Some(""),
            _ => given.strip_suffix('*').filter(|begin| begin.ends_with('.')),
        };
        let kinds = Self {
            begin: begin.unwrap_or(given).to_owned(),
            is_whole: begin.is_none(),
        };
        match KINDS.iter().any(|kind| kinds.takes(kind)) {
            true => Ok(kinds),
            false => Err(InvalidKind {
                given: given.to_owned(),
                nearest: nearest(given, &[KINDS, &["rollout.*", "alert.*"]].concat()),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_kind_or_all_that_begin_with_a_word() {
        let takes = |pattern: &str, kind| pattern.parse::<Kinds>().unwrap().takes(kind);
        assert!(takes("*", "alert.fired"));
        assert!(takes("alert.*", "alert.fired"));
        assert!(takes("alert.fired", "alert.fired"));
        assert!(!takes("alert.fired", "alert.resolved"));
        assert!(!takes("rollout.*", "alert.fired"));
    }

    #[test]
    fn a_pattern_that_takes_nothing_is_refused_with_what_may_be_meant() {
        for (given, expected) in [
            (
                "alerts.*",
                "there are no events \"alerts.*\"; is \"alert.*\" meant?",
            ),
            (
                "rollout.rolledback",
                "there are no events \"rollout.rolledback\"; is \"rollout.rolled_back\" meant?",
            ),
            ("roll*", "there are no events \"roll*\""),
            ("", "there are no events \"\""),
            ("x", "there are no events \"x\""),
        ] {
            let refused = given.parse::<Kinds>().unwrap_err().to_string();
            assert!(refused.starts_with(expected), "{refused}");
        }
    }
}
