//! What a fleet is served.

mod arms;
mod expected;
mod history;
mod read;
mod reader;
mod source_age;
mod split;
#[cfg(test)]
mod tests;
mod variant;

pub use arms::Arms;
pub use expected::{Assigned, Expected};
pub use history::{History, Served};
pub use read::InvalidView;
pub use reader::Reader;
pub use source_age::SourceAge;
pub use split::{Split, Unit};
pub use variant::Variant;

use std::sync::Arc;

use uuid::Uuid;
use vortex_bucket::Arm;

/// About how many bytes a view takes beside its content.
const OVERHEAD: usize = 2_048;

/// What a fleet is served, at a position of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The log's position.
    pub position: u64,
    /// The store whose log that is.
    pub store: Uuid,
    /// The splits that concern it, by id.
    pub splits: Vec<Split>,
    /// What each combination of arms is served, by [`Arms::bits`]. Empty if `resolved_only` is set,
    /// and while it can't be served.
    pub variants: Vec<Variant>,
    /// There are too many splits: what an instance gets is not known from here.
    pub resolved_only: bool,
    /// What was served before, if that is followed.
    pub history: History,
    /// How current the source of its label was as this was sent. None for labels without one.
    pub source_age: Option<SourceAge>,
    /// Why it can't be served now, if so.
    pub fault: Option<Fault>,
}

/// Why something can't be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The reason, one of docs/errors.md.
    pub reason: Arc<str>,
    /// The explanation, for people.
    pub message: Arc<str>,
}

impl View {
    /// The arms of an instance. Splits by subject give it stable, whatever their share: which arm
    /// it serves is decided by each of its subjects.
    pub fn arms(&self, instance: &str) -> Arms {
        let splits = self.splits.iter().enumerate().take(Arms::MAX);
        splits.fold(Arms::STABLE, |arms, (index, split)| {
            let is_canary = split.unit == Unit::Instance && split.arm(instance) == Arm::Canary;
            match is_canary {
                true => arms.with_canary(index),
                false => arms,
            }
        })
    }

    /// What an instance should run. None if that is not known: the view can't be served to it, or
    /// has too many splits.
    pub fn expected<'a>(&'a self, instance: &'a str) -> Option<Expected<'a>> {
        Expected::of(self, instance)
    }

    /// What was served under this name, newest first.
    pub fn served<'a>(&'a self, version: &'a str) -> impl Iterator<Item = &'a Served> {
        self.history.named(version)
    }

    /// How many effective versions back a version is in the history of these arms: 0 for the one
    /// that they are served now. None if it is not among the last 16.
    pub fn steps_back(&self, arms: Arms, version: &str) -> Option<usize> {
        let current = self.variants.get(arms.index());
        match current.is_some_and(|variant| variant.is(version)) {
            true => Some(0),
            false => self.history.steps_back(arms, version),
        }
    }

    /// For each variant, the percentage of all instances that should get it. Splits choose apart
    /// from each other; those by subject leave every instance on stable. Keys that are forced are
    /// not counted.
    pub fn percentages(&self) -> Vec<f64> {
        let of = |arms: Arms| {
            let splits = self.splits.iter().enumerate();
            let parts = splits.map(|(index, split)| {
                let canary = match split.unit {
                    Unit::Instance => split.share.percentage() / 100.0,
                    Unit::Subject => 0.0,
                };
                match arms.get(index) {
                    Arm::Canary => canary,
                    Arm::Stable => 1.0 - canary,
                }
            });
            100.0 * parts.product::<f64>()
        };
        self.variants().map(|(arms, _)| of(arms)).collect()
    }

    /// What is served under some arms. None if that is not known.
    pub fn variant(&self, arms: Arms) -> Option<&Variant> {
        self.variants.get(arms.index())
    }

    /// About how many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        OVERHEAD + self.variants.iter().map(Variant::weight).sum::<usize>()
    }

    /// The variants with their arms.
    pub fn variants(&self) -> impl Iterator<Item = (Arms, &Variant)> {
        (0_u32..).map(Arms::from_bits).zip(&self.variants)
    }

    /// The splits by subject, as bits.
    fn by_subject(&self) -> Arms {
        let splits = self.splits.iter().enumerate().take(Arms::MAX);
        splits.fold(Arms::STABLE, |arms, (index, split)| match split.unit {
            Unit::Subject => arms.with_canary(index),
            Unit::Instance => arms,
        })
    }
}
