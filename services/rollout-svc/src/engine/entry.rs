//! A rollout in memory.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::watch;
use vortex_store::Revision;

use crate::domain::{
    ClosedSlice, Measured, Moment, PartName, Report, ReportRefused, RequestId, Rollout, Round,
    Taken, Transition, WindowTaken,
    analysis::{Application, Arms, Finding, SeenKeys},
};

/// A rollout in memory.
pub(crate) struct Entry {
    /// The rollout as readers see it. Changed while `gauge` is locked, so that figures meet the
    /// stage they belong to.
    shown: watch::Sender<Arc<Rollout>>,
    /// When the rollout was last written. Locked from a command's look at the rollout until its
    /// publication.
    pub(super) writing: tokio::sync::Mutex<Revision>,
    gauge: Mutex<Option<Gauge>>,
    delivery: Mutex<Option<Delivery>>,
    /// The keys that had read when config-svc was last asked.
    keys: Mutex<Option<SeenKeys>>,
    /// The generation and the interval in which drift-svc, queries and webhooks were last asked.
    asked: Mutex<Option<(u64, u32)>>,
}

/// The measurements, and how far they were stored and counted.
struct Gauge {
    measured: Measured,
    saved: u64,
    counted: u64,
    /// Whether figures of windows were taken that are not stored yet.
    owes: bool,
}

/// The state of sending an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// The generation of the effect.
    pub generation: u64,
    /// When the first attempt was made, by the steady clock.
    pub since: Timestamp,
    /// The error of the last attempt.
    pub error: Option<String>,
    /// Whether that was a freeze, as somebody wants it.
    pub is_frozen: bool,
}

impl Entry {
    pub(super) fn new(rollout: Rollout, written: Revision, measured: Option<Measured>) -> Self {
        Self {
            shown: watch::Sender::new(Arc::new(rollout)),
            writing: tokio::sync::Mutex::new(written),
            gauge: Mutex::new(measured.map(Gauge::of)),
            delivery: Mutex::default(),
            keys: Mutex::default(),
            asked: Mutex::default(),
        }
    }

    /// The rollout in its latest durable state.
    pub(crate) fn rollout(&self) -> Arc<Rollout> {
        self.shown.borrow().clone()
    }

