//! Where instances run.

use std::collections::HashMap;

/// The most texts and the most places of a fleet: the places of further instances are not kept.
const MOST: usize = 1 << 18;

/// The number of a place of which nothing is known.
pub(super) const NOWHERE: u32 = 0;

/// Places by number: four texts each, which many instances share.
#[derive(Debug)]
pub(super) struct Places {
    texts: Shared<Box<str>>,
    places: Shared<[u32; 4]>,
}

/// Values by number, each there once and for as long as it is used. Number 0 is always there.
#[derive(Debug)]
struct Shared<T> {
    entries: Vec<(T, u32)>,
    by_value: HashMap<T, u32>,
    free: Vec<u32>,
}

impl Places {
    pub(super) fn new() -> Self {
        Self {
            texts: Shared::new("".into()),
            places: Shared::new([0; 4]),
        }
    }

    /// Uses a place once more, and answers its number.
    pub(super) fn enter(&mut self, place: [&str; 4]) -> u32 {
        if place == [""; 4] {
            return NOWHERE;
        }
        let texts = place.map(|text| self.texts.enter(text));
        let (number, is_new) = self.places.enter_told(&texts);
        if !is_new {
            // the place holds its texts once
            self.leave_texts(texts);
        }
        number
    }

    /// Ends a use of a place.
    pub(super) fn leave(&mut self, number: u32) {
        let texts = self.places.entries[number as usize].0;
        if self.places.leave(number) {
            self.leave_texts(texts);
        }
    }

    fn leave_texts(&mut self, texts: [u32; 4]) {
        for text in texts {
            self.texts.leave(text);
        }
    }

    pub(super) fn get(&self, number: u32) -> [&str; 4] {
        let texts = self.places.entries[number as usize].0;
        texts.map(|text| &*self.texts.entries[text as usize].0)
    }

    pub(super) fn bytes(&self) -> usize {
        let texts = self
            .texts
            .entries
            .iter()
            .map(|(text, _)| 2 * text.len() + 64);
        texts.sum::<usize>() + self.places.entries.capacity() * 50
    }
}

impl<T: std::hash::Hash + Eq + Clone> Shared<T> {
    fn new(first: T) -> Self {
        Self {
            by_value: HashMap::from([(first.clone(), 0)]),
            entries: vec![(first, 1)],
            free: Vec::new(),
        }
    }

    fn enter<Q>(&mut self, value: &Q) -> u32
    where
        Q: std::hash::Hash + Eq + ?Sized,
        T: std::borrow::Borrow<Q> + for<'a> From<&'a Q>,
    {
        if let Some(number) = self.by_value.get(value) {
            self.entries[*number as usize].1 += 1;
            return *number;
        }
        if self.by_value.len() >= MOST {
            return self.again();
        }
        self.add(value.into())
    }

    /// As `enter`, with whether it is new.
    fn enter_told(&mut self, value: &T) -> (u32, bool) {
        if let Some(number) = self.by_value.get(value) {
            self.entries[*number as usize].1 += 1;
            return (*number, false);
        }
        if self.by_value.len() >= MOST {
            return (self.again(), false);
        }
        (self.add(value.clone()), true)
    }

    /// Number 0 once more, for want of room.
    fn again(&mut self) -> u32 {
        self.entries[0].1 += 1;
        0
    }

    fn add(&mut self, value: T) -> u32 {
        let entry = (value.clone(), 1);
        let number = match self.free.pop() {
            Some(number) => {
                self.entries[number as usize] = entry;
                number
            }
            None => {
                self.entries.push(entry);
                (self.entries.len() - 1) as u32
            }
        };
        self.by_value.insert(value, number);
        number
    }

    /// Ends a use, and answers whether that was the last one.
    fn leave(&mut self, number: u32) -> bool {
        let entry = &mut self.entries[number as usize];
        if number == 0 {
            // always there, however often it is left
            entry.1 = entry.1.saturating_sub(1).max(1);
            return false;
        }
        entry.1 -= 1;
        if entry.1 > 0 {
            return false;
        }
        self.by_value.remove(&entry.0);
        self.free.push(number);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_kept_for_as_long_as_it_is_used() {
        let mut places = Places::new();
        let one = places.enter(["host-1", "shop", "eu", "1.2"]);
        let other = places.enter(["host-2", "shop", "eu", "1.2"]);
        assert_ne!(one, other);
        assert_eq!(places.enter(["host-1", "shop", "eu", "1.2"]), one);
        assert_eq!(places.get(other), ["host-2", "shop", "eu", "1.2"]);
        places.leave(one);
        assert_eq!(places.get(one)[0], "host-1");
        places.leave(one);
        places.leave(other);
        assert_eq!(places.texts.by_value.len(), 1);
        assert_eq!(places.places.by_value.len(), 1);
        assert_eq!(places.enter([""; 4]), NOWHERE);
        assert_eq!(places.get(NOWHERE), [""; 4]);
    }
}
