//! Records by number.

use super::record::{FREE, Record};

/// The records of a chunk, so that many are never moved at once, nor room kept for as many again.
const CHUNK: usize = 1 << 12;

/// Records by number, from 0. A number that was given back is given again.
#[derive(Debug, Default)]
pub(super) struct Slots {
    chunks: Vec<Vec<Record>>,
    free: Vec<u32>,
    len: u32,
}

impl Slots {
    /// How many numbers were ever given: each is below.
    pub(super) fn end(&self) -> u32 {
        self.len
    }

    pub(super) fn add(&mut self, record: Record) -> u32 {
        if let Some(number) = self.free.pop() {
            self[number] = record;
            return number;
        }
        let number = self.len;
        if (number as usize).is_multiple_of(CHUNK) {
            self.chunks.push(Vec::new());
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(record);
            self.len += 1;
        }
        number
    }

    pub(super) fn remove(&mut self, number: u32) {
        self[number].id = FREE;
        self.free.push(number);
    }

    pub(super) fn bytes(&self) -> usize {
        let chunks = self.chunks.iter().map(Vec::capacity).sum::<usize>();
        chunks * size_of::<Record>() + self.free.capacity() * 4
    }
}

impl std::ops::Index<u32> for Slots {
    type Output = Record;

    fn index(&self, number: u32) -> &Record {
        &self.chunks[number as usize / CHUNK][number as usize % CHUNK]
    }
}

impl std::ops::IndexMut<u32> for Slots {
    fn index_mut(&mut self, number: u32) -> &mut Record {
        &mut self.chunks[number as usize / CHUNK][number as usize % CHUNK]
    }
}
