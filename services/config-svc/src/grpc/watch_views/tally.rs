//! Counts what a stream follows among what all streams do.

use std::sync::{Arc, atomic::Ordering};

use crate::configuration::Configuration;

/// How many views of one stream are counted among all.
pub(super) struct Tally {
    configuration: Arc<Configuration>,
    counted: usize,
}

impl Tally {
    /// None yet.
    pub(super) fn of(configuration: &Arc<Configuration>) -> Self {
        Self {
            configuration: configuration.clone(),
            counted: 0,
        }
    }

    /// So many now.
    pub(super) fn set(&mut self, views: usize) {
        let all = self.configuration.followed();
        // in two steps: more is there for a moment, never less than none
        all.fetch_add(views, Ordering::Relaxed);
        all.fetch_sub(self.counted, Ordering::Relaxed);
        self.counted = views;
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.set(0);
    }
}
