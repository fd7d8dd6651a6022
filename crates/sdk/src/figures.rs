//! What an application measured, kept apart by the arms it served: pure.

use std::time::Duration;

use vortex_rest::{Arm, Assignment};
use vortex_sketch::Sketch;

/// Of how many arms figures are kept; a new one takes the place of the oldest. An arm is one of a
/// split's generation, and what an older generation measured is not wanted.
const MAX_ARMS: usize = 32;

/// An arm of a split, as it was given at some generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ArmOf {
    pub(crate) split: String,
    pub(crate) generation: u64,
    pub(crate) arm: Arm,
}

impl ArmOf {
    fn is_of(&self, assignment: &Assignment) -> bool {
        (self.generation, &self.arm) == (assignment.generation, &assignment.arm)
            && self.split == assignment.split
    }
}

impl From<&Assignment> for ArmOf {
    fn from(assignment: &Assignment) -> Self {
        Self {
            split: assignment.split.clone(),
            generation: assignment.generation,
            arm: assignment.arm.clone(),
        }
    }
}

/// What was counted of one arm.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) requests: u64,
    pub(crate) errors: u64,
    pub(crate) latencies: Sketch,
}

impl Counts {
    fn record(&mut self, latency: Duration, ok: bool) {
        self.requests = self.requests.saturating_add(1);
        self.errors = self.errors.saturating_add(u64::from(!ok));
        self.latencies.record(latency);
    }

    fn merge(&mut self, other: &Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.errors = self.errors.saturating_add(other.errors);
        self.latencies.merge(&other.latencies);
    }
}

/// Figures of some time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    /// Of requests that no split concerned.
    pub(crate) plain: Counts,
    /// By arm, in the order in which they came up.
    pub(crate) by_arm: Vec<(ArmOf, Counts)>,
}

impl Figures {
    /// Counts a request that these arms served.
    pub(crate) fn record(&mut self, arms: &[Assignment], latency: Duration, ok: bool) {
        if arms.is_empty() {
            self.plain.record(latency, ok);
        }
        for arm in arms {
            let known = self.by_arm.iter().position(|(of, _)| of.is_of(arm));
            let index = known.unwrap_or_else(|| self.add(arm.into()));
            self.by_arm[index].1.record(latency, ok);
        }
    }

    /// Adds what is older than these.
    pub(crate) fn merge(&mut self, older: Self) {
        let newer = std::mem::replace(self, older);
        self.plain.merge(&newer.plain);
        for (of, counts) in newer.by_arm {
            let known = self.by_arm.iter().position(|(known, _)| *known == of);
            let index = known.unwrap_or_else(|| self.add(of));
            self.by_arm[index].1.merge(&counts);
        }
    }

    /// Makes room for an arm, and says where.
    fn add(&mut self, of: ArmOf) -> usize {
        if self.by_arm.len() >= MAX_ARMS {
            self.by_arm.remove(0);
        }
        self.by_arm.push((of, Counts::default()));
        self.by_arm.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKEN: Duration = Duration::from_millis(20);

    fn given(split: &str, generation: u64, arm: Arm) -> Assignment {
        Assignment {
            split: split.to_owned(),
            generation,
            arm,
            ..Assignment::default()
        }
    }

    fn requests(figures: &Figures) -> Vec<u64> {
        let counts = figures.by_arm.iter().map(|(_, counts)| counts.requests);
        counts.collect()
    }

    #[test]
    fn a_request_counts_for_each_arm_that_served_it() {
        let mut figures = Figures::default();
        let (a, b) = (given("a", 1, Arm::Canary), given("b", 1, Arm::Stable));
        figures.record(&[a.clone(), b], TAKEN, true);
        figures.record(&[a], TAKEN, false);
        figures.record(&[given("a", 2, Arm::Canary)], TAKEN, true);
        figures.record(&[], TAKEN, true);
        assert_eq!(requests(&figures), [2, 1, 1]);
        assert_eq!(figures.by_arm[0].1.errors, 1);
        assert_eq!((figures.plain.requests, figures.plain.errors), (1, 0));
    }

    #[test]
    fn figures_that_were_not_delivered_join_those_that_came_since() {
        let (a, b) = (given("a", 1, Arm::Canary), given("b", 1, Arm::Stable));
        let (mut older, mut newer, mut all) = Default::default();
        for (figures, arms) in [(&mut older, [a.clone()]), (&mut newer, [b])] {
            let record = |figures: &mut Figures| figures.record(&arms, TAKEN, false);
            record(figures);
            record(&mut all);
        }
        newer.record(std::slice::from_ref(&a), TAKEN, true);
        all.record(&[a], TAKEN, true);
        newer.merge(older);
        assert_eq!(newer, all);
    }

    #[test]
    fn figures_are_bounded_and_the_oldest_arm_goes_first() {
        let mut figures = Figures::default();
        for generation in 0..100 {
            figures.record(&[given("a", generation, Arm::Canary)], TAKEN, true);
        }
        assert_eq!(figures.by_arm.len(), MAX_ARMS);
        assert_eq!(figures.by_arm[0].0.generation, 100 - MAX_ARMS as u64);
        let older = figures.clone();
        figures.merge(older);
        assert_eq!(requests(&figures), [2; MAX_ARMS]);
    }
}
