//! What a session says when something is wrong.

use std::time::Duration;

use super::{Broken, CloseCode, Effect, MessageKind, Now, Session, input::Lost};
use crate::{
    ErrorCode,
    message::{self, ServerError},
};

/// The shortest time that a client is told to wait.
const AT_LEAST: Duration = Duration::from_millis(100);

impl Session {
    /// Says what was wrong with what the client sent; one who goes on like that is closed.
    pub(super) fn reproach(
        &mut self,
        now: Now,
        code: ErrorCode,
        message: &str,
        effects: &mut Vec<Effect>,
    ) {
        if self.patience.is_lost(now.monotonic) {
            let why = "too many messages had errors";
            return self.close(now, CloseCode::Policy, why, effects);
        }
        self.say(now, code, message, None, effects);
    }

    /// Says what is wrong.
    pub(super) fn say(
        &mut self,
        now: Now,
        code: ErrorCode,
        message: &str,
        retry_after_ms: Option<u64>,
        effects: &mut Vec<Effect>,
    ) {
        let error = ServerError {
            code,
            message,
            retry_after_ms,
        };
        let text = message::error(&error, now.wall);
        self.send(now, MessageKind::Error, text.into(), effects);
    }

    pub(super) fn broken(&mut self, now: Now, broken: Broken, effects: &mut Vec<Effect>) {
        let (code, reason) = match broken {
            Broken::Frames => (CloseCode::Protocol, "these are no frames of a client"),
            Broken::Text => (CloseCode::InvalidText, "the text is not UTF-8"),
            Broken::TooLarge => (CloseCode::TooLarge, "the message is over the limit"),
        };
        self.close(now, code, reason, effects);
    }

    pub(super) fn slow(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let why = "what was sent is not taken; connect again and resume";
        self.part(
            now,
            ErrorCode::SlowReader,
            CloseCode::TryAgainLater,
            why,
            effects,
        );
    }

    pub(super) fn no_pong(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let why = "no pong came in time";
        self.say(now, ErrorCode::PongTimeout, why, None, effects);
        self.close(
            now,
            CloseCode::Policy,
            ErrorCode::PongTimeout.name(),
            effects,
        );
    }

    pub(super) fn watch_ended(&mut self, now: Now, why: &str, effects: &mut Vec<Effect>) {
        self.part(
            now,
            ErrorCode::WatchEnded,
            CloseCode::TryAgainLater,
            why,
            effects,
        );
    }

    pub(super) fn lost(&mut self, now: Now, lost: Lost, why: &str, effects: &mut Vec<Effect>) {
        match lost {
            Lost::Ended => {
                let code = ErrorCode::Unauthenticated;
                self.say(now, code, why, None, effects);
                self.close(now, CloseCode::Policy, code.name(), effects);
            }
            Lost::Unknown => {
                self.part(
                    now,
                    ErrorCode::Unavailable,
                    CloseCode::TryAgainLater,
                    why,
                    effects,
                );
            }
        }
    }

    pub(super) fn leave(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let why = "the server is shutting down";
        self.part(now, ErrorCode::Draining, CloseCode::GoingAway, why, effects);
    }

    /// Says why, and when to come back, and closes.
    fn part(
        &mut self,
        now: Now,
        code: ErrorCode,
        close: CloseCode,
        why: &str,
        effects: &mut Vec<Effect>,
    ) {
        let longest = self.limits.retry_after.saturating_sub(AT_LEAST);
        // the other way round than when it leaves, so that who leaves last does not wait longest
        let wait = AT_LEAST + longest.mul_f64(1.0 - self.jitter);
        let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.say(now, code, why, Some(wait), effects);
        self.close(now, close, code.name(), effects);
    }
}
