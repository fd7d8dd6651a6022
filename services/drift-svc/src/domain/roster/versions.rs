//! The versions that instances of a fleet run or refused.

use std::collections::HashMap;

use crate::domain::{
    State,
    plan::{Plan, Row},
};

/// The most versions that are told apart.
const MOST: usize = 1_024;
/// The longest version that is kept whole, in bytes.
const LONGEST: usize = 256;

/// No version.
pub(super) const NONE: u16 = 0;
/// All versions that there was no room for.
const REST: u16 = 1;
/// What those are called.
const REST_TEXT: &str = "…";

/// Versions by number, with how many instances run each of them in which state.
#[derive(Debug)]
pub(super) struct Versions {
    entries: Vec<Entry>,
    by_text: HashMap<Box<str>, u16>,
    free: Vec<u16>,
}

#[derive(Debug, Default)]
struct Entry {
    text: Box<str>,
    counts: [u32; 8],
    /// Instances that run it or refused it.
    uses: u32,
    row: Row,
}

impl Versions {
    pub(super) fn new() -> Self {
        let named = |text: &str| Entry {
            text: text.into(),
            ..Entry::default()
        };
        Self {
            entries: vec![named(""), named(REST_TEXT)],
            by_text: HashMap::from([("".into(), NONE)]),
            free: Vec::new(),
        }
    }

    /// The number of a version, which has to be [used](Self::use_one) before the next is asked for.
    pub(super) fn number(&mut self, text: &str, row: impl FnOnce(&str) -> Row) -> u16 {
        if let Some(number) = self.by_text.get(text) {
            return *number;
        }
        let is_full = self.by_text.len() >= MOST || text.len() > LONGEST;
        if is_full {
            return REST;
        }
        let entry = Entry {
            row: row(text),
            text: text.into(),
            ..Entry::default()
        };
        let number = match self.free.pop() {
            Some(number) => {
                self.entries[usize::from(number)] = entry;
                number
            }
            None => {
                self.entries.push(entry);
                (self.entries.len() - 1) as u16
            }
        };
        self.by_text.insert(text.into(), number);
        number
    }

    pub(super) fn use_one(&mut self, number: u16) {
        self.entries[usize::from(number)].uses += 1;
    }

    /// Ends a use. A version without any is forgotten.
    pub(super) fn leave(&mut self, number: u16) {
        let entry = &mut self.entries[usize::from(number)];
        entry.uses = entry.uses.saturating_sub(1);
        if entry.uses == 0 && number > REST {
            let text = std::mem::take(&mut entry.text);
            self.by_text.remove(&text);
            self.free.push(number);
        }
    }

    pub(super) fn count(&mut self, number: u16, state: State) {
        self.entries[usize::from(number)].counts[state as usize] += 1;
    }

    pub(super) fn uncount(&mut self, number: u16, state: State) {
        let count = &mut self.entries[usize::from(number)].counts[state as usize];
        *count = count.saturating_sub(1);
    }

    pub(super) fn text(&self, number: u16) -> &str {
        &self.entries[usize::from(number)].text
    }

    pub(super) fn row(&self, number: u16) -> &Row {
        &self.entries[usize::from(number)].row
    }

    /// Judges all versions by another plan.
    pub(super) fn judge(&mut self, plan: &Plan, tolerance: usize) {
        for entry in &mut self.entries {
            entry.row = plan.row(&entry.text, tolerance);
        }
    }

    /// How many instances run which version in which state.
    pub(super) fn counts(&self) -> impl Iterator<Item = (&str, State, u32)> {
        self.entries.iter().flat_map(|entry| {
            let counts = State::ALL.into_iter().zip(entry.counts);
            let counts = counts.filter(|(_, count)| *count > 0);
            counts.map(|(state, count)| (&*entry.text, state, count))
        })
    }

    pub(super) fn bytes(&self) -> usize {
        let texts = self.entries.iter().map(|entry| 2 * entry.text.len() + 32);
        self.entries.capacity() * size_of::<Entry>() + texts.sum::<usize>()
    }
}
