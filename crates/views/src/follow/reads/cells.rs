//! The cells that the keys of a split fall into, so that each is told once.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use vortex_bucket::{Bucket, Seed};

/// Cells of a bucket: the bits of a word.
const OF_A_BUCKET: u32 = u32::BITS;
/// The most cells that are told of one split at once, as many as a message may have.
const AT_ONCE: usize = 10_000;

/// The cells of a split: which were seen, a word for each bucket, and which of these were not told
/// yet.
#[derive(Debug)]
pub(super) struct Cells {
    seen: Box<[AtomicU32]>,
    /// As many as there are cells, at most.
    news: Mutex<Vec<u32>>,
}

impl Default for Cells {
    fn default() -> Self {
        Self {
            seen: (0..Bucket::COUNT).map(|_| AtomicU32::new(0)).collect(),
            news: Mutex::default(),
        }
    }
}

impl Cells {
    /// Notes a key.
    pub(super) fn see(&self, seed: Seed, key: &str) {
        let (bucket, part) = seed.cell::<OF_A_BUCKET>(key);
        let Some(word) = self.seen.get(usize::from(bucket.number())) else {
            return;
        };
        let bit = 1 << (part % OF_A_BUCKET);
        // most were seen before, and then no cache line has to be had for writing
        if word.load(Relaxed) & bit == 0 && word.fetch_or(bit, Relaxed) & bit == 0 {
            let cell = u32::from(bucket.number()) * OF_A_BUCKET + part;
            self.news().push(cell);
        }
    }

    pub(super) fn has_news(&self) -> bool {
        !self.news().is_empty()
    }

    /// Takes cells to tell of, `most` of them at most.
    pub(super) fn take(&self, most: usize) -> Vec<u32> {
        let mut news = self.news();
        let kept = news.len().saturating_sub(most.min(AT_ONCE));
        news.split_off(kept)
    }

    /// Forgets which were seen.
    pub(super) fn clear(&self) {
        let mut news = self.news();
        self.seen.iter().for_each(|word| word.store(0, Relaxed));
        news.clear();
    }

    fn news(&self) -> MutexGuard<'_, Vec<u32>> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
