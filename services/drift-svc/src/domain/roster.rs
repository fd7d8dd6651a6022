//! The instances of a fleet, and how they stand.

mod arms;
mod ids;
mod index;
mod judge;
mod late;
mod marks;
pub(super) mod offers;
mod places;
mod protection;
mod reads;
mod record;
mod refusals;
mod scan;
mod silence;
mod slots;
mod starts;
mod stopped;
mod take;
mod tally;
mod tick;
mod versions;
mod wheel;

pub use arms::ArmCounts;
pub use reads::{Member, Standing, Wanted};
pub use scan::Filter;

use std::sync::Arc;

use super::{Plan, Rules, Tenths};
use ids::Ids;
use index::Index;
use marks::Marks;
use places::Places;
use protection::Protection;
use record::Record;
use refusals::Refusals;
use silence::Silence;
use slots::Slots;
use starts::Starts;
use stopped::Stopped;
use tally::Tally;
use versions::Versions;
use wheel::Wheel;

/// The instances of a fleet, and how they stand to what they should run.
///
/// Of each it keeps a record of one size, its id, and its place in an index: less than 100 bytes.
/// What instances have in common (versions, places, reasons) is kept once. How many are in which
/// state is counted as they change, so that it is known without looking at them.
#[derive(Debug)]
pub struct Roster {
    rules: Rules,
    /// When the service began: what it has not heard by then, it could not have.
    begun: Tenths,
    plan: Option<Arc<Plan>>,
    /// The position of the log up to which the plan is known to hold.
    position: u64,
    /// Since when that is what they should run.
    plan_since: Tenths,
    marks: Marks,
    slots: Slots,
    ids: Ids,
    index: Index,
    versions: Versions,
    places: Places,
    starts: Starts,
    refusals: Refusals,
    stopped: Stopped,
    asked: offers::Book,
    tally: Tally,
    wheel: Wheel,
    protection: Protection,
    silence: Silence,
    /// How long after its report the one was due that reported last, in tenths of a second.
    interval: u16,
    /// Since when instances that are silent could have reported.
    armed: Tenths,
    len: u32,
    /// The record that is judged next by a new plan, and how many are left to be.
    judged_next: u32,
    judged_left: u32,
    /// How long instances took to apply a change, in tenths of a second, since that was asked.
    applied: Vec<u32>,
    pruned: Tenths,
}

impl Roster {
    /// No instances. `begun` is when the service began, and `seed` keeps who chooses ids from
    /// choosing their hashes.
    pub fn new(rules: Rules, begun: Tenths, seed: u64) -> Self {
        Self {
            rules,
            begun,
            plan: None,
            position: 0,
            plan_since: begun,
            marks: Marks::default(),
            slots: Slots::default(),
            ids: Ids::default(),
            index: Index::new(seed),
            versions: Versions::new(),
            places: Places::new(),
            starts: Starts::default(),
            refusals: Refusals::default(),
            stopped: Stopped::default(),
            asked: offers::Book::default(),
            tally: Tally::default(),
            wheel: Wheel::default(),
            protection: Protection::default(),
            silence: Silence::default(),
            interval: 0,
            armed: begun,
            len: 0,
            judged_next: 0,
            judged_left: 0,
            applied: Vec::new(),
            pruned: begun,
        }
    }

    /// How many instances there are.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        let parts = [
            self.slots.bytes(),
            self.ids.bytes(),
            self.index.bytes(),
            self.wheel.bytes(),
            self.versions.bytes(),
            self.places.bytes(),
        ];
        size_of::<Self>() + parts.iter().sum::<usize>()
    }

    /// How long instances took to apply a change, in tenths of a second, since this was last asked.
    /// As many as there was room for.
    pub fn take_applied(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.applied)
    }

    fn find(&self, hash: u64, id: &str) -> Option<u32> {
        let is_wanted = |number: u32| self.ids.get(self.slots[number].id) == id;
        self.index.find(hash, is_wanted)
    }

    /// The version that an instance should run.
    fn expected_of(&self, record: &Record) -> Option<&str> {
        let plan = self.plan.as_ref()?;
        let arms = plan.arms(self.ids.get(record.id));
        Some(&*plan.expected(arms)?.version)
    }

    /// Puts a record in the place of what was known, and counts it as what it is now.
    fn replace(&mut self, number: u32, new: Record) {
        let old = self.slots[number];
        self.uncount(&old);
        self.count(&new);
        self.slots[number] = new;
    }

    fn count(&mut self, record: &Record) {
        self.tally.add(record.key);
        self.versions
            .count(record.names.version(), record.key.state());
    }

    fn uncount(&mut self, record: &Record) {
        self.tally.remove(record.key);
        self.versions
            .uncount(record.names.version(), record.key.state());
    }

    fn remove(&mut self, number: u32) {
        let record = self.slots[number];
        let hash = self.index.hash(self.ids.get(record.id));
        self.index.remove(hash, number);
        self.uncount(&record);
        self.versions.leave(record.names.version());
        self.versions.leave(record.names.refused());
        self.places.leave(record.place);
        self.ids.remove(record.id);
        self.starts.forget(number);
        self.refusals.forget(number);
        self.asked.forget(number);
        self.slots.remove(number);
        self.len -= 1;
    }
}
