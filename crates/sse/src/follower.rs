//! The state of a stream across all its connections.

use std::{collections::VecDeque, time::Duration};

use vortex_backoff::{Backoff, Jitter};

use crate::parser::{Event, Parser, TooLarge};

/// Pauses between the tries of a client.
pub const BACKOFF: Backoff = Backoff::new(
    Duration::from_millis(100),
    Duration::from_secs(2),
    Jitter::Full,
);

/// How often a server is tried that was never reached. One that refuses for now is waited for: it is
/// there, and on its way up or down.
pub const TRIES_UNREACHABLE: u32 = 5;

/// A stream that goes on where it stood when a connection is lost.
#[derive(Debug)]
pub struct Follower {
    /// How long an outage may last.
    patience: Duration,
    position: Position,
    /// Of the connection there is.
    parser: Parser,
    ready: VecDeque<Event>,
    backoff: Backoff,
    /// Since when there is no connection; `None` while there is one.
    outage: Option<Duration>,
    connected_once: bool,
    interrupted: bool,
}

/// Up to where events were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The id of the last event, for `Last-Event-ID`.
    pub last_event_id: Option<String>,
    /// The digest of what is held, for `last_digest`.
    pub digest: Option<String>,
}

/// How a connection was lost, or did not come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It broke, or could not be made.
    Unreachable,
    /// The server can't go on from the position.
    Position,
    /// The server refuses, and may not a little later.
    Transient,
    /// The server refuses for good.
    Final,
}

impl Follower {
    /// A stream that was never connected; an outage of `patience` ends it.
    pub fn new(patience: Duration) -> Self {
        Self {
            patience,
            position: Position::default(),
            parser: Parser::default(),
            ready: VecDeque::new(),
            backoff: BACKOFF,
            outage: None,
            connected_once: false,
            interrupted: false,
        }
    }

    /// Where the next connection goes on.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The next event that has arrived.
    pub fn take(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    /// Takes bytes of the connection there is; whether they end an outage.
    ///
    /// # Errors
    /// An event is too large.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<bool, TooLarge> {
        self.ready.extend(self.parser.feed(bytes)?);
        let again = self.outage.take().is_some() && self.connected_once;
        self.connected_once = true;
        self.backoff.reset();
        Ok(again)
    }

    /// Goes on from here from now on: the caller holds what an event told.
    pub fn reached(&mut self, position: Position) {
        self.position = position;
    }

    /// The connection is lost, with what arrived and was not taken. How long to wait before the
    /// next; none if there is no use in it. `now` is the time since some moment, the same at all
    /// calls; `random` is in `0.0..1.0`.
    pub fn lost(&mut self, how: Loss, now: Duration, random: f64) -> Option<Duration> {
        self.parser = Parser::default();
        self.ready.clear();
        self.interrupted = true;
        let began = *self.outage.get_or_insert(now);
        let again = match how {
            Loss::Unreachable => {
                self.connected_once || self.backoff.failures() + 1 < TRIES_UNREACHABLE
            }
            // without a position there is nothing to begin again without
            Loss::Position => std::mem::take(&mut self.position).last_event_id.is_some(),
            Loss::Transient => true,
            Loss::Final => false,
        };
        let pause = self.backoff.pause(random);
        let outage = now.saturating_sub(began);
        (again && outage + pause < self.patience).then_some(pause)
    }

    /// Whether a connection was lost since this was asked last.
    pub fn was_interrupted(&mut self) -> bool {
        std::mem::take(&mut self.interrupted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);

    const NOW: Duration = Duration::from_secs(7);

    fn at(id: &str) -> Position {
        Position {
            last_event_id: Some(id.to_owned()),
            digest: Some("d".to_owned()),
        }
    }

    #[test]
    fn what_a_lost_connection_left_half_said_is_forgotten() {
        let mut follower = Follower::new(PATIENCE);
        follower
            .feed(b"id: s:1\ndata: a\n\nid: s:2\ndata: b\n\ndata: half")
            .unwrap();
        assert_eq!(follower.take().unwrap().data, "a");
        follower.reached(at("s:1"));
        assert!(follower.lost(Loss::Unreachable, NOW, 0.0).is_some());
        assert_eq!(follower.take(), None);
        assert_eq!(follower.position(), &at("s:1"));
        assert_eq!(follower.feed(b" of it\n\ndata: b\n\n"), Ok(true));
        assert_eq!(follower.take().unwrap().data, "b");
        assert!(follower.was_interrupted() && !follower.was_interrupted());
    }

    #[test]
    fn a_server_that_was_never_reached_is_tried_five_times() {
        let mut follower = Follower::new(PATIENCE);
        let tries = (1..20).take_while(|_| follower.lost(Loss::Unreachable, NOW, 0.0).is_some());
        assert_eq!(tries.count(), 4);
    }

    #[test]
    fn an_outage_ends_a_stream_when_patience_does() {
        let mut follower = Follower::new(PATIENCE);
        assert_eq!(follower.feed(b": here\n"), Ok(false));
        for second in 0..10 {
            let now = NOW + Duration::from_secs(second);
            let pause = follower.lost(Loss::Unreachable, now, 0.0);
            assert!(pause.is_some(), "{second}");
        }
        assert_eq!(follower.lost(Loss::Transient, NOW + PATIENCE, 0.0), None);
        // from the first byte on it is another outage
        assert_eq!(follower.feed(b": here\n"), Ok(true));
        assert!(
            follower
                .lost(Loss::Transient, NOW + PATIENCE, 0.0)
                .is_some()
        );
    }

    #[test]
    fn a_position_is_given_up_once_and_a_final_refusal_at_once() {
        let mut follower = Follower::new(PATIENCE);
        follower.reached(at("s:7"));
        assert!(follower.lost(Loss::Position, NOW, 0.0).is_some());
        assert_eq!(follower.position(), &Position::default());
        assert_eq!(follower.lost(Loss::Position, NOW, 0.0), None);
        assert_eq!(follower.lost(Loss::Final, NOW, 0.0), None);
    }
}
