//! Change sets that splits refer to. Their versions are kept regardless of age and number.

use super::super::Seq;
use imbl::OrdMap;

/// The change sets that splits refer to, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::domain) struct Pins(OrdMap<Seq, u32>);

impl Pins {
    /// Whether a split refers to the change set.
    pub(in crate::domain) fn holds(&self, change: Seq) -> bool {
        self.0.contains_key(&change)
    }

    pub(in crate::domain) fn pin(&mut self, change: Seq) {
        *self.0.entry(change).or_insert(0) += 1;
    }

    pub(in crate::domain) fn unpin(&mut self, change: Seq) {
        match self.0.get_mut(&change) {
            Some(names) if *names > 1 => *names -= 1,
            _ => drop(self.0.remove(&change)),
        }
    }
}
