//! Takes the reports of one call.

use std::{
    sync::{Arc, RwLockReadGuard, atomic::Ordering::Relaxed},
    time::Duration,
};

use jiff::Timestamp;
use vortex_views::View;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::{
    Inner,
    answer::{Answer, assignments},
    clients::Client,
    entry::Entry,
    gate::Gate,
    lock,
    seen::Runs,
};
use crate::{
    domain::{
        self, Bucket, Full, Heard, OwnedAssignment, Place, Report, Taking, Told, by_instance,
    },
    error::{Limit, NoRoom, Refused},
    meters::Lost,
};

/// The reports of one call, at one moment. What it was granted and did not use is given back.
pub(crate) struct Batch<'a> {
    intake: &'a Inner,
    client: Option<Arc<Bucket>>,
    gate: RwLockReadGuard<'a, Gate>,
    now: Duration,
    wall: Timestamp,
    /// Reports that client and process may still send.
    granted: u64,
    /// Who sets that limit.
    limit: Limit,
    /// The load of client and process.
    load: f64,
}

impl<'a> Batch<'a> {
    pub(super) fn begin(intake: &'a Inner, client: Option<&Client>, reports: usize) -> Self {
        let now = intake.clock.monotonic();
        let wanted = reports as u64;
        let client = client.map(|client| intake.clients.bucket(client));
        let by_client = client
            .as_ref()
            .map_or(wanted, |bucket| bucket.take(wanted, now));
        let granted = intake.process.take(by_client, now);
        if let Some(bucket) = &client {
            bucket.give_back(by_client - granted);
        }
        let client_load = client.as_ref().map_or(0.0, |bucket| bucket.load(now));
        intake.meters.received(wanted);
        Self {
            gate: intake.gate(),
            wall: intake.clock.now(),
            load: client_load.max(intake.process.load(now)),
            limit: match granted < by_client {
                true => Limit::Process,
                false => Limit::Client,
            },
            intake,
            client,
            now,
            granted,
        }
    }

    /// The time of the call, on the monotonic clock.
    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    /// The time of the call.
    pub(crate) fn wall(&self) -> Timestamp {
        self.wall
    }

    /// Fails if nothing was granted since the whole process is over its limit.
    ///
    /// # Errors
    /// [`Refused::TooFast`].
    pub(crate) fn check_process(&self) -> Result<(), Refused> {
        match self.granted == 0 && self.limit == Limit::Process {
            true => Err(self.too_fast(Limit::Process)),
            false => Ok(()),
        }
    }

    /// Takes a report of an instance of a fleet.
    ///
    /// # Errors
    /// It is over a limit, there is no room for it, or the process ends.
    pub(crate) fn take(&mut self, fleet: &Entry, report: &Report<'_>) -> Result<Answer, Refused> {
        if self.gate.has_ended {
            return Err(Refused::Ending);
        }
        if self.granted == 0 {
            return Err(self.too_fast(self.limit));
        }
        if fleet.app().take(1, self.now) == 0 {
            return Err(self.too_fast_for(Limit::App, fleet.app()));
        }
        self.granted -= 1;
        fleet.touch(self.now);
        let seen = fleet.seen();
        let completed = completed(seen.view(), report);
        let report = completed.as_ref().unwrap_or(report);
        let told = self.told(fleet);
        let answer = self.answer(fleet, report, told);
        let heard = self.gather(fleet, report, told)?;
        self.count(heard);
        if !report.measured.is_empty() {
            self.measure(fleet, report, heard.counts);
        }
        Ok(answer)
    }

    /// Counts a report that is wrong against what its caller may send.
    pub(crate) fn spend(&mut self) {
        self.granted = self.granted.saturating_sub(1);
    }

    /// What an instance is told that says nothing new.
    pub(crate) fn told(&self, fleet: &Entry) -> Told {
        let load = self.load.max(fleet.app().load(self.now));
        let told = self.intake.pace.told(load);
        if told.interval > self.intake.settings.interval {
            self.intake.meters.paced(told.interval);
        }
        told
    }

    /// What a report is answered if it is taken.
    pub(crate) fn answer(&self, fleet: &Entry, report: &Report<'_>, told: Told) -> Answer {
        let seen = fleet.seen();
        let runs = Runs {
            instance: report.instance,
            version: report.version,
            position: report.position,
            refused: report.refused.map_or("", |refused| refused.version),
        };
        let view = seen.view();
        let expected = view.and_then(|view| Some((view, view.expected(report.instance)?)));
        Answer {
            told,
            version: expected
                .map_or("", |(_, expected)| expected.version())
                .to_owned(),
            assignments: expected.map_or_else(Vec::new, |(_, expected)| {
                assignments(&expected)
                    .map(|known| OwnedAssignment::from(&known))
                    .collect()
            }),
            drift: expected
                .is_some_and(|(view, expected)| seen.drifts(view, &expected, runs, self.now)),
            fetch: self.fetches(fleet, report),
        }
    }

