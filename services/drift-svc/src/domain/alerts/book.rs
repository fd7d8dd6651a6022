//! The alerts and silences that are kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Acknowledged, Alert, AlertId, AlertState, Cause, Silence};
use crate::domain::FleetName;

/// The most alerts that are kept.
const MOST: usize = 10_000;
/// How long a resolved alert is kept: 30 days.
const KEEP: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The most silences.
const SILENCES: usize = 10_000;

/// The alerts and silences that are kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    alerts: BTreeMap<AlertId, Alert>,
    firing: BTreeMap<(FleetName, Cause), AlertId>,
    silences: BTreeMap<FleetName, Silence>,
}

/// What happened to alerts and silences. What is stored is what these leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// An alert stands like this.
    Stands(Alert),
    /// An alert stands like this after a step that those are told of who want to know.
    Told(Step, Alert),
    /// An alert is no longer kept.
    Forgotten(AlertId),
    /// A fleet is silenced.
    Silenced(Silence),
    /// A fleet is silenced no longer.
    Unsilenced(FleetName),
}

/// What others are told of an alert: each once at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It began.
    Fired,
    /// It is over.
    Resolved,
    /// Somebody has seen it.
    Acknowledged,
}

impl Step {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Fired, Self::Resolved, Self::Acknowledged];

    /// What it is called where it is stored.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fired => "fired",
            Self::Resolved => "resolved",
            Self::Acknowledged => "acknowledged",
        }
    }
}

/// An alert that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolved(pub Alert);

impl Book {
    /// Takes in what happened.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::Stands(alert) | Event::Told(_, alert) => self.stand(alert),
            Event::Forgotten(id) => {
                if let Some(alert) = self.alerts.remove(&id) {
                    self.firing.retain(|_, firing| *firing != alert.id);
                }
            }
            Event::Silenced(silence) => {
                self.silences.insert(silence.fleet.clone(), silence);
            }
            Event::Unsilenced(fleet) => {
                self.silences.remove(&fleet);
            }
        }
    }

    fn stand(&mut self, alert: Alert) {
        let key = (alert.fleet.clone(), alert.cause);
        if alert.is_firing() {
            self.firing.insert(key, alert.id.clone());
        } else if self.firing.get(&key) == Some(&alert.id) {
            self.firing.remove(&key);
        }
        self.alerts.insert(alert.id.clone(), alert);
    }

    /// Whether there is room for an alert that begins after `before` others that are not here yet,
    /// and the one that makes room for it.
    pub(crate) fn room(&self, before: usize) -> Option<Option<AlertId>> {
        let over = (self.alerts.len() + before + 1).saturating_sub(MOST);
        if over == 0 {
            return Some(None);
        }
        let mut resolved = self.alerts.values().filter(|alert| !alert.is_firing());
        resolved.nth(over - 1).map(|oldest| Some(oldest.id.clone()))
    }

    /// The alert that fires for a fleet and a cause.
    pub(crate) fn firing(&self, fleet: &FleetName, cause: Cause) -> Option<&Alert> {
        let id = self.firing.get(&(fleet.clone(), cause))?;
        self.alerts.get(id)
    }

    /// The alerts that fire, by fleet.
    pub(crate) fn all_firing(&self) -> impl Iterator<Item = &Alert> {
        self.firing.values().filter_map(|id| self.alerts.get(id))
    }

    /// The fleets of which any alert fires.
    pub(crate) fn alerting(&self) -> BTreeSet<FleetName> {
        self.firing.keys().map(|(fleet, _)| fleet.clone()).collect()
    }

    /// An alert.
    pub(crate) fn get(&self, id: &AlertId) -> Option<&Alert> {
        self.alerts.get(id)
    }

    /// Alerts from newest to oldest, of those that began before the one named.
    pub(crate) fn before(&self, id: Option<&AlertId>) -> impl Iterator<Item = &Alert> {
        let range = match id {
            Some(id) => self.alerts.range(..id),
            None => self.alerts.range::<AlertId, _>(..),
        };
        range.rev().map(|(_, alert)| alert)
    }

    /// The silence of a fleet, if it is in force.
    pub(crate) fn silence(&self, fleet: &FleetName, now: Timestamp) -> Option<&Silence> {
        self.silences
            .get(fleet)
            .filter(|silence| now < silence.until)
    }

    /// What an alert's step leaves: nobody is told while its fleet is silenced.
    pub(crate) fn step(&self, step: Step, alert: Alert, now: Timestamp) -> Event {
        match self.silence(&alert.fleet, now) {
            None => Event::Told(step, alert),
            Some(_) => Event::Stands(alert),
        }
    }

    /// Whether one more fleet may be silenced.
    pub(crate) fn has_room_to_silence(&self, fleet: &FleetName) -> bool {
        self.silences.len() < SILENCES || self.silences.contains_key(fleet)
    }

    /// Notes how many instances a firing alert is about now.
    pub(crate) fn recount(&mut self, id: &AlertId, (instances, total): (u64, u64)) -> bool {
        let Some(alert) = self.alerts.get_mut(id).filter(|alert| alert.is_firing()) else {
            return false;
        };
        let worst = alert.worst.max(instances);
        let is_other = (alert.worst, alert.instances, alert.total) != (worst, instances, total);
        (alert.worst, alert.instances, alert.total) = (worst, instances, total);
        is_other
    }

    /// The first acknowledgement of an alert: it as it then stands. None if it was acknowledged
    /// before.
    pub(crate) fn acknowledge(alert: &Alert, acknowledged: Acknowledged) -> Option<Alert> {
        alert.acknowledged.is_none().then(|| Alert {
            acknowledged: Some(acknowledged),
            ..alert.clone()
        })
    }

    /// What is kept no longer: alerts that were resolved too long ago, and silences that are over.
    pub(crate) fn outdated(&self, now: Timestamp) -> Vec<Event> {
        let is_old = |alert: &&Alert| match alert.state {
            AlertState::Firing => false,
            AlertState::Resolved(at) => now.duration_since(at) > KEEP,
        };
        let old = self.alerts.values().filter(is_old);
        let old = old.map(|alert| Event::Forgotten(alert.id.clone()));
        let over = self
            .silences
            .values()
            .filter(|silence| silence.until <= now);
        let over = over.map(|silence| Event::Unsilenced(silence.fleet.clone()));
        old.chain(over).collect()
    }
}

impl Resolved {
    /// The end of an alert.
    pub(crate) fn at(alert: &Alert, at: Timestamp, (instances, total): (u64, u64)) -> Self {
        Self(Alert {
            state: AlertState::Resolved(at),
            instances,
            total,
            ..alert.clone()
        })
    }
}
