//! Limits the answers that are remembered so that a repeated request changes nothing.

use jiff::{SignedDuration, Timestamp};

/// How long an answer is remembered.
const RETENTION: SignedDuration = SignedDuration::from_hours(24);

/// Answers that a service remembers at most; the oldest go first.
pub const MAX_ANSWERS: usize = 100_000;

/// Whether what was answered at a time is still remembered: for 24 hours.
pub fn is_remembered(answered_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(answered_at) < RETENTION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_remembered_for_a_day() {
        let at: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        assert!(is_remembered(at, at));
        assert!(is_remembered(
            at,
            "2026-01-03T03:04:04.999Z".parse().unwrap()
        ));
        assert!(!is_remembered(at, "2026-01-03T03:04:05Z".parse().unwrap()));
        // the clock went back
        assert!(is_remembered(at, "2025-12-01T00:00:00Z".parse().unwrap()));
    }
}
