//! Whether the client is still there.

use std::time::Duration;

use super::Limits;

/// When the client is asked next, and whether it owes an answer.
#[derive(Debug)]
pub(super) struct Pings {
    next: Duration,
    /// Until when the answer has to come.
    owed: Option<Duration>,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Ping,
    TooLate,
}

impl Pings {
    pub(super) fn from(now: Duration, limits: &Limits) -> Self {
        Self {
            next: now + limits.ping_every,
            owed: None,
        }
    }

    /// The client has answered.
    pub(super) fn answered(&mut self) {
        self.owed = None;
    }

    /// When something is due.
    pub(super) fn due(&self) -> Duration {
        self.owed.map_or(self.next, |owed| owed.min(self.next))
    }

    pub(super) fn step(&mut self, now: Duration, limits: &Limits) -> Due {
        if self.owed.is_some_and(|owed| now >= owed) {
            return Due::TooLate;
        }
        if now < self.next {
            return Due::Nothing;
        }
        self.next = now + limits.ping_every;
        self.owed.get_or_insert(now + limits.pong_within);
        Due::Ping
    }
}
