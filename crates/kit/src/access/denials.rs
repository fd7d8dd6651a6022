//! Calls that were refused for who made them, as the audit tells them.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::Notify;

/// Refusals of different kinds that are held until somebody takes them. Further ones are told
/// without what tells them apart: that many is an attack, or a loop over all applications.
const KINDS: usize = 128;
/// Bytes that are kept of what was called.
const CALL: usize = 200;
/// Bytes that are kept of a scope: no pattern has more, and what is none is what a caller made up.
const SCOPE: usize = 514;

/// What tells refusals apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Refused {
    /// Why, as the metrics call it.
    pub reason: String,
    /// Who called, as far as that is known.
    pub principal: String,
    /// Where from, over a network.
    pub address: Option<IpAddr>,
    /// What they called.
    pub call: String,
    /// The role that they lack, if it is known who they are.
    pub role: String,
    /// Where they lack it.
    pub scope: String,
}

/// Refusals that differ in nothing but their time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// What they have in common.
    pub refused: Refused,
    /// The id of the key that was shown last; empty where none was.
    pub key_id: String,
    /// How many.
    pub count: u64,
    /// When the first was.
    pub first: Timestamp,
    /// When the last was.
    pub last: Timestamp,
}

/// Refusals of a process that nobody has taken yet.
#[derive(Debug, Default)]
pub struct Denials {
    held: Mutex<HashMap<Refused, Denial>>,
    arrived: Notify,
}

impl Denials {
    pub(super) fn note(&self, refused: Refused, key_id: String, at: Timestamp) {
        self.add(Denial {
            refused: refused.bounded(),
            key_id,
            count: 1,
            first: at,
            last: at,
        });
        self.arrived.notify_one();
    }

    /// Takes all that are held, once there are any.
    pub async fn take(&self) -> Vec<Denial> {
        loop {
            let held = std::mem::take(&mut *self.lock());
            if !held.is_empty() {
                return held.into_values().collect();
            }
            self.arrived.notified().await;
        }
    }

    /// Holds again what could not be told.
    pub fn give_back(&self, denials: Vec<Denial>) {
        denials.into_iter().for_each(|denial| self.add(denial));
        self.arrived.notify_one();
    }

    fn add(&self, mut denial: Denial) {
        let mut held = self.lock();
        if held.len() >= KINDS && !held.contains_key(&denial.refused) {
            denial.refused = denial.refused.in_general();
            denial.key_id.clear();
        }
        match held.get_mut(&denial.refused) {
            Some(known) => known.join(denial),
            None => {
                held.insert(denial.refused.clone(), denial);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Refused, Denial>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Denial {
    /// Adds others of the same kind.
    pub fn join(&mut self, other: Self) {
        if other.last >= self.last {
            self.key_id = other.key_id;
        }
        self.count = self.count.saturating_add(other.count);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

impl Refused {
    fn bounded(mut self) -> Self {
        for (text, longest) in [(&mut self.call, CALL), (&mut self.scope, SCOPE)] {
            let end = (0..=longest).rev().find(|at| text.is_char_boundary(*at));
            text.truncate(end.unwrap_or_default());
        }
        self
    }

    /// What is left where there are too many kinds: so no more than there are reasons.
    #[must_use]
    pub fn in_general(self) -> Self {
        Self {
            reason: self.reason,
            principal: "several".to_owned(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn refused(call: &str) -> Refused {
        Refused {
            reason: "denied".to_owned(),
            principal: "key:ci".to_owned(),
            call: call.to_owned(),
            ..Refused::default()
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_differs_in_time_alone_is_one() {
        let denials = Denials::default();
        assert!(denials.take().now_or_never().is_none());
        for second in 1..=3 {
            denials.note(refused("a"), "0123".to_owned(), at(second));
        }
        denials.note(refused("b"), String::new(), at(4));
        let mut taken = denials.take().now_or_never().unwrap();
        taken.sort_by_key(|denial| denial.first);
        assert_eq!(
            (taken[0].count, taken[0].first, taken[0].last),
            (3, at(1), at(3))
        );
        assert_eq!(taken.len(), 2);
        denials.note(refused("b"), String::new(), at(9));
        denials.give_back(taken);
        let taken = denials.take().now_or_never().unwrap();
        let b = taken.iter().find(|denial| denial.refused.call == "b");
        assert_eq!(
            b.map(|b| (b.count, b.first, b.last)),
            Some((2, at(4), at(9)))
        );
    }

    #[test]
    fn nothing_that_callers_make_up_fills_the_memory() {
        let denials = Denials::default();
        for number in 0..100_000_i64 {
            let long = format!("{number}{}", "ä".repeat(1_000));
            let refused = Refused {
                scope: long.clone(),
                ..refused(&long)
            };
            denials.note(refused, String::new(), at(number));
        }
        let taken = denials.take().now_or_never().unwrap();
        assert_eq!(taken.len(), KINDS + 1);
        assert!(taken.iter().all(|denial| {
            let Refused { call, scope, .. } = &denial.refused;
            call.len() <= CALL && scope.len() <= SCOPE
        }));
        assert_eq!(
            taken.iter().map(|denial| denial.count).sum::<u64>(),
            100_000
        );
    }
}
