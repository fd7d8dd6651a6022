//! What the client says.

use super::{CloseCode, Effect, MessageKind, Now, Resync, Resyncing, Session, rate::Taken};
use crate::{ClientMessage, ErrorCode, Pattern, message};

impl Session {
    /// Counts what came; whether it is taken.
    pub(super) fn counts(&mut self, now: Now, effects: &mut Vec<Effect>) -> bool {
        let limit = self.limits.messages_per_second;
        match self.rate.take(now.monotonic, limit) {
            Taken::Yes => return true,
            Taken::Not => {}
            Taken::FirstNot => {
                let why = format!("more than {limit} messages came in a second");
                self.say(now, ErrorCode::RateLimited, &why, None, effects);
            }
            Taken::Abuse => {
                let why = ErrorCode::RateLimited.name();
                self.close(now, CloseCode::Policy, why, effects);
            }
        }
        false
    }

    pub(super) fn text(&mut self, now: Now, text: &str, effects: &mut Vec<Effect>) {
        if !self.counts(now, effects) {
            return;
        }
        match ClientMessage::parse(text) {
            Ok(ClientMessage::Subscribe(patterns)) => self.subscribe(now, &patterns, effects),
            Ok(ClientMessage::Unsubscribe(patterns)) => self.unsubscribe(now, &patterns, effects),
            Ok(ClientMessage::Pong) => self.pings.answered(),
            Ok(ClientMessage::Ping) => {
                let pong = message::pong(now.wall);
                self.send(now, MessageKind::Pong, pong.into(), effects);
            }
            Ok(ClientMessage::Resync {
                last_version,
                cursor,
            }) => self.resync(now, last_version, &cursor, effects),
            Err(invalid) => {
                let why = invalid.to_string();
                self.reproach(now, ErrorCode::InvalidMessage, &why, effects);
            }
        }
    }

    fn subscribe(&mut self, now: Now, given: &[String], effects: &mut Vec<Effect>) {
        let Some(given) = self.patterns_of(now, given, effects) else {
            return;
        };
        let mut patterns = self.patterns.clone();
        patterns.extend(given);
        let limit = self.limits.patterns;
        if patterns.len() > limit {
            let why = format!(
                "these would be {} patterns, at most {limit} are allowed",
                patterns.len()
            );
            return self.reproach(now, ErrorCode::SubscriptionFailed, &why, effects);
        }
        self.patterns = patterns;
        self.tell_subscriptions(now, effects);
    }

    fn unsubscribe(&mut self, now: Now, given: &[String], effects: &mut Vec<Effect>) {
        let Some(given) = self.patterns_of(now, given, effects) else {
            return;
        };
        for pattern in given {
            self.patterns.remove(&pattern);
        }
        self.tell_subscriptions(now, effects);
    }

    /// All of the patterns, or none and an error.
    fn patterns_of(
        &mut self,
        now: Now,
        given: &[String],
        effects: &mut Vec<Effect>,
    ) -> Option<Vec<Pattern>> {
        let limit = self.limits.patterns;
        if given.len() > limit {
            let why = format!(
                "these are {} patterns, at most {limit} are allowed",
                given.len()
            );
            self.reproach(now, ErrorCode::SubscriptionFailed, &why, effects);
            return None;
        }
        let mut patterns = Vec::with_capacity(given.len());
        for (index, text) in given.iter().enumerate() {
            match text.parse() {
                Ok(pattern) => patterns.push(pattern),
                Err(error) => {
                    let why = format!("patterns[{index}]: {error}");
                    self.reproach(now, ErrorCode::SubscriptionFailed, &why, effects);
                    return None;
                }
            }
        }
        Some(patterns)
    }

    fn tell_subscriptions(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let patterns: Vec<String> = self.patterns.iter().map(ToString::to_string).collect();
        let text = message::subscriptions(&patterns, now.wall);
        self.send(now, MessageKind::Subscriptions, text.into(), effects);
    }

    fn resync(&mut self, now: Now, last_version: String, cursor: &str, effects: &mut Vec<Effect>) {
        let cursor = match cursor {
            "" => None,
            cursor => match cursor.parse() {
                Ok(cursor) => Some(cursor),
                Err(error) => {
                    let why = format!("cursor: {error}");
                    return self.reproach(now, ErrorCode::InvalidMessage, &why, effects);
                }
            },
        };
        let resync = Resync {
            last_version,
            cursor,
        };
        match &mut self.resync {
            Resyncing::Yes(next) => *next = Some(Box::new(resync)),
            Resyncing::No => self.begin_resync(resync, effects),
        }
    }

    fn begin_resync(&mut self, resync: Resync, effects: &mut Vec<Effect>) {
        self.resync = Resyncing::Yes(None);
        effects.push(Effect::Resync(resync));
    }

    pub(super) fn resynced(
        &mut self,
        now: Now,
        done: Result<(), String>,
        effects: &mut Vec<Effect>,
    ) {
        let next = match std::mem::replace(&mut self.resync, Resyncing::No) {
            Resyncing::Yes(next) => next,
            Resyncing::No => None,
        };
        if let Some(next) = next {
            return self.begin_resync(*next, effects);
        }
        if let Err(why) = done {
            self.reproach(now, ErrorCode::ResyncFailed, &why, effects);
        }
    }
}
