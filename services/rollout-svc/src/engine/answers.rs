//! Answered requests, remembered so that a repeat changes nothing.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::Mutex as Turn;
use vortex_names::{MAX_ANSWERS, is_remembered};

use super::{Error, Request};
use crate::store::{Answer, Answered};

/// Answers with different ids seldom wait for each other.
const STRIPES: usize = 64;

type Key = [u8; 32];

/// The requests answered within a day.
pub(super) struct Answers {
    kept: Mutex<Kept>,
    turns: [Turn<()>; STRIPES],
}

#[derive(Default)]
struct Kept {
    answers: HashMap<Key, Answered>,
    order: VecDeque<Key>,
}

impl Answers {
    /// Loads the requests that were stored, in any order.
    pub(super) fn of(mut answered: Vec<Answered>) -> Self {
        answered.sort_unstable_by_key(|answered| answered.at);
        let requests = Self {
            kept: Mutex::default(),
            turns: [const { Turn::const_new(()) }; STRIPES],
        };
        answered
            .into_iter()
            .for_each(|answered| requests.insert(answered));
        requests
    }

    /// Waits until no other request with this id is under way.
    pub(super) async fn turn(&self, request: &Request) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let [first, ..] = request.key()?;
        Some(self.turns[usize::from(first) % STRIPES].lock().await)
    }

    /// The answer that was given to the same request.
    pub(super) fn get(&self, request: &Request, now: Timestamp) -> Result<Option<Answer>, Error> {
        let (Some(key), Some(id)) = (request.key(), &request.id) else {
            return Ok(None);
        };
        let kept = self.kept();
        let answered = kept.answers.get(&key);
        match answered.filter(|answered| is_remembered(answered.at, now)) {
            None => Ok(None),
            Some(answered) if answered.body == request.body => Ok(Some(answered.answer.clone())),
            Some(_) => Err(Error::RequestIdReused(id.clone())),
        }
    }

    /// Keeps an answer.
    pub(super) fn insert(&self, answered: Answered) {
        let mut kept = self.kept();
        let key = answered.key;
        if kept.answers.insert(key, answered).is_none() {
            kept.order.push_back(key);
        }
    }

    /// Removes the requests that are old or too many, and answers them, to be deleted from the
    /// store too.
    pub(super) fn expire(&self, now: Timestamp) -> Vec<Answered> {
        let mut kept = self.kept();
        let mut gone = Vec::new();
        while let Some(oldest) = kept.order.front().copied() {
            let is_over = kept.order.len() > MAX_ANSWERS;
            let oldest_answer = kept.answers.get(&oldest);
            if oldest_answer.is_some_and(|oldest| is_remembered(oldest.at, now)) && !is_over {
                break;
            }
            kept.order.pop_front();
            gone.extend(kept.answers.remove(&oldest));
        }
        gone
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Request {
    /// The record of this answer; `None` if a repeat can't be recognised.
    pub(super) fn answered(&self, at: Timestamp, answer: Answer) -> Option<Answered> {
        Some(Answered {
            key: self.key()?,
            body: self.body,
            at,
            answer,
        })
    }
}
