//! A window that is closed.

use std::{
    sync::{PoisonError, atomic::Ordering::Relaxed},
    time::Duration,
};

use jiff::Timestamp;

use super::{Inner, REMEMBERED, lock};
use crate::domain::{Gathered, Row};

/// What was reported in a window of time. It never changes.
#[derive(Debug)]
pub(crate) struct Window {
    /// Its number, from 1.
    pub number: u64,
    /// When it opened.
    pub opened_at: Timestamp,
    /// When it closed.
    pub closed_at: Timestamp,
    /// The same, on the monotonic clock.
    pub closed: Duration,
    /// How long it was open.
    pub length: Duration,
    /// The instances, by shard.
    pub shards: Vec<Gathered>,
    /// What they measured.
    pub figures: Vec<Row>,
}

impl Window {
    /// How many instances reported.
    pub(crate) fn instances(&self) -> usize {
        self.shards.iter().map(|shard| shard.lasts.len()).sum()
    }
}

/// Closes the window that is open. Nobody takes a report meanwhile.
pub(super) fn close(intake: &Inner, is_last: bool) -> Window {
    let mut gate = intake.gate.write().unwrap_or_else(PoisonError::into_inner);
    let (now, wall) = (intake.clock.monotonic(), intake.clock.now());
    let forgets = now.saturating_sub(gate.forgot) >= REMEMBERED;
    let shards = intake.shards.iter().map(|shard| {
        let mut shard = lock(shard);
        if forgets {
            shard.forget();
        }
        shard.close()
    });
    let shards = shards.collect();
    let figures = intake.tables.iter().flat_map(|table| lock(table).close());
    let window = Window {
        number: gate.window,
        opened_at: gate.opened_at,
        // a wall clock may have been set back
        closed_at: wall.max(gate.opened_at),
        closed: now,
        length: now.saturating_sub(gate.opened),
        shards,
        figures: figures.collect(),
    };
    intake.rows.store(0, Relaxed);
    gate.window += 1;
    gate.opened_at = wall;
    gate.opened = now;
    gate.has_ended |= is_last;
    if forgets {
        gate.forgot = now;
    }
    drop(gate);
    let mut offers = lock(&intake.offers);
    offers.expire(wall);
    intake.offered.store(offers.len(), Relaxed);
    window
}
