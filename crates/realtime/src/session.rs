//! A connection, as a machine that is told what comes and says what to do.
//!
//! ```text
//! Open ── something is wrong, a drain, a slow reader ──> Closing ── answered, or too late ──> Ended
//!   └──── the client closes ─────────────────────────────┘
//! ```
//!
//! What the client is sent is pulled: who runs a session hands it the next message when
//! [`Session::wants_push`] says so, which is when all before it was taken. So a reader that is slow
//! has one message waiting, and what happened meanwhile reaches it as one. Answers to what it sends
//! are bounded in bytes besides.

mod close;
mod effect;
mod errors;
mod inbound;
mod input;
mod limits;
mod outbox;
mod patience;
mod pings;
mod rate;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, time::Duration};

use bytes::Bytes;

pub use close::{Close, CloseCode, Ended};
pub use effect::{Effect, MessageKind, Outgoing, Resync};
pub use input::{Broken, Input, Lost, Now, Position, Push};
pub use limits::Limits;

use crate::{Pattern, message};
use outbox::Outbox;
use patience::Patience;
use pings::Pings;
use rate::Rate;

/// A connection's state, from its first message to its end.
#[derive(Debug)]
pub struct Session {
    limits: Limits,
    id: Box<str>,
    /// From 0 to 1, this connection's own: so that not all do the same at once.
    jitter: f64,
    state: State,
    patterns: BTreeSet<Pattern>,
    rate: Rate,
    patience: Patience,
    pings: Pings,
    outbox: Outbox,
    /// Where the client is, once it was told anything.
    position: Option<Position>,
    resync: Resyncing,
    /// When it leaves because the server does.
    leave_at: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing was sent that has the connection's id.
    Begun,
    Open,
    /// A close frame was sent, or came; the other's is waited for until then.
    Closing(Ended, Duration),
    Ended,
}

#[derive(Debug, PartialEq, Eq)]
enum Resyncing {
    No,
    /// One was asked for, and perhaps another since.
    Yes(Option<Box<Resync>>),
}

impl Session {
    /// A connection that begins now. `id` is what it is called in its first message; `jitter` is
    /// any number from 0 to 1.
    pub fn new(id: &str, jitter: f64, limits: Limits, now: Now) -> Self {
        Self {
            limits,
            id: id.into(),
            jitter: jitter.clamp(0.0, 1.0),
            state: State::Begun,
            patterns: BTreeSet::new(),
            rate: Rate::default(),
            patience: Patience::default(),
            pings: Pings::from(now.monotonic, &limits),
            outbox: Outbox::default(),
            position: None,
            resync: Resyncing::No,
            leave_at: None,
        }
    }

    /// Takes note of what came, and says what to do, in this order.
    pub fn step(&mut self, now: Now, input: Input<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        match self.state {
            State::Ended => {}
            State::Closing(ended, until) => {
                self.step_closing(now, &input, ended, until, &mut effects)
            }
            State::Begun | State::Open => self.step_open(now, input, &mut effects),
        }
        effects
    }

    /// Whether the next message for the client is wanted: all before it was taken.
    pub fn wants_push(&self) -> bool {
        self.is_open() && self.outbox.is_empty() && self.resync == Resyncing::No
    }

