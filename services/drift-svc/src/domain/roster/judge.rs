//! Judges instances by what they should run.

use std::sync::Arc;

use super::{Record, Roster, record::Key, versions::NONE};
use crate::domain::{
    Plan, Split, State, Tenths,
    plan::{COMBINATIONS, Verdict},
};

impl Roster {
    /// Takes what the instances should run from now on. Each is judged by it when it reports, and by
    /// [`judge_more`](Self::judge_more).
    pub fn follow(&mut self, plan: Arc<Plan>, now: Tenths) {
        if self.plan.as_ref() == Some(&plan) {
            return;
        }
        if !has_same_splits(self.plan.as_deref(), &plan) {
            self.silence.clear();
        }
        self.versions.judge(&plan, self.rules.tolerance);
        self.position = plan.position;
        self.marks.follow(plan.marks());
        self.plan = Some(plan);
        self.plan_since = now;
        self.judged_left = self.slots.end();
    }

    /// Notes that nothing has changed up to this position of the log.
    pub fn reach(&mut self, position: u64) {
        self.position = self.position.max(position);
    }

    /// What the instances should run, if that is known.
    pub fn plan(&self) -> Option<&Arc<Plan>> {
        self.plan.as_ref()
    }

    /// Judges up to `most` instances by what they should run now, and answers whether any are left
    /// that were not judged since that changed.
    pub fn judge_more(&mut self, now: Tenths, most: u32) -> bool {
        for _ in 0..most.min(self.judged_left) {
            if self.judged_next >= self.slots.end() {
                self.judged_next = 0;
            }
            let number = self.judged_next;
            self.judged_next += 1;
            self.judged_left -= 1;
            self.settle(number, now);
        }
        self.judged_left > 0
    }

    /// Judges one instance anew, without a report of it.
    pub(super) fn settle(&mut self, number: u32, now: Tenths) {
        let record = self.slots[number];
        if record.is_free() {
            return;
        }
        let judged = self.judge(number, record, now);
        let is_same = judged.key == record.key && judged.mark == record.mark;
        if !is_same {
            self.replace(number, judged);
        }
    }

    /// A record as it stands now. Nothing but a report at the end of the grace or later says that an
    /// instance has drifted: before it, it may have changed without our hearing of it.
    pub(super) fn judge(&self, number: u32, record: Record, now: Tenths) -> Record {
        let Some(plan) = &self.plan else {
            return self.unjudged(record, now);
        };
        let arms = plan.arms(self.ids.get(record.id));
        let mark = self.marks.of(arms);
        let mut new = record;
        let mut taken = record.key.is_taken();
        if mark != 0 && mark != record.mark {
            new.mark = mark;
            new.expected_since = record.expected_since.max(self.plan_since);
            taken = false;
        }
        let verdict = |version: u16| self.versions.row(version)[usize::from(arms) % COMBINATIONS];
        let runs = verdict(record.names.version());
        let has_failed =
            record.names.refused() != NONE && verdict(record.names.refused()).is_expected();
        let taken = taken || runs.is_expected() || has_failed;
        let restarting = self.starts.until(number, new.expected_since, now).is_some();
        let state = match has_failed {
            _ if now >= record.stale_at(self.rules.missed) => State::Stale,
            true => State::Failed,
            false => self.standing_of(&new, runs),
        };
        new.key = Key::new(state, arms, taken, restarting);
        since(record, new, now)
    }

    fn standing_of(&self, record: &Record, runs: Verdict) -> State {
        let is_ahead = u64::from(record.position) > self.position;
        match runs {
            Verdict::Stable | Verdict::Tolerated => State::InSync,
            Verdict::Canary => State::Canary,
            Verdict::Unjudged => State::Pending,
            Verdict::Other | Verdict::Unknown if is_ahead => State::Ahead,
            Verdict::Unknown => State::UnknownVersion,
            Verdict::Other => {
                let grace_ends = record.expected_since.plus(self.rules.grace);
                match record.seen >= grace_ends && !record.is_excused() {
                    true => State::Drifted,
                    false => State::Pending,
                }
            }
        }
    }

    /// A record of which nobody knows what it should run.
    fn unjudged(&self, record: Record, now: Tenths) -> Record {
        let state = match now >= record.stale_at(self.rules.missed) {
            true => State::Stale,
            false => State::Pending,
        };
        let key = Key::new(state, 0, false, false);
        since(record, Record { key, ..record }, now)
    }
}

/// Whether the arms of two plans are those of the same splits.
fn has_same_splits(one: Option<&Plan>, other: &Plan) -> bool {
    let is_same = |(one, other): (&Split, &Split)| one.id == other.id;
    one.is_some_and(|one| {
        let pairs = one.splits.iter().zip(&other.splits);
        one.splits.len() == other.splits.len() && pairs.into_iter().all(is_same)
    })
}

/// The new record, with the time since when it is in its state.
fn since(old: Record, new: Record, now: Tenths) -> Record {
    let is_same = old.key.state() == new.key.state();
    Record {
        since: if is_same { old.since } else { now },
        ..new
    }
}
