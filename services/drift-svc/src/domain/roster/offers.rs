//! Asking instances to fetch again what they should run.

use std::collections::HashMap;

use super::Roster;
use crate::domain::{State, Tenths, rules::ASK_AGAIN};

/// The most instances of a fleet that may have been asked within five minutes.
const MOST: usize = 1 << 18;

/// Asks an instance to fetch what it should run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub id: Box<str>,
    /// What it should run.
    pub version: Box<str>,
    /// The ingest that brought its last report, and so may bring the next.
    pub ingest: u16,
}

/// What became of the wish to ask an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is to be asked.
    Now(Offer),
    /// It was asked for the same version less than five minutes ago.
    Before,
    /// It runs what it should, is silent, or is not known; or too many were asked.
    No,
}

/// Who was asked for what, and when.
#[derive(Debug, Default)]
pub(super) struct Book(HashMap<u32, (u16, Tenths)>);

impl Book {
    pub(super) fn forget(&mut self, number: u32) {
        if !self.0.is_empty() {
            self.0.remove(&number);
        }
    }

    pub(super) fn prune(&mut self, now: Tenths) {
        self.0.retain(|_, (_, at)| now.since(*at) < ASK_AGAIN);
    }
}

impl Roster {
    /// Asks an instance by its id, if it runs another version than it should.
    pub fn ask(&mut self, id: &str, now: Tenths) -> Asked {
        let hash = self.index.hash(id);
        let Some(number) = self.find(hash, id) else {
            return Asked::No;
        };
        match self.slots[number].key.state() {
            state if state.is_drift() => self.ask_number(number, now),
            State::Pending => self.ask_number(number, now),
            _ => Asked::No,
        }
    }

    /// Asks those of the records `from`, `most` at most, that drifted, failed or run an unknown
    /// version. Tells `asked` what became of each, and answers where to go on.
    pub fn ask_all(
        &mut self,
        from: u32,
        most: u32,
        now: Tenths,
        mut asked: impl FnMut(Asked),
    ) -> Option<u32> {
        let end = self.slots.end().min(from.saturating_add(most));
        for number in from..end {
            let record = &self.slots[number];
            if !record.is_free() && record.key.state().is_drift() {
                asked(self.ask_number(number, now));
            }
        }
        (end < self.slots.end()).then_some(end)
    }

    fn ask_number(&mut self, number: u32, now: Tenths) -> Asked {
        let record = self.slots[number];
        let Some(version) = self.expected_of(&record) else {
            return Asked::No;
        };
        let (version, id) = (version.into(), self.ids.get(record.id).into());
        if let Some((mark, at)) = self.asked.0.get(&number)
            && *mark == record.mark
            && now.since(*at) < ASK_AGAIN
        {
            return Asked::Before;
        }
        if self.asked.0.len() >= MOST && !self.asked.0.contains_key(&number) {
            return Asked::No;
        }
        self.asked.0.insert(number, (record.mark, now));
        Asked::Now(Offer {
            id,
            version,
            ingest: record.names.ingest(),
        })
    }
}