    /// Whether the connection is neither closed nor about to be.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Begun | State::Open)
    }

    /// Whether the client subscribes to anything besides its own configuration.
    pub fn has_subscriptions(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// Whether the client subscribes to what a change of a document concerns, as
    /// [`Pattern::concerns`] says.
    pub fn subscribes(&self, app: &str, profile: &str, label: &str) -> bool {
        let mut patterns = self.patterns.iter();
        patterns.any(|pattern| pattern.concerns(app, profile, label))
    }

    /// Whether the client subscribes to anything on a label.
    pub fn subscribes_on(&self, label: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.is_on(label))
    }

    /// When to come back with [`Input::Tick`] if nothing else comes before.
    pub fn wake_at(&self) -> Option<Duration> {
        let due = match self.state {
            State::Ended => return None,
            State::Closing(_, until) => return Some(until),
            State::Begun | State::Open => self.pings.due(),
        };
        let others = [self.leave_at, self.outbox.late_at(&self.limits)];
        let earliest = others.into_iter().flatten().min();
        Some(earliest.map_or(due, |other| other.min(due)))
    }

    fn step_closing(
        &mut self,
        now: Now,
        input: &Input<'_>,
        ended: Ended,
        until: Duration,
        effects: &mut Vec<Effect>,
    ) {
        let over = match input {
            Input::Gone => true,
            // who runs this goes on until the answer is written, and then says that it is gone
            Input::Closed(_) => false,
            _ => now.monotonic >= until,
        };
        if over {
            self.end(ended, effects);
        }
    }

    fn step_open(&mut self, now: Now, input: Input<'_>, effects: &mut Vec<Effect>) {
        match input {
            Input::Text(text) => self.text(now, text, effects),
            Input::Binary => {
                let why = "only text messages are taken";
                self.close(now, CloseCode::Unsupported, why, effects);
            }
            Input::Ping => {
                self.counts(now, effects);
            }
            Input::Pong => {
                if self.counts(now, effects) {
                    self.pings.answered();
                }
            }
            Input::Broken(broken) => self.broken(now, broken, effects),
            Input::Closed(code) => {
                let ended = Ended::by_client(code);
                let until = now.monotonic + self.limits.close_within;
                self.state = State::Closing(ended, until);
            }
            Input::Gone => self.end(Ended::BROKEN, effects),
            Input::Push(push) => self.push(now, push, effects),
            Input::Progress(token) => {
                if let Some(position) = &mut self.position {
                    position.token = token;
                }
            }
            Input::Resynced(done) => self.resynced(now, done, effects),
            Input::Written => self.outbox.moved(now.monotonic),
            Input::Flushed => self.outbox.flushed(),
            Input::Lagged => self.slow(now, effects),
            Input::WatchEnded(why) => self.watch_ended(now, &why, effects),
            Input::Lost(lost, why) => self.lost(now, lost, &why, effects),
            Input::Drain(spread) => {
                let leave_at = now.monotonic + spread.mul_f64(self.jitter);
                self.leave_at.get_or_insert(leave_at);
            }
            Input::Tick => {}
        }
        self.tick(now, effects);
    }

    fn tick(&mut self, now: Now, effects: &mut Vec<Effect>) {
        if !self.is_open() {
            return;
        }
        if self.leave_at.is_some_and(|at| now.monotonic >= at) {
            return self.leave(now, effects);
        }
        let late = self.outbox.late_at(&self.limits);
        if late.is_some_and(|at| now.monotonic >= at) {
            return self.slow(now, effects);
        }
        match self.pings.step(now.monotonic, &self.limits) {
            pings::Due::Nothing => {}
            pings::Due::Ping => {
                let cursor = self.position.as_ref().map(Position::cursor);
                let text = message::ping(&cursor.unwrap_or_default(), now.wall);
                self.send(now, MessageKind::Ping, text.into(), effects);
                effects.push(Effect::Ping);
            }
            pings::Due::TooLate => self.no_pong(now, effects),
        }
    }

    fn push(&mut self, now: Now, push: Push, effects: &mut Vec<Effect>) {
        let Push {
            kind,
            mut bytes,
            position,
        } = push;
        if let Some(position) = position {
            self.position = Some(position);
        }
        if self.state == State::Begun {
            bytes = message::greeting(&bytes, &self.id).into();
            self.state = State::Open;
        }
        self.outbox.push(now.monotonic, bytes.len());
        effects.push(Effect::Send(Outgoing { kind, bytes }));
    }

    /// Sends an answer, if there is room for it; a client that asks and does not read is closed.
    fn send(&mut self, now: Now, kind: MessageKind, bytes: Bytes, effects: &mut Vec<Effect>) {
        let fits = self
            .outbox
            .answer(now.monotonic, bytes.len(), self.limits.answers);
        match fits {
            true => effects.push(Effect::Send(Outgoing { kind, bytes })),
            false => {
                let why = "the answers are not read";
                self.close(now, CloseCode::TryAgainLater, why, effects);
            }
        }
    }

    fn close(&mut self, now: Now, code: CloseCode, reason: &str, effects: &mut Vec<Effect>) {
        if !self.is_open() {
            return;
        }
        let until = now.monotonic + self.limits.close_within;
        self.state = State::Closing(Ended::by_server(code), until);
        effects.push(Effect::Close(Close::new(code, reason)));
    }

    fn end(&mut self, ended: Ended, effects: &mut Vec<Effect>) {
        self.state = State::Ended;
        effects.push(Effect::End(ended));
    }
}
