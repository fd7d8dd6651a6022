//! Distinct lists of assignments, kept once and called by numbers.

use hashbrown::{DefaultHashBuilder, HashMap};
use std::hash::BuildHasher as _;

use super::{Assignment, OwnedAssignment};

/// Distinct lists of assignments, called by numbers. 0 is the empty one.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    lists: Vec<Box<[OwnedAssignment]>>,
    /// By a hash of the list; those of one hash follow each other from the newest.
    newest: HashMap<u64, u32>,
    before: Vec<u32>,
    hasher: DefaultHashBuilder,
}

impl Lists {
    /// The number of a list, which becomes one of these if there are fewer than `most`.
    pub(crate) fn id(&mut self, list: &[Assignment<'_>], most: usize) -> Option<u32> {
        if list.is_empty() {
            return Some(0);
        }
        let hash = self.hasher.hash_one(list);
        let mut found = self.newest.get(&hash).copied().unwrap_or(0);
        while found > 0 {
            if self.get(found).eq(list.iter().copied()) {
                return Some(found);
            }
            found = self.before[found as usize - 1];
        }
        if self.lists.len() >= most {
            return None;
        }
        self.lists
            .push(list.iter().map(OwnedAssignment::from).collect());
        let id = self.lists.len() as u32;
        self.before.push(self.newest.insert(hash, id).unwrap_or(0));
        Some(id)
    }

    /// How many there are, but for the empty one.
    pub(crate) fn len(&self) -> usize {
        self.lists.len()
    }

    /// The list of this number.
    pub(crate) fn get(&self, id: u32) -> impl Iterator<Item = Assignment<'_>> {
        let list = (id as usize)
            .checked_sub(1)
            .and_then(|index| self.lists.get(index));
        list.into_iter().flatten().map(OwnedAssignment::borrowed)
    }
}
