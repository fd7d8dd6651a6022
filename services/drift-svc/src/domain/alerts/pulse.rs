//! When an alert begins, and when it is over.

use std::time::Duration;

use super::{Alert, Cause};
use crate::domain::{Standing, State, Tenths, moment::span};

/// By what alerts begin and end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limits {
    /// The part of a fleet over which an alert begins, 0 to 1.
    threshold: f64,
    /// For how long it has to be over it, or below half of it.
    lasting: u32,
    /// How long after the start nothing is over yet: not all could have reported.
    warming: u32,
}

/// How a fleet stands, as alerts see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    /// Those that drifted, failed or run an unknown version.
    pub drifted: u64,
    /// Those that are silent.
    pub silent: u64,
    /// All of them.
    pub total: u64,
    /// The version that is expected of most. Empty if that is not known.
    pub expected: String,
    /// Whether silent instances are kept, since so many are silent.
    pub is_protected: bool,
}

/// What is to happen to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// One begins.
    Fire,
    /// The one that fires is over.
    Resolve,
}

/// Since when a fleet is over a threshold, or well below it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pulse {
    over: Option<(Tenths, String)>,
    calm: [Option<Tenths>; 2],
}

impl Limits {
    /// `threshold`: the part of a fleet over which an alert begins. `lasting`: for how long. `ttl`:
    /// the time after the service's start in which no alert is over, since not all could have
    /// reported.
    pub(crate) fn new(threshold: f64, lasting: Duration, ttl: Duration) -> Self {
        Self {
            threshold,
            lasting: span(lasting),
            warming: span(ttl),
        }
    }
}

impl Reading {
    /// What a fleet's standing says.
    pub(crate) fn of(standing: &Standing, expected: String) -> Self {
        let drifted = State::ALL.into_iter().filter(|state| state.is_drift());
        let drifted = drifted.map(|state| standing.states[state as usize]);
        Self {
            drifted: drifted.map(u64::from).sum(),
            silent: standing.states[State::Stale as usize].into(),
            total: standing.total.into(),
            expected,
            is_protected: standing.is_protected,
        }
    }

    /// The instances that an alert of this cause is about, and those that it is measured against.
    pub(crate) fn counts(&self, cause: Cause) -> (u64, u64) {
        match cause {
            Cause::Drift => (self.drifted, self.total - self.silent.min(self.total)),
            Cause::Silence => (self.silent, self.total),
        }
    }

    fn ratio(&self) -> f64 {
        match self.counts(Cause::Drift) {
            (_, 0) => 0.0,
            (drifted, heard) => drifted as f64 / heard as f64,
        }
    }
}

impl Pulse {
    /// What is to happen to a fleet's alert of this cause, while `firing` is the one that fires.
    /// `running` is for how long the service has run.
    pub(crate) fn turn(
        &mut self,
        cause: Cause,
        reading: &Reading,
        firing: Option<&Alert>,
        (now, running): (Tenths, u32),
        limits: &Limits,
    ) -> Option<Turn> {
        match (cause, firing) {
            (Cause::Drift, None) => self.begins(reading, now, limits),
            (Cause::Drift, Some(alert)) => {
                self.over = None;
                let is_known = !reading.expected.is_empty();
                if is_known && alert.expected != reading.expected {
                    return Some(Turn::Resolve);
                }
                // a fleet that is silent says nothing
                let is_calm = !reading.is_protected && reading.ratio() < limits.threshold / 2.0;
                self.ends(cause, is_calm, (now, running), limits)
            }
            (Cause::Silence, None) => {
                self.calm[Cause::Silence as usize] = None;
                reading.is_protected.then_some(Turn::Fire)
            }
            (Cause::Silence, Some(_)) => {
                self.ends(cause, !reading.is_protected, (now, running), limits)
            }
        }
    }

    fn begins(&mut self, reading: &Reading, now: Tenths, limits: &Limits) -> Option<Turn> {
        self.calm[Cause::Drift as usize] = None;
        if reading.ratio() <= limits.threshold || reading.is_protected {
            self.over = None;
            return None;
        }
        let known = self.over.take();
        let known = known.filter(|(_, expected)| *expected == reading.expected);
        let (since, expected) = known.unwrap_or_else(|| (now, reading.expected.clone()));
        self.over = Some((since, expected));
        (now.since(since) >= limits.lasting).then_some(Turn::Fire)
    }

    fn ends(
        &mut self,
        cause: Cause,
        is_calm: bool,
        (now, running): (Tenths, u32),
        limits: &Limits,
    ) -> Option<Turn> {
        let calm = &mut self.calm[cause as usize];
        if !is_calm || running < limits.warming {
            *calm = None;
            return None;
        }
        let since = *calm.get_or_insert(now);
        if now.since(since) < limits.lasting {
            return None;
        }
        Some(Turn::Resolve)
    }
}
