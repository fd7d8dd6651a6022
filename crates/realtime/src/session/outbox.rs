//! What waits to be taken by the client.

use std::time::Duration;

use super::Limits;

/// How much waits, and since when nothing of it was taken.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    bytes: usize,
    /// Of these, those of answers.
    answers: usize,
    moved: Duration,
}

impl Outbox {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// A message waits, too.
    pub(super) fn push(&mut self, now: Duration, bytes: usize) {
        if self.is_empty() {
            self.moved = now;
        }
        self.bytes += bytes.max(1);
    }

    /// An answer waits, too, if there is room for it.
    pub(super) fn answer(&mut self, now: Duration, bytes: usize, limit: usize) -> bool {
        if self.answers + bytes > limit {
            return false;
        }
        self.push(now, bytes);
        self.answers += bytes;
        true
    }

    /// Something was taken.
    pub(super) fn moved(&mut self, now: Duration) {
        self.moved = now;
    }

    /// All was taken.
    pub(super) fn flushed(&mut self) {
        (self.bytes, self.answers) = (0, 0);
    }

    /// When the client counts as one that does not read.
    pub(super) fn late_at(&self, limits: &Limits) -> Option<Duration> {
        (!self.is_empty()).then(|| self.moved + limits.stall)
    }
}
