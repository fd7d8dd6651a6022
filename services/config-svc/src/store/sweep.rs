//! Deletes what is no longer needed: records before the checkpoint, checkpoints before the one in
//! force, and contents that no version names.
//!
//! The writer runs it a step at a time between its own commits, so that a
//! content written meanwhile is known before the step that might delete it.

use std::collections::HashSet;

use vortex_store::{MAX_TRANSACTION_OPERATIONS, Range, Transaction};

use super::{ConfigStore, Error, keys};
use crate::domain::{Seq, Sha256};

/// The keys that one step reads.
const STEP_KEYS: usize = 1024;

/// A sweep under way.
pub struct Sweep {
    referenced: HashSet<Sha256>,
    trim_through: Seq,
    checkpoint: u64,
    left: Vec<(What, Range)>,
    swept: Swept,
}

/// How much a sweep deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Records of the log.
    pub records: u64,
    pub contents: u64,
}

#[derive(Clone, Copy)]
enum What {
    Records,
    Parts,
    Checkpoints,
    Contents,
}

impl Sweep {
    /// Keeps a content that was written while the sweep is under way.
    pub fn keep(&mut self, sha256: Sha256) {
        self.referenced.insert(sha256);
    }

    /// How much was deleted so far.
    pub fn swept(&self) -> Swept {
        self.swept
    }

    fn is_garbage(&self, what: What, key: &[u8]) -> bool {
        match what {
            What::Records | What::Parts => {
                keys::seq_of(key).is_some_and(|seq| seq <= self.trim_through)
            }
            What::Checkpoints => {
                keys::generation_of(key).is_some_and(|generation| generation < self.checkpoint)
            }
            What::Contents => {
                keys::blob_hash(key).is_some_and(|sha256| !self.referenced.contains(&sha256))
            }
        }
    }

    fn count(&mut self, what: What) {
        match what {
            What::Records => self.swept.records += 1,
            What::Contents => self.swept.contents += 1,
            What::Parts | What::Checkpoints => {}
        }
    }
}

impl ConfigStore {
    /// Begins a sweep that keeps the contents in `referenced`, the checkpoint in
    /// force, and the records after `trim_through`, which the checkpoint must
    /// cover.
    pub async fn begin_sweep(
        &self,
        referenced: HashSet<Sha256>,
        trim_through: Seq,
    ) -> Result<Sweep, Error> {
        let pointer = self.checkpoint_pointer().await?.unwrap_or_default();
        let trim_through = trim_through.min(Seq(pointer.seq));
        Ok(Sweep {
            referenced,
            trim_through,
            checkpoint: pointer.generation,
            left: vec![
                (What::Contents, keys::blobs()),
                (What::Checkpoints, keys::all_checkpoint_parts()),
                (What::Parts, keys::parts_through(trim_through)),
                (What::Records, keys::log_through(trim_through)),
            ],
            swept: Swept::default(),
        })
    }

    /// Runs one step of a sweep. Returns whether there is more to do.
    pub async fn step_sweep(&self, sweep: &mut Sweep) -> Result<bool, Error> {
        let Some((what, range)) = sweep.left.pop() else {
            return Ok(false);
        };
        let page = self.engine.range(range.clone().limit(STEP_KEYS)).await?;
        if let Some(rest) = range.after(&page) {
            sweep.left.push((what, rest));
        }
        let mut transaction = Transaction::new();
        for entry in page.entries {
            if !sweep.is_garbage(what, &entry.key) {
                continue;
            }
            sweep.count(what);
            transaction = transaction.delete(entry.key);
            if transaction.len() == MAX_TRANSACTION_OPERATIONS {
                self.engine.commit(std::mem::take(&mut transaction)).await?;
            }
        }
        if !transaction.is_empty() {
            self.engine.commit(transaction).await?;
        }
        Ok(!sweep.left.is_empty())
    }
}