    /// Subscribes to the rollout and its analysis.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<Rollout>> {
        self.shown.subscribe()
    }

    /// Reads the measurements; `None` before the start and after the end.
    pub(crate) fn measured<T>(&self, look: impl FnOnce(&Rollout, Option<&Measured>) -> T) -> T {
        let gauge = self.gauge();
        let rollout = self.rollout();
        look(&rollout, gauge.as_ref().map(|gauge| &gauge.measured))
    }

    /// Takes figures in. No store and no other rollout is touched by it.
    pub(super) fn report(
        &self,
        reports: Vec<Report>,
        id: Option<&RequestId>,
        now: Moment,
    ) -> Result<(Taken, u64), ReportRefused> {
        let mut gauge = self.gauge();
        let rollout = self.rollout();
        let gauge = gauge
            .as_mut()
            .ok_or(ReportRefused::NotMeasured(rollout.kind()))?;
        let taken = gauge.measured.report(&rollout, reports, id, now)?;
        Ok((taken, rollout.standing.generation))
    }

    /// Takes figures of a part of a window in. `writing` is locked, so that what is written of the
    /// rollout meanwhile neither loses them nor is older than they are.
    pub(super) fn take_window(
        &self,
        part: &PartName,
        figures: Vec<Report>,
        now: Moment,
    ) -> WindowTaken {
        let mut gauge = self.gauge();
        let rollout = self.rollout();
        let Some(gauge) = gauge.as_mut() else {
            return WindowTaken::unknown(figures.len());
        };
        let taken = gauge.measured.take_window(&rollout, part, figures, now);
        gauge.owes |= taken.counted > 0;
        taken
    }

    /// Closes the slices that are due, and answers those that were not counted yet.
    pub(super) fn advance(&self, now: Moment) -> Vec<ClosedSlice> {
        let mut gauge = self.gauge();
        let rollout = self.rollout();
        let Some(gauge) = gauge.as_mut() else {
            return Vec::new();
        };
        gauge.measured.advance(&rollout, now);
        let counted = std::mem::replace(&mut gauge.counted, gauge.measured.closed());
        let slices = gauge.measured.slices();
        slices
            .filter(|slice| slice.number > counted)
            .cloned()
            .collect()
    }

    /// Reads the measurements, with the number of the last slice that was stored.
    pub(super) fn unsaved<T>(&self, look: impl FnOnce(&Measured, u64) -> T) -> Option<T> {
        let gauge = self.gauge();
        gauge
            .as_ref()
            .map(|gauge| look(&gauge.measured, gauge.saved))
    }

    /// Whether a new interval has begun since drift-svc, queries and webhooks were last asked; they
    /// are asked now then.
    pub(super) fn is_to_be_asked_for(&self, now: Moment) -> bool {
        let present = self.measured(|rollout, measured| measured?.interval(rollout, now));
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = present.is_some() && *asked != present;
        *asked = present;
        is_new
    }

    /// Notes how the instances fare.
    pub(super) fn see_instances(
        &self,
        generation: u64,
        seen: Option<&BTreeMap<Application, Arms>>,
        now: Moment,
    ) {
        let mut gauge = self.gauge();
        let rollout = self.rollout();
        if let Some(gauge) = gauge.as_mut() {
            gauge
                .measured
                .see_instances(&rollout, generation, seen, now);
        }
    }

    /// What queries and webhooks are to be asked about now.
    pub(super) fn round(&self, now: Moment) -> Option<Round> {
        self.measured(|rollout, measured| measured?.round(rollout, now))
    }

    /// Notes what queries and webhooks say of each application.
    pub(super) fn see_answers(&self, round: &Round, answers: BTreeMap<Application, Vec<Finding>>) {
        let mut gauge = self.gauge();
        let rollout = self.rollout();
        if let Some(gauge) = gauge.as_mut() {
            gauge.measured.see_answers(&rollout, round, answers);
        }
    }

    /// Whether figures of windows were taken that are not stored yet.
    pub(super) fn owes(&self) -> bool {
        self.gauge().as_ref().is_some_and(|gauge| gauge.owes)
    }

    /// Notes that slices up to this one are stored, and all figures of windows. `writing` is locked
    /// since before they were read.
    pub(super) fn saved(&self, through: u64) {
        if let Some(gauge) = self.gauge().as_mut() {
            gauge.saved = gauge.saved.max(through);
            gauge.owes = false;
        }
        // watchers also see the measurements
        self.shown.send_modify(|_| {});
    }

    /// Publishes the rollout after a transition that happened at `at`, with `measured` in place of
    /// the measurements if given. Otherwise the measurements are amended as they are, since figures
    /// may have come while the transition was written.
    pub(super) fn publish(
        &self,
        transition: &Transition,
        measured: Option<Measured>,
        saved: u64,
        at: Moment,
    ) {
        let mut gauge = self.gauge();
        let (before, rollout) = (self.rollout(), transition.next.clone());
        if !rollout.kind().is_measured() {
            *gauge = None;
        } else if let Some(measured) = measured {
            *gauge = Some(Gauge::of(measured));
        } else if let Some(gauge) = gauge.as_mut() {
            gauge.saved = gauge.saved.max(saved);
            gauge.owes = false;
            gauge.measured.amend(&before, transition, at);
        }
        self.shown.send_replace(Arc::new(rollout));
    }

    /// The state of sending the effect that is on its way.
    pub(crate) fn delivery(&self) -> Option<Delivery> {
        let delivery = self.delivery.lock().unwrap_or_else(PoisonError::into_inner);
        delivery.clone()
    }

    /// Records the state of sending, and notifies watchers.
    pub(crate) fn set_delivery(&self, now: Option<Delivery>) {
        *self.delivery.lock().unwrap_or_else(PoisonError::into_inner) = now;
        self.shown.send_modify(|_| {});
    }

    /// Whether config-svc did not accept the effect at the last attempt.
    pub(super) fn has_failed(&self, generation: u64) -> bool {
        self.delivery()
            .is_some_and(|delivery| delivery.generation == generation && delivery.error.is_some())
    }

    /// The keys that had read when config-svc was last asked.
    pub(crate) fn keys(&self) -> Option<SeenKeys> {
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the keys that config-svc reports.
    pub(super) fn see_keys(&self, seen: Option<SeenKeys>) {
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }

    fn gauge(&self) -> MutexGuard<'_, Option<Gauge>> {
        self.gauge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gauge {
    /// The gauge of a rollout that was read from the store.
    fn of(measured: Measured) -> Self {
        let closed = measured.closed();
        Self {
            measured,
            saved: closed,
            counted: closed,
            owes: false,
        }
    }
}
