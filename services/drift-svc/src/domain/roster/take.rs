//! Takes reports.

use std::cmp::Ordering;

use super::{
    Record, Roster,
    places::NOWHERE,
    record::{FREE, Key, Names},
    versions::NONE,
};
use crate::domain::{Report, State, Status, Taken, Tenths};

/// The most spans of applied changes that are kept until they are asked for.
const APPLIED: usize = 10_000;

impl Roster {
    /// Takes a report. Of one instance the one with the greatest (boot, sequence) counts, whenever it
    /// arrives; what is not numbered counts in the order of its arrival. `has_room` says whether one
    /// more instance may be kept.
    pub fn take(&mut self, report: &Report<'_>, now: Tenths, has_room: bool) -> Taken {
        let hash = self.index.hash(report.id);
        let known = self.find(hash, report.id);
        if let Some(number) = known
            && !self.is_newer(&self.slots[number], report, now)
        {
            return Taken::Older;
        }
        if known.is_none() && self.stopped.is_past(hash, (report.boot, report.sequence)) {
            return Taken::Older;
        }
        if report.status == Status::Stopping {
            self.stopped.note(hash, (report.boot, report.sequence), now);
            if let Some(number) = known {
                self.remove(number);
            }
            return Taken::Stopped;
        }
        match known {
            Some(number) => self.renew(number, report, now),
            None if has_room => self.enroll(hash, report, now),
            None => Taken::NoRoom,
        }
    }

    fn enroll(&mut self, hash: u64, report: &Report<'_>, now: Tenths) -> Taken {
        let Some(id) = self.ids.add(report.id) else {
            return Taken::NoRoom;
        };
        self.stopped.forget(hash);
        let seen = now.minus(report.age);
        let blank = Record {
            boot: 0,
            id,
            sequence: 0,
            position: 0,
            seen,
            since: seen,
            expected_since: now,
            place: NOWHERE,
            names: Names::new(NONE, NONE, 0),
            mark: 0,
            scheduled: 0,
            interval: 0,
            key: Key::new(State::Pending, 0, false, false),
            flags: 0,
        };
        let number = self.slots.add(blank);
        debug_assert!(id != FREE);
        let (ids, slots, hashes) = (&self.ids, &self.slots, self.index.hasher());
        self.index.add(hash, number, |number| {
            hashes.hash(ids.get(slots[number].id))
        });
        self.len += 1;
        self.count(&blank);
        self.versions.use_one(NONE);
        self.versions.use_one(NONE);
        if now.since(self.begun) >= self.rules.ttl {
            // before that it may have been known to the life of this service before
            self.starts.note(number, seen, report.lives.max(1));
        }
        let told = self.told(number, blank, report, now);
        let judged = self.judge(number, told, now);
        self.replace(
            number,
            Record {
                since: seen,
                ..judged
            },
        );
        self.schedule(number, now);
        Taken::New
    }

    fn renew(&mut self, number: u32, report: &Report<'_>, now: Tenths) -> Taken {
        let old = self.slots[number];
        if old.boot != 0 && report.boot > old.boot {
            let lives = report.lives.saturating_sub(1).max(1);
            self.starts.note(number, now.minus(report.age), lives);
        }
        let told = self.told(number, old, report, now);
        let new = self.judge(number, told, now);
        let new = self.excuse(&old, new, report.late);
        self.replace(number, new);
        self.schedule(number, now);
        let had_taken = old.key.is_taken() && old.mark == new.mark;
        if new.key.is_taken() && !had_taken && old.mark != 0 && self.applied.len() < APPLIED {
            self.applied.push(new.seen.since(new.expected_since));
        }
        Taken::Newer
    }

    /// A record with what a report says.
    fn told(&mut self, number: u32, old: Record, report: &Report<'_>, now: Tenths) -> Record {
        self.interval = u16::try_from(report.interval).unwrap_or(u16::MAX);
        let version = self.change_version(old.names.version(), report.version);
        let refused = self.change_version(old.names.refused(), report.refused);
        match report.refused.is_empty() {
            true => self.refusals.forget(number),
            false => self.refusals.set(number, report.error),
        }
        Record {
            boot: report.boot,
            sequence: narrow(report.sequence),
            position: narrow(report.position),
            seen: old.seen.max(now.minus(report.age)),
            place: self.change_place(old.place, report.place),
            names: Names::new(version, refused, report.ingest),
            interval: self.interval,
            flags: Record::flags(report.status, report.shared_id),
            ..old
        }
    }

    /// Whether a report is newer than what is known. One of an older life is once the newer one is
    /// missed: that had a number from a clock that was ahead, or another process of this id has gone.
    fn is_newer(&self, record: &Record, report: &Report<'_>, now: Tenths) -> bool {
        if record.boot == 0 || report.boot == 0 {
            return true;
        }
        let sequence = narrow(report.sequence);
        let is_uncounted = sequence == 0 || sequence == u32::MAX || record.sequence == 0;
        match report.boot.cmp(&record.boot) {
            Ordering::Greater => true,
            Ordering::Equal => is_uncounted || sequence > record.sequence,
            Ordering::Less => now >= record.stale_at(self.rules.missed),
        }
    }

    fn change_version(&mut self, old: u16, text: &str) -> u16 {
        if self.versions.text(old) == text {
            return old;
        }
        let (plan, tolerance) = (&self.plan, self.rules.tolerance);
        let new = self.versions.number(text, |text| match plan {
            Some(plan) => plan.row(text, tolerance),
            None => Default::default(),
        });
        self.versions.use_one(new);
        self.versions.leave(old);
        new
    }

    fn change_place(&mut self, old: u32, place: [&str; 4]) -> u32 {
        if self.places.get(old) == place {
            return old;
        }
        let new = self.places.enter(place);
        self.places.leave(old);
        new
    }
}

fn narrow(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
