//! The ids of instances, end to end.

/// The bytes of a chunk: a power of two.
const CHUNK: usize = 1 << 16;
/// Ids take whole cells, so that the place of one that is gone fits others of its size.
const CELL: usize = 4;
/// Size classes: an id has at most 256 bytes, and one that says how many.
const CLASSES: usize = 257_usize.div_ceil(CELL) + 1;

/// Ids by place. Ids of a fleet are of few lengths, so the places of those that are gone are used
/// again as they are, and nothing is ever moved.
#[derive(Debug)]
pub(super) struct Ids {
    chunks: Vec<Vec<u8>>,
    free: Box<[Vec<u32>; CLASSES]>,
}

impl Default for Ids {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            free: Box::new([const { Vec::new() }; CLASSES]),
        }
    }
}

impl Ids {
    /// Keeps an id of 1 to 256 bytes, and answers its place. None if there is no more room.
    pub(super) fn add(&mut self, id: &str) -> Option<u32> {
        let length = u8::try_from(id.len().checked_sub(1)?).ok()?;
        let cells = (id.len() + 1).div_ceil(CELL);
        let place = match self.free[cells].pop() {
            Some(place) => place,
            None => self.grow(cells * CELL)?,
        };
        let (chunk, at) = split(place);
        let bytes = &mut self.chunks[chunk][at..=at + id.len()];
        bytes[0] = length;
        bytes[1..].copy_from_slice(id.as_bytes());
        Some(place)
    }

    fn grow(&mut self, bytes: usize) -> Option<u32> {
        let is_full = self
            .chunks
            .last()
            .is_none_or(|last| last.len() + bytes > CHUNK);
        if is_full {
            self.chunks.push(Vec::new());
        }
        let chunk = self.chunks.len() - 1;
        let at = self.chunks[chunk].len();
        // the last place of all stands for none
        let place = u32::try_from(chunk * CHUNK + at).ok()?;
        let chunk = &mut self.chunks[chunk];
        if chunk.capacity() < at + bytes {
            // doubled, but never beyond what a chunk holds
            let wanted = (2 * at).clamp(8 * CELL, CHUNK).max(at + bytes);
            chunk.reserve_exact(wanted - at);
        }
        chunk.resize(at + bytes, 0);
        Some(place)
    }

    pub(super) fn remove(&mut self, place: u32) {
        let cells = (self.get(place).len() + 1).div_ceil(CELL);
        self.free[cells].push(place);
    }

    /// The id at a place.
    #[inline]
    pub(super) fn get(&self, place: u32) -> &str {
        let (chunk, at) = split(place);
        let chunk = &self.chunks[chunk];
        let length = usize::from(chunk[at]) + 1;
        let bytes = &chunk[at + 1..=at + length];
        // what was put there is text; were it not, an empty id is that of nobody
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    pub(super) fn bytes(&self) -> usize {
        let chunks = self.chunks.iter().map(Vec::capacity).sum::<usize>();
        chunks
            + self
                .free
                .iter()
                .map(|free| free.capacity() * 4)
                .sum::<usize>()
    }
}

fn split(place: u32) -> (usize, usize) {
    (place as usize / CHUNK, place as usize % CHUNK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_where_they_were_put_and_places_are_used_again() {
        let mut ids = Ids::default();
        let names: Vec<String> = (0..20_000).map(|n| format!("pod-{n:x}-é")).collect();
        let places: Vec<u32> = names.iter().map(|name| ids.add(name).unwrap()).collect();
        for (name, place) in names.iter().zip(&places) {
            assert_eq!(ids.get(*place), name);
        }
        let before = ids.chunks.len();
        for place in &places {
            ids.remove(*place);
        }
        for name in &names {
            assert!(ids.add(name).is_some());
        }
        assert_eq!(ids.chunks.len(), before);
        let longest = "x".repeat(256);
        let place = ids.add(&longest).unwrap();
        assert_eq!(ids.get(place), longest);
        assert_eq!(ids.add(""), None);
        assert_eq!(ids.add(&"x".repeat(257)), None);
    }
}
