//! What one instance should run.

use vortex_bucket::Arm;
use vortex_proto::config::v1 as pb;

use super::{Arms, Split, Variant, View};

/// What one instance should run.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    view: &'a View,
    instance: &'a str,
    variant: &'a Variant,
    arms: Arms,
    /// The splits whose arm the instance does not decide.
    by_subject: Arms,
}

/// A split and the arm that an instance has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assigned<'a> {
    /// The split.
    pub split: &'a Split,
    /// The arm. Of a split by subject, stable: that of a read for nobody.
    pub arm: Arm,
    /// Whether the instance has it whatever the share.
    pub forced: bool,
}

impl<'a> Expected<'a> {
    pub(super) fn of(view: &'a View, instance: &'a str) -> Option<Self> {
        if view.fault.is_some() {
            return None;
        }
        let arms = view.arms(instance);
        let variant = view.variants.get(arms.index())?;
        if variant.fault.is_some() {
            return None;
        }
        Some(Self {
            view,
            instance,
            variant,
            arms,
            by_subject: view.by_subject(),
        })
    }

    /// What it is served when it reads for nobody in particular.
    pub fn variant(&self) -> &'a Variant {
        self.variant
    }

    /// The effective version that it should run. Empty where no document takes part.
    pub fn version(&self) -> &'a str {
        &self.variant.version
    }

    /// SHA-256 of the effective configuration, in hex.
    pub fn digest(&self) -> &'a str {
        &self.variant.digest
    }

    /// Its arms. Those of splits by subject are stable.
    pub fn arms(&self) -> Arms {
        self.arms
    }

    /// Whether subjects decide which version it is served, so that one process may serve both arms.
    pub fn by_subject(&self) -> bool {
        self.by_subject != Arms::STABLE
    }

    /// The splits with its arms, by id.
    pub fn assignments(&self) -> impl Iterator<Item = Assigned<'a>> + use<'a> {
        let (arms, by_subject, instance) = (self.arms, self.by_subject, self.instance);
        let splits = self.view.splits.iter().enumerate();
        splits.map(move |(index, split)| Assigned {
            split,
            arm: arms.get(index),
            forced: by_subject.get(index) == Arm::Stable && split.is_forced(instance),
        })
    }

    /// All that is right for it: its own arms', with each arm of the splits by subject.
    pub fn right(&self) -> impl Iterator<Item = (Arms, &'a Variant)> + use<'a> {
        let (arms, by_subject) = (self.arms, self.by_subject);
        self.view
            .variants()
            .filter(move |(of, variant)| variant.fault.is_none() && of.is_but_for(by_subject, arms))
    }

    /// Whether an instance that has a version of this name has one that is right for it.
    pub fn is_right(&self, version: &str) -> bool {
        self.right().any(|(_, variant)| variant.is(version))
    }

    /// Whether a version of this name is a canary's, and right for it.
    pub fn is_canary(&self, version: &str) -> bool {
        let mut canaries = self.right().filter(|(arms, _)| *arms != Arms::STABLE);
        canaries.any(|(_, variant)| variant.is(version))
    }
}

impl From<Assigned<'_>> for pb::Assignment {
    fn from(assigned: Assigned<'_>) -> Self {
        let split = assigned.split;
        Self {
            split: split.id.to_string(),
            change: split.change.to_string(),
            generation: split.generation,
            arm: match assigned.arm {
                Arm::Stable => pb::Arm::Stable,
                Arm::Canary => pb::Arm::Canary,
            }
            .into(),
            unit: pb::SplitUnit::from(split.unit).into(),
            forced: assigned.forced,
        }
    }
}
