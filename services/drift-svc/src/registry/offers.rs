//! Who is to be asked to fetch again, by the ingest that may tell them.

use std::collections::{HashMap, VecDeque};

use super::{Registry, SLICE, Tracked, lock};
use crate::domain::{Asked, FleetName, Offer, Tenths};

/// The most offers that wait.
const MOST: usize = 200_000;
/// The most that one reply hands out.
const REPLY: usize = 10_000;
/// How long it is worth saying: five minutes.
const WORTH: u32 = 5 * 60 * 10;

/// An offer that is handed out.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    /// The fleet.
    pub(crate) fleet: FleetName,
    /// The offer.
    pub(crate) offer: Offer,
    /// Until when it is worth saying.
    pub(crate) until: Tenths,
}

/// What became of the wish to ask instances.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AskedCounts {
    /// Those that are asked.
    pub(crate) asked: u64,
    /// Those that were asked a short time ago.
    pub(crate) before: u64,
    /// Those that need not be asked, or can't be.
    pub(crate) skipped: u64,
}

/// Offers that wait, by the number of the ingest that may tell them.
#[derive(Debug, Default)]
pub(super) struct Offers {
    waiting: HashMap<u16, VecDeque<Due>>,
    len: usize,
}

impl Offers {
    fn room(&self) -> usize {
        MOST - self.len.min(MOST)
    }

    fn add(&mut self, due: Due) {
        self.len += 1;
        let waiting = self.waiting.entry(due.offer.ingest).or_default();
        waiting.push_back(due);
    }

    /// Takes those that an ingest may tell.
    pub(super) fn take(&mut self, ingest: u16, now: Tenths) -> Vec<Due> {
        let Some(waiting) = self.waiting.get_mut(&ingest) else {
            return Vec::new();
        };
        let count = waiting.len().min(REPLY);
        self.len -= count;
        let taken = waiting
            .drain(..count)
            .filter(|due| now < due.until)
            .collect();
        if waiting.is_empty() {
            self.waiting.remove(&ingest);
        }
        taken
    }

    /// Forgets those that are not worth saying any more, or whose ingest is gone.
    pub(super) fn prune(&mut self, now: Tenths, gone: &[u16]) {
        self.waiting.retain(|ingest, waiting| {
            waiting.retain(|due| now < due.until && !gone.contains(ingest));
            !waiting.is_empty()
        });
        self.len = self.waiting.values().map(VecDeque::len).sum();
    }
}

impl Registry {
    /// Asks the named instances of a fleet to fetch again.
    pub(crate) fn ask(&self, tracked: &Tracked, ids: &[String]) -> AskedCounts {
        let now = self.inner.time.now();
        let mut offers = lock(&self.inner.offers);
        let mut counts = AskedCounts::default();
        let mut kept = tracked.kept();
        for id in ids {
            let asked = match offers.room() {
                0 => Asked::No,
                _ => kept.roster.ask(id, now),
            };
            counts.note(asked, tracked, now, &mut offers);
        }
        counts
    }

    /// Asks all instances of a fleet that don't run what they should, for one slice, and answers
    /// where to go on.
    pub(crate) fn ask_all(
        &self,
        tracked: &Tracked,
        from: u32,
        counts: &mut AskedCounts,
    ) -> Option<u32> {
        let now = self.inner.time.now();
        let mut offers = lock(&self.inner.offers);
        if offers.room() < SLICE as usize {
            return None;
        }
        let mut kept = tracked.kept();
        kept.roster.ask_all(from, SLICE, now, |asked| {
            counts.note(asked, tracked, now, &mut offers);
        })
    }
}

impl AskedCounts {
    fn note(&mut self, asked: Asked, tracked: &Tracked, now: Tenths, offers: &mut Offers) {
        match asked {
            Asked::Now(offer) => {
                self.asked += 1;
                offers.add(Due {
                    fleet: tracked.name.clone(),
                    offer,
                    until: now.plus(WORTH),
                });
            }
            Asked::Before => self.before += 1,
            Asked::No => self.skipped += 1,
        }
    }
}
