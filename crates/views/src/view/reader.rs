//! Who reads a view.

use vortex_bucket::{Arm, Share};

use super::{Arms, Assigned, Split, Unit, View};

/// Who reads: splits by a unit that it does not say leave it on stable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reader<'a> {
    /// The instance.
    pub instance: Option<&'a str>,
    /// The user, session or request that it reads for.
    pub key: Option<&'a str>,
}

impl<'a> Reader<'a> {
    /// Who says these; what is empty is not said.
    pub fn new(instance: &'a str, key: &'a str) -> Self {
        let said = |given: &'a str| Some(given).filter(|given| !given.is_empty());
        Self {
            instance: said(instance),
            key: said(key),
        }
    }

    /// The value by which splits of this unit tell readers apart.
    pub fn key_of(&self, unit: Unit) -> Option<&'a str> {
        match unit {
            Unit::Instance => self.instance,
            Unit::Subject => self.key,
        }
    }
}

impl Split {
    /// The arm of a reader. One without the split's unit is on stable until the share is 100 %.
    pub fn arm_of(&self, reader: &Reader<'_>) -> Arm {
        match reader.key_of(self.unit) {
            Some(key) => self.arm(key),
            None if self.share == Share::FULL => Arm::Canary,
            None => Arm::Stable,
        }
    }

    /// Whether a reader is on stable because it does not say what the split tells apart.
    pub fn is_keyless(&self, reader: &Reader<'_>) -> bool {
        self.share != Share::FULL && reader.key_of(self.unit).is_none()
    }
}

impl View {
    /// The arms of a reader, those of splits by subject included.
    pub fn arms_of(&self, reader: &Reader<'_>) -> Arms {
        let splits = self.splits.iter().enumerate().take(Arms::MAX);
        splits.fold(Arms::STABLE, |arms, (index, split)| {
            match split.arm_of(reader) {
                Arm::Canary => arms.with_canary(index),
                Arm::Stable => arms,
            }
        })
    }

    /// The splits with the arms that they give a reader, by id.
    pub fn assigned_to<'a>(
        &'a self,
        reader: &Reader<'a>,
    ) -> impl Iterator<Item = Assigned<'a>> + use<'a> {
        let reader = *reader;
        self.splits.iter().map(move |split| Assigned {
            split,
            arm: split.arm_of(&reader),
            forced: (reader.key_of(split.unit)).is_some_and(|key| split.is_forced(key)),
        })
    }
}
