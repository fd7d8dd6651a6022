//! Limits repeated log lines: the first is written, then one every ten seconds with the number left
//! out.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::error::Reason;

const PAUSE: Duration = Duration::from_secs(10);

/// The lines of one method, by reason: no more than there are reasons.
#[derive(Debug, Default)]
pub(super) struct Repeats(Mutex<BTreeMap<Option<Reason>, Repeat>>);

#[derive(Debug)]
struct Repeat {
    next: Instant,
    left_out: u64,
}

impl Repeats {
    /// How many lines were left out since the last one, if another is due.
    pub(super) fn due(&self, reason: Option<Reason>, now: Instant) -> Option<u64> {
        let mut repeats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let repeat = repeats.entry(reason).or_insert(Repeat {
            next: now,
            left_out: 0,
        });
        if now < repeat.next {
            repeat.left_out += 1;
            return None;
        }
        repeat.next = now + PAUSE;
        Some(std::mem::take(&mut repeat.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_is_written_and_then_one_every_ten_seconds_with_a_count() {
        let (repeats, begin) = (Repeats::default(), Instant::now());
        let due = |second| {
            let now = begin + Duration::from_secs(second);
            repeats.due(Some(Reason::SourceNotReady), now)
        };
        let told: Vec<_> = [0, 1, 2, 9, 10, 11, 25].into_iter().map(due).collect();
        assert_eq!(told, [Some(0), None, None, None, Some(3), None, Some(1)]);
    }

    #[test]
    fn reasons_do_not_silence_each_other() {
        let (repeats, now) = (Repeats::default(), Instant::now());
        for reason in [Reason::SourceNotReady, Reason::Unavailable] {
            assert_eq!(repeats.due(Some(reason), now), Some(0));
        }
    }
}
