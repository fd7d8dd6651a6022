//! Answered requests, remembered so that a repeat changes nothing.

use super::{HybridTime, Outcome, RequestId, Sha256};
use imbl::{HashMap, Vector};
use jiff::Timestamp;
use vortex_names::{MAX_ANSWERS, is_remembered};

/// What identifies a request: who asked, the id they gave, and what they asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    pub id: RequestId,
    /// The hash of the request without its id.
    pub body: Sha256,
}

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The hash of the request.
    pub body: Sha256,
    /// When it was answered.
    pub at: Timestamp,
    /// The answer.
    pub outcome: Outcome,
}

/// The requests whose answers are remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requests {
    answers: HashMap<(String, RequestId), Answered>,
    order: Vector<(String, RequestId)>,
}

impl Requests {
    /// The answer given to `id` of `principal`.
    pub fn get(&self, principal: &str, id: &RequestId) -> Option<&Answered> {
        self.answers.get(&(principal.to_owned(), id.clone()))
    }

    /// All answers, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RequestId, &Answered)> {
        self.order.iter().filter_map(|key| {
            let answered = self.answers.get(key)?;
            Some((key.0.as_str(), &key.1, answered))
        })
    }

    /// Remembers an answer, and forgets those that are too old or too many.
    pub fn insert(&mut self, principal: &str, id: &RequestId, answered: Answered) {
        self.expire(answered.at);
        let key = (principal.to_owned(), id.clone());
        if self.answers.insert(key.clone(), answered).is_none() {
            self.order.push_back(key);
        }
        while self.order.len() > MAX_ANSWERS {
            self.pop_oldest();
        }
    }

    /// Remembers the answer to a record's request, if it has one.
    pub(super) fn note(
        &mut self,
        principal: &str,
        request: Option<&RequestKey>,
        time: HybridTime,
        outcome: Outcome,
    ) {
        if let Some(RequestKey { id, body }) = request {
            let answered = Answered {
                body: *body,
                at: time.wall,
                outcome,
            };
            self.insert(principal, id, answered);
        }
    }

    /// Lets go of what is too old.
    pub fn expire(&mut self, now: Timestamp) {
        while let Some(oldest) = self.order.front() {
            let keep = self
                .answers
                .get(oldest)
                .is_some_and(|answered| is_remembered(answered.at, now));
            if keep {
                break;
            }
            self.pop_oldest();
        }
    }

    fn pop_oldest(&mut self) {
        if let Some(key) = self.order.pop_front() {
            self.answers.remove(&key);
        }
    }
}
