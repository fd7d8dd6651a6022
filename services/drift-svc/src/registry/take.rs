//! Takes parts of windows.

use std::sync::atomic::Ordering::Relaxed;

use vortex_views::Fleet;

use super::{Due, Registry, Tracked, lock};
use crate::domain::{Brought, Part, Report};

/// The reports that are taken without letting others at the fleet.
const CHUNK: usize = 1_000;

/// The reports of one fleet.
pub(crate) struct FleetReports<'a> {
    /// The fleet.
    pub(crate) fleet: Fleet,
    /// The reports. Their ingest, and how late they are, is filled in when they are taken.
    pub(crate) reports: Vec<Report<'a>>,
}

impl Registry {
    /// Takes a part, and answers whether that was taken before, and who is to be asked to fetch
    /// again.
    pub(crate) fn take(
        &self,
        ingest: &str,
        part: Part,
        fleets: &[FleetReports<'_>],
    ) -> (bool, Vec<Due>) {
        let now = self.inner.time.now();
        let taken = lock(&self.inner.watermarks).take(ingest, part, now);
        let Some(by) = taken else {
            self.inner.meters.repeated();
            return (true, Vec::new());
        };
        for reported in fleets {
            match self.track(&reported.fleet) {
                Some(tracked) => self.take_all(&tracked, &reported.reports, by),
                None => self.inner.meters.dropped_fleet(reported.reports.len()),
            }
        }
        (false, lock(&self.inner.offers).take(by.ingest, now))
    }

    fn take_all(&self, tracked: &Tracked, reports: &[Report<'_>], by: Brought) {
        for chunk in reports.chunks(CHUNK) {
            let now = self.inner.time.now();
            let mut kept = tracked.kept();
            kept.refresh(&tracked.fleet, &self.inner.views, now);
            let before = kept.roster.len();
            let room = self.inner.most.saturating_sub(self.len());
            for report in chunk {
                let has_room = u64::from(kept.roster.len().saturating_sub(before)) < room;
                let report = Report {
                    ingest: by.ingest,
                    late: by.late,
                    ..*report
                };
                let taken = kept.roster.take(&report, now, has_room);
                self.inner.meters.taken(taken);
            }
            let (after, applied) = (kept.roster.len(), kept.roster.take_applied());
            drop(kept);
            match after >= before {
                true => self.inner.total.fetch_add((after - before).into(), Relaxed),
                false => self.inner.total.fetch_sub((before - after).into(), Relaxed),
            };
            self.inner.meters.applied(&applied);
        }
    }
}