    /// Whether drift-svc wants the instance to fetch. It is said once.
    fn fetches(&self, fleet: &Entry, report: &Report<'_>) -> bool {
        if self.intake.offered.load(Relaxed) == 0 {
            return false;
        }
        let mut offers = lock(&self.intake.offers);
        let fetch = offers.give(fleet.id(), report.instance, report.version, self.wall);
        self.intake.offered.store(offers.len(), Relaxed);
        fetch
    }

    fn gather(&self, fleet: &Entry, report: &Report<'_>, told: Told) -> Result<Heard, Refused> {
        let seed = self.intake.seed ^ u64::from(fleet.id());
        let hash = xxh3_128_with_seed(report.instance.as_bytes(), seed);
        let taking = Taking {
            key: hash.into(),
            fleet: fleet.id(),
            app: fleet.app_number(),
            arrived: millis(self.now.saturating_sub(self.gate.opened)),
            next_due: millis(told.interval + told.jitter),
        };
        // by bits that the shard's table does not go by
        let shard = (hash >> 96) as usize % self.intake.shards.len();
        let taken = lock(&self.intake.shards[shard]).take(report, taking);
        let (heard, left_out) = taken.map_err(|full| self.full(full))?;
        self.intake.meters.left_out(left_out);
        Ok(heard)
    }

    /// Adds figures, unless they were counted before.
    fn measure(&self, fleet: &Entry, report: &Report<'_>, counts: bool) {
        let lost = |lost, figures: usize| self.intake.meters.lost(lost, figures as u64);
        if !counts {
            return lost(Lost::Repeated, report.measured.len());
        }
        let seen = fleet.seen();
        let worked_out = match report.assignments.is_empty() {
            true => {
                let expected = seen.view().and_then(|view| view.expected(report.instance));
                // who runs something else is on no arm
                let expected = expected.filter(|expected| expected.is_right(report.version));
                expected.map_or_else(Vec::new, |expected| by_instance(assignments(&expected)))
            }
            false => Vec::new(),
        };
        let by = match report.assignments.is_empty() {
            true => &worked_out,
            false => &report.assignments,
        };
        let mut table = lock(&self.intake.tables[fleet.id() as usize % self.intake.tables.len()]);
        let room = (&self.intake.rows, super::MAX_ROWS);
        for measured in &report.measured {
            let mut arms = measured.of.arms(by).peekable();
            if arms.peek().is_none() && measured.of.is_named() {
                lost(Lost::Unplaced, 1);
            }
            for of in arms {
                if table.add(fleet.id(), of, &measured.figures, room).is_err() {
                    lost(Lost::Full, 1);
                }
            }
        }
    }

    fn count(&self, heard: Heard) {
        let meters = &self.intake.meters;
        match heard.place {
            Place::Next => {}
            place => meters.misplaced(place),
        }
        if heard.older_life {
            meters.older_life();
        }
    }

    fn full(&self, full: Full) -> Refused {
        Refused::Full {
            full: NoRoom::Window(full),
            again: self.again(Duration::ZERO),
        }
    }

    /// The refusal of a report of a further fleet.
    pub(crate) fn too_many_fleets(&self) -> Refused {
        Refused::Full {
            full: NoRoom::Fleets,
            again: self.again(Duration::ZERO),
        }
    }

    fn too_fast(&self, limit: Limit) -> Refused {
        match (limit, &self.client) {
            (Limit::Client, Some(bucket)) => self.too_fast_for(limit, bucket),
            _ => self.too_fast_for(limit, &self.intake.process),
        }
    }

    fn too_fast_for(&self, limit: Limit, bucket: &Bucket) -> Refused {
        let settings = &self.intake.settings;
        Refused::TooFast {
            limit,
            a_second: match limit {
                Limit::App => settings.max_app_reports,
                Limit::Client => settings.max_client_reports,
                Limit::Process => settings.max_reports,
            },
            again: self.again(bucket.wait(self.now)),
        }
    }

    fn again(&self, wait: Duration) -> Duration {
        self.intake.pace.after_refusal(wait, fastrand::f64())
    }
}

/// The report of an instance that refuses a version and does not say which: it can only be the one
/// that it should run.
fn completed<'a>(view: Option<&'a View>, report: &Report<'a>) -> Option<Report<'a>> {
    let refused = report
        .refused
        .filter(|refused| refused.version.is_empty())?;
    let version = view?.expected(report.instance)?.version();
    Some(Report {
        refused: Some(domain::Refused { version, ..refused }),
        ..report.clone()
    })
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.intake.process.give_back(self.granted);
        if let Some(bucket) = &self.client {
            bucket.give_back(self.granted);
        }
    }
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}
