//! How a fleet stands.

use vortex_bucket::Arm;

use super::Roster;
use crate::domain::{Split, State, Status, Tenths, plan::MAX_SPLITS};

/// How a fleet stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// All instances.
    pub total: u32,
    /// How many are in each state, by [`State::ALL`].
    pub states: [u32; 8],
    /// What they should run.
    pub expected: Vec<Wanted>,
    /// What they run, the most frequent first.
    pub versions: Vec<(String, State, u32)>,
    /// Whether silent instances are kept, since so many are silent.
    pub is_protected: bool,
}

/// A version that instances should run.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The version. Empty if it can't be known.
    pub version: String,
    /// The splits and their arms.
    pub arms: Vec<(Split, Arm)>,
    /// The percentage of all instances that should run it.
    pub percentage: f64,
}

/// An instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its id.
    pub id: String,
    /// How it stands.
    pub state: State,
    /// Since when.
    pub since: Tenths,
    /// What it runs.
    pub version: String,
    /// What it should run. Empty if that is not known.
    pub expected: String,
    /// The splits that decide it, with its arms, and whether it is forced into them.
    pub arms: Vec<(Split, Arm, bool)>,
    /// How it fares.
    pub status: Status,
    /// What it refused, and why as far as that is kept.
    pub refused: Option<(String, String)>,
    /// When it last reported.
    pub seen: Tenths,
    /// Which life of it this is.
    pub boot: u64,
    /// Host, namespace, zone, version of the application.
    pub place: [String; 4],
    /// Whether two report as it by turns.
    pub is_shared: bool,
}

impl Standing {
    /// The part of those that are heard which drifted, failed or run an unknown version.
    pub fn ratio(&self) -> f64 {
        Self::ratio_of(&self.states)
    }

    /// The same by how many are in each state.
    pub fn ratio_of(states: &[u32; 8]) -> f64 {
        let heard: u32 = states.iter().sum::<u32>() - states[State::Stale as usize];
        let drifted = State::ALL.into_iter().filter(|state| state.is_drift());
        let drifted: u32 = drifted.map(|state| states[state as usize]).sum();
        match heard {
            0 => 0.0,
            _ => f64::from(drifted) / f64::from(heard),
        }
    }
}

impl Roster {
    /// How it stands, with at most so many of the versions that it runs: from counts that are kept.
    pub fn standing(&self, most_versions: usize) -> Standing {
        let counts = self.versions.counts();
        let mut versions: Vec<(&str, State, u32)> = match most_versions {
            0 => Vec::new(),
            _ => counts.collect(),
        };
        versions.sort_unstable_by(|one, other| {
            other
                .2
                .cmp(&one.2)
                .then_with(|| (one.0, one.1).cmp(&(other.0, other.1)))
        });
        versions.truncate(most_versions);
        let owned = versions.into_iter();
        Standing {
            total: self.len,
            states: self.states(),
            expected: self.wanted(),
            versions: owned
                .map(|(text, state, count)| (text.to_owned(), state, count))
                .collect(),
            is_protected: self.is_protected(),
        }
    }

    /// How many are in each state, by [`State::ALL`].
    pub fn states(&self) -> [u32; 8] {
        self.tally.by_state()
    }

    /// The version that is expected of most instances. Empty if it can't be known.
    pub fn expected_of_most(&self) -> String {
        let Some(plan) = &self.plan else {
            return String::new();
        };
        let arms = (0_u8..).take(plan.variants.len());
        let most = arms.max_by(|one, other| {
            let (one, other) = (plan.percentage(*one), plan.percentage(*other));
            one.total_cmp(&other)
        });
        let variant = most.and_then(|arms| plan.expected(arms));
        variant.map_or(String::new(), |variant| variant.version.to_string())
    }

    fn wanted(&self) -> Vec<Wanted> {
        let Some(plan) = &self.plan else {
            return Vec::new();
        };
        let by_arms = |arms: u8| {
            let splits = plan.splits.iter().take(MAX_SPLITS).enumerate();
            let own = splits.clone().filter(|(_, split)| !split.by_subject);
            let base = own.fold(0, |mask, (index, _)| mask | 1 << index) & arms;
            Wanted {
                version: plan
                    .expected(arms)
                    .map_or(String::new(), |variant| variant.version.to_string()),
                arms: splits
                    .map(|(index, split)| (split.clone(), arm(arms, index)))
                    .collect(),
                percentage: self.percentage(base),
            }
        };
        let wanted = (0_u8..).take(plan.variants.len()).map(by_arms);
        wanted.filter(|wanted| wanted.percentage > 0.0).collect()
    }

    /// The percentage of all instances that have these arms: as they are, or by the splits' shares
    /// while there are none.
    fn percentage(&self, arms: u8) -> f64 {
        if self.len == 0 {
            return self.plan.as_ref().map_or(0.0, |plan| plan.percentage(arms));
        }
        let with = self.tally.counts().filter(|(key, _)| key.arms() == arms);
        let with: u32 = with.map(|(_, count)| count).sum();
        100.0 * f64::from(with) / f64::from(self.len)
    }

    /// The instance with this id.
    pub fn member(&self, id: &str) -> Option<Member> {
        let number = self.find(self.index.hash(id), id)?;
        let record = &self.slots[number];
        let refused = self.versions.text(record.names.refused());
        let error = self.refusals.get(number).unwrap_or_default();
        Some(Member {
            id: id.to_owned(),
            state: record.key.state(),
            since: record.since,
            version: self.versions.text(record.names.version()).to_owned(),
            expected: self.expected_of(record).unwrap_or_default().to_owned(),
            arms: self.arms_of(id),
            status: record.status(),
            refused: (!refused.is_empty()).then(|| (refused.to_owned(), error.to_owned())),
            seen: record.seen,
            boot: record.boot,
            place: self.places.get(record.place).map(str::to_owned),
            is_shared: record.is_shared(),
        })
    }

    fn arms_of(&self, id: &str) -> Vec<(Split, Arm, bool)> {
        let splits = self.plan.iter().flat_map(|plan| &plan.splits);
        let with_arm = splits.map(|split| {
            let is_forced = !split.by_subject && split.forced.arm(id).is_some();
            (split.clone(), split.arm(id), is_forced)
        });
        with_arm.collect()
    }
}

pub(super) fn arm(arms: u8, index: usize) -> Arm {
    match arms >> index & 1 {
        1 => Arm::Canary,
        _ => Arm::Stable,
    }
}
