//! Compares tokens, which are positions in a log.

use std::cmp::Ordering;

/// A token, which is `STORE:SEQUENCE`.
#[derive(Clone, Debug)]
pub(super) struct Position(String);

impl Position {
    pub(super) fn new(token: String) -> Self {
        Self(token)
    }

    pub(super) fn token(&self) -> &str {
        &self.0
    }

    /// Whether this is before or after another position; `None` for positions in the logs of
    /// different stores.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        let (store, sequence) = self.parts()?;
        let (other_store, other_sequence) = other.parts()?;
        (store == other_store).then(|| sequence.cmp(&other_sequence))
    }

    fn parts(&self) -> Option<(&str, u64)> {
        let (store, sequence) = self.0.split_once(':')?;
        Some((store, sequence.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_ordered_within_a_log() {
        let order = |a: &str, b: &str| Position::new(a.into()).order(&Position::new(b.into()));
        assert_eq!(order("s:9", "s:10"), Some(Ordering::Less));
        assert_eq!(order("s:10", "s:10"), Some(Ordering::Equal));
        assert_eq!(order("s:11", "s:10"), Some(Ordering::Greater));
        for (a, b) in [("s:1", "t:2"), ("", "s:1"), ("s:x", "s:x")] {
            assert_eq!(order(a, b), None, "{a} {b}");
        }
    }
}
