//! Looks at the fleets, and decides which alerts begin and which are over.

use std::collections::{BTreeMap, HashSet};

use super::{Alerts, Deciding, Inner};
use crate::{
    domain::{
        Alert, AlertId, AlertState, Book, Cause, Event, FleetName, Pulse, Reading, Resolved, Step,
        Tenths, Turn,
    },
    store,
};

/// How the fleets stand.
pub(crate) type Measured = BTreeMap<FleetName, Reading>;

/// A fleet of which nobody reports.
const NOBODY: Reading = Reading {
    drifted: 0,
    silent: 0,
    total: 0,
    expected: String::new(),
    is_protected: false,
};

impl Alerts {
    /// Decides by how the fleets stand which alerts begin and which are over.
    ///
    /// # Errors
    /// It can't be stored: it is decided again the next time.
    pub(crate) async fn evaluate(&self, mut measured: Measured) -> Result<(), store::Error> {
        let mut deciding = self.inner.deciding.lock().await;
        for alert in self.book().all_firing() {
            measured.entry(alert.fleet.clone()).or_insert(NOBODY);
        }
        let known: HashSet<&FleetName> = measured.keys().collect();
        deciding.pulses.retain(|fleet, _| known.contains(fleet));
        let now = (self.inner.time.now(), self.inner.time.running());
        let events = {
            let mut book = self.inner.change();
            self.inner.decide(&mut deciding, &mut book, &measured, now)
        };
        self.inner.store.keep(&events).await?;
        let mut book = self.inner.change();
        for event in events {
            self.inner.tell(&book, &event);
            book.fold(event);
        }
        Ok(())
    }

    /// Stores the counts of firing alerts as they are now.
    ///
    /// # Errors
    /// It can't be stored: it is tried again the next time.
    pub(crate) async fn save_counts(&self) -> Result<(), store::Error> {
        let mut deciding = self.inner.deciding.lock().await;
        let changed: Vec<Event> = {
            let book = self.book();
            let ids = deciding.recounted.iter();
            let firing = ids
                .filter_map(|id| book.get(id))
                .filter(|alert| alert.is_firing());
            firing.cloned().map(Event::Stands).collect()
        };
        self.inner.store.keep(&changed).await?;
        deciding.recounted.clear();
        Ok(())
    }
}

impl Inner {
    fn decide(
        &self,
        deciding: &mut Deciding,
        book: &mut Book,
        measured: &Measured,
        now: (Tenths, u32),
    ) -> Vec<Event> {
        let mut events = Vec::new();
        let mut fired = 0;
        for (fleet, reading) in measured {
            let pulse = deciding.pulses.entry(fleet.clone()).or_default();
            for cause in Cause::ALL {
                let firing = book.firing(fleet, cause).cloned();
                let turn = self.turn(pulse, cause, reading, firing.as_ref(), now);
                match (turn, firing) {
                    (Some(Turn::Fire), None) => {
                        events.extend(self.fire(book, fired, fleet, cause, reading));
                        fired += 1;
                    }
                    (Some(Turn::Resolve), Some(alert)) => {
                        let counts = reading.counts(cause);
                        let Resolved(alert) = Resolved::at(&alert, self.time.wall(), counts);
                        events.push(book.step(Step::Resolved, alert, self.time.wall()));
                    }
                    (_, Some(alert)) => {
                        if book.recount(&alert.id, reading.counts(cause)) {
                            deciding.recounted.insert(alert.id);
                        }
                    }
                    (_, None) => {}
                }
            }
        }
        events
    }

    fn turn(
        &self,
        pulse: &mut Pulse,
        cause: Cause,
        reading: &Reading,
        firing: Option<&Alert>,
        now: (Tenths, u32),
    ) -> Option<Turn> {
        pulse.turn(cause, reading, firing, now, &self.limits)
    }

    /// The beginning of an alert, and the end of the one that makes room for it. Nothing if there is
    /// no room, as when the most alerts there may be are firing. `before` are those that begin at
    /// the same time.
    fn fire(
        &self,
        book: &Book,
        before: usize,
        fleet: &FleetName,
        cause: Cause,
        reading: &Reading,
    ) -> Vec<Event> {
        let Some(displaced) = book.room(before) else {
            tracing::error!(%fleet, cause = cause.name(), "no room for one more alert");
            return Vec::new();
        };
        let at = self.time.wall();
        let (instances, total) = reading.counts(cause);
        let millisecond = u64::try_from(at.as_millisecond()).unwrap_or_default();
        let alert = Alert {
            id: AlertId::new(millisecond, fastrand::u64(..)),
            fleet: fleet.clone(),
            cause,
            state: AlertState::Firing,
            expected: reading.expected.clone(),
            worst: instances,
            instances,
            total,
            started_at: at,
            acknowledged: None,
        };
        let displaced = displaced.into_iter().map(Event::Forgotten);
        displaced
            .chain([book.step(Step::Fired, alert, at)])
            .collect()
    }

    /// Says in the log what happened, before the book has it.
    fn tell(&self, book: &Book, event: &Event) {
        let (Event::Stands(alert) | Event::Told(_, alert)) = event else {
            return;
        };
        let is_silenced = book.silence(&alert.fleet, self.time.wall()).is_some();
        let (fleet, cause, expected) = (&alert.fleet, alert.cause.name(), &*alert.expected);
        let (instances, total, worst) = (alert.instances, alert.total, alert.worst);
        let id = &alert.id;
        if alert.is_firing() {
            self.meters.fired(alert.cause);
            tracing::warn!(%id, %fleet, cause, expected, instances, total, is_silenced, "alert");
        } else {
            tracing::info!(%id, %fleet, cause, expected, instances, total, worst, is_silenced, "alert resolved");
        }
    }
}
