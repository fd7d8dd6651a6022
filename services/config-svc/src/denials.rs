//! The book of refused calls: bounded in number and age, and the same refusal again and again is
//! one entry for a while.
//!
//! It is no part of the state: callers who may do nothing must not make the log grow.

use std::{collections::HashMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::Mutex;
use vortex_kit::{
    access::{Denial, Refused},
    clock::Clock,
};

use crate::store::{ConfigStore, Error};

/// Entries that are kept.
const MOST: u64 = 10_000;
/// How long an entry is kept.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long the same refusal is added to its entry.
const SAME: Duration = Duration::from_secs(10 * 60);
/// New entries a minute. What is refused beyond them is told without what tells it apart, so that
/// one caller who tries everything does not push out what others were refused.
const NEW_A_MINUTE: u32 = 60;
/// Entries that are deleted in one transaction.
const DELETED_AT_ONCE: u64 = 64;
/// Refusals that are added in one transaction: no more than are deleted in it, and with those as many
/// as it may hold.
const ADDED_AT_ONCE: usize = 64;

/// The book.
pub(crate) struct Denials {
    store: ConfigStore,
    clock: Arc<dyn Clock>,
    pages: Mutex<Pages>,
}

/// What the book knows without reading.
struct Pages {
    /// The number of the oldest entry, if there is one.
    oldest: u64,
    /// The number of the next entry.
    next: u64,
    /// Entries that are added to.
    current: HashMap<Refused, (u64, Denial)>,
    minute: Minute,
}

/// How many entries are new within a minute.
#[derive(Clone, Copy, Default)]
struct Minute {
    began: Duration,
    new: u32,
}

impl Denials {
    /// The book in a store.
    pub(crate) async fn open(store: ConfigStore, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let kept = store.kept_denials().await?;
        let (oldest, next) = kept.map_or((0, 0), |(oldest, newest)| (oldest, newest + 1));
        Ok(Self {
            store,
            clock,
            pages: Mutex::new(Pages {
                oldest,
                next,
                current: HashMap::new(),
                minute: Minute::default(),
            }),
        })
    }

    /// Adds what was refused; what is left in `denials` when this fails is not added.
    pub(crate) async fn add(&self, denials: &mut Vec<Denial>) -> Result<(), Error> {
        while !denials.is_empty() {
            let some = &denials[..denials.len().min(ADDED_AT_ONCE)];
            self.add_some(some).await?;
            denials.drain(..some.len());
        }
        Ok(())
    }

    async fn add_some(&self, denials: &[Denial]) -> Result<(), Error> {
        let mut pages = self.pages.lock().await;
        let (now, monotonic) = (self.clock.now(), self.clock.monotonic());
        pages.close(now);
        let mut draft = Draft::of(&pages);
        for denial in denials {
            draft.add(&pages, denial, monotonic);
        }
        let keep_from = draft.next.saturating_sub(MOST);
        let deleted = pages.oldest..keep_from.min(pages.oldest + DELETED_AT_ONCE);
        let put = draft
            .changed
            .values()
            .map(|(number, denial)| (*number, denial));
        self.store.change_denials(put, deleted.clone()).await?;
        pages.oldest = deleted.end.max(pages.oldest);
        pages.next = draft.next;
        pages.minute = draft.minute;
        pages.current.extend(draft.changed);
        Ok(())
    }

    /// Deletes what is too old.
    pub(crate) async fn retain(&self) -> Result<(), Error> {
        loop {
            let mut pages = self.pages.lock().await;
            let oldest = self.store.oldest_denials().await?;
            let now = self.clock.now();
            let is_old = |(_, denial): &&(u64, Denial)| passed(denial.last, now) > KEPT;
            let old = oldest.iter().take_while(is_old);
            let old: Vec<u64> = old.map(|(number, _)| *number).collect();
            let Some(last) = old.last() else {
                return Ok(());
            };
            pages.oldest = last + 1;
            self.store.change_denials([], old).await?;
        }
    }

    /// Entries before a number, newest first, a page at a time.
    pub(crate) async fn before(&self, number: u64) -> Result<Vec<(u64, Denial)>, Error> {
        self.store.denials_before(number).await
    }
}

impl Pages {
    /// Adds to no entry for longer than it should be.
    fn close(&mut self, now: Timestamp) {
        self.current
            .retain(|_, (_, denial)| passed(denial.first, now) < SAME);
    }
}

/// What is to be written.
struct Draft {
    next: u64,
    minute: Minute,
    changed: HashMap<Refused, (u64, Denial)>,
}

impl Draft {
    fn of(pages: &Pages) -> Self {
        Self {
            next: pages.next,
            minute: pages.minute,
            changed: HashMap::new(),
        }
    }

    fn add(&mut self, pages: &Pages, denial: &Denial, monotonic: Duration) {
        if self.join(pages, denial) {
            return;
        }
        if self.minute.takes(monotonic) {
            return self.begin(denial.clone());
        }
        let general = Denial {
            refused: denial.refused.clone().in_general(),
            key_id: String::new(),
            ..denial.clone()
        };
        if !self.join(pages, &general) {
            self.begin(general);
        }
    }

    /// Adds it to its entry, if there is one.
    fn join(&mut self, pages: &Pages, denial: &Denial) -> bool {
        let known = self.changed.get(&denial.refused);
        let known = known.or_else(|| pages.current.get(&denial.refused));
        let Some((number, mut joined)) = known.cloned() else {
            return false;
        };
        joined.join(denial.clone());
        self.changed
            .insert(denial.refused.clone(), (number, joined));
        true
    }

    fn begin(&mut self, denial: Denial) {
        let number = self.next;
        self.next += 1;
        self.changed
            .insert(denial.refused.clone(), (number, denial));
    }
}

impl Minute {
    /// Whether one more is taken now.
    fn takes(&mut self, monotonic: Duration) -> bool {
        if monotonic.saturating_sub(self.began) >= Duration::from_secs(60) {
            *self = Self {
                began: monotonic,
                new: 0,
            };
        }
        self.new += 1;
        self.new <= NEW_A_MINUTE
    }
}

/// How long ago a time is; nothing where the clock went back.
fn passed(since: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(since)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
