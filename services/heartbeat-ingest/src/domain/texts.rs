//! Distinct texts, kept once and called by numbers.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// The number of a text. 0 is the empty one.
pub(crate) type TextId = u32;

/// Texts in the order in which they came. Looking one up that is there allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    all: String,
    /// Where each text after the empty one ends.
    ends: Vec<u32>,
    ids: HashTable<TextId>,
    hasher: DefaultHashBuilder,
}

impl Texts {
    /// The number of a text, which becomes one of these if it fits into `room` bytes in all.
    pub(crate) fn id(&mut self, text: &str, room: usize) -> Option<TextId> {
        if text.is_empty() {
            return Some(0);
        }
        let hash = self.hasher.hash_one(text);
        let (all, ends) = (&self.all, &self.ends);
        if let Some(id) = self.ids.find(hash, |id| text == get(all, ends, *id)) {
            return Some(*id);
        }
        // places are numbers of 32 bits
        if self.all.len() + text.len() > room.min(u32::MAX as usize) {
            return None;
        }
        self.all.push_str(text);
        self.ends.push(self.all.len() as u32);
        let id = self.ends.len() as TextId;
        let (all, ends, hasher) = (&self.all, &self.ends, &self.hasher);
        self.ids
            .insert_unique(hash, id, |id| hasher.hash_one(get(all, ends, *id)));
        Some(id)
    }

    /// How many bytes they have.
    pub(crate) fn bytes(&self) -> usize {
        self.all.len()
    }

    /// The text of this number; the empty one of a number that was never given.
    pub(crate) fn get(&self, id: TextId) -> &str {
        get(&self.all, &self.ends, id)
    }

    /// All of them by number, the empty one included.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..=self.ends.len() as TextId).map(|id| self.get(id))
    }
}

fn get<'a>(all: &'a str, ends: &[u32], id: TextId) -> &'a str {
    let end = |id: TextId| match id {
        0 => 0,
        id => ends.get(id as usize - 1).map_or(0, |end| *end as usize),
    };
    match id {
        0 => "",
        id => all.get(end(id - 1)..end(id)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_and_comes_back() {
        let mut texts = Texts::default();
        let mut id = |text| texts.id(text, 1_000).unwrap();
        assert_eq!(
            [id(""), id("v1"), id("v2"), id("v1"), id("")],
            [0, 1, 2, 1, 0]
        );
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["", "v1", "v2"]);
        assert_eq!(texts.get(2), "v2");
        assert_eq!(texts.get(9), "");
    }

    #[test]
    fn there_is_room_for_so_many_bytes() {
        let mut texts = Texts::default();
        assert_eq!(texts.id("abcd", 5), Some(1));
        assert_eq!(texts.id("efgh", 5), None);
        assert_eq!(texts.id("abcd", 5), Some(1));
        assert_eq!(texts.id("e", 5), Some(2));
    }
}
