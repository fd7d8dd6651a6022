//! Why instances refused a version.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// The most distinct texts of a fleet, of 1,024 bytes at most each.
const TEXTS: usize = 64;
/// The most instances whose reason is kept.
const MOST: usize = 100_000;
/// The longest text in bytes.
const LONGEST: usize = 1_024;

/// The reasons of those that refused a version, as far as there is room.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    by_number: HashMap<u32, Arc<str>>,
    texts: HashSet<Arc<str>>,
}

impl Refusals {
    pub(super) fn set(&mut self, number: u32, error: &str) {
        if error.is_empty() {
            return self.forget(number);
        }
        if self
            .by_number
            .get(&number)
            .is_some_and(|known| **known == *error)
        {
            return;
        }
        self.forget(number);
        if self.by_number.len() < MOST
            && let Some(text) = self.shared(cut(error))
        {
            self.by_number.insert(number, text);
        }
    }

    pub(super) fn get(&self, number: u32) -> Option<&str> {
        self.by_number.get(&number).map(AsRef::as_ref)
    }

    pub(super) fn forget(&mut self, number: u32) {
        if !self.by_number.is_empty() {
            self.by_number.remove(&number);
        }
    }

    fn shared(&mut self, text: &str) -> Option<Arc<str>> {
        if let Some(known) = self.texts.get(text) {
            return Some(known.clone());
        }
        if self.texts.len() >= TEXTS {
            // those that nobody has any more
            self.texts.retain(|text| Arc::strong_count(text) > 1);
        }
        if self.texts.len() >= TEXTS {
            return None;
        }
        let text: Arc<str> = text.into();
        self.texts.insert(text.clone());
        Some(text)
    }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_bounded_and_those_of_nobody_make_room() {
        let mut refusals = Refusals::default();
        for number in 0..100 {
            refusals.set(number, &format!("no {number}"));
        }
        assert_eq!(refusals.get(0), Some("no 0"));
        assert_eq!(refusals.get(99), None);
        refusals.set(0, "");
        assert_eq!(refusals.get(0), None);
        refusals.set(99, &"é".repeat(600));
        assert_eq!(refusals.get(99).map(str::len), Some(LONGEST));
        assert!(refusals.texts.len() <= TEXTS);
    }
}
