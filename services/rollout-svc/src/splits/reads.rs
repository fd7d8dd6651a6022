//! Who reads what a rollout concerns.

use std::collections::HashMap;

use vortex_kit::error::Fault;
use vortex_proto::config::v1 as pb;

use super::{GLANCE, Splits};
use crate::domain::{
    RolloutId,
    analysis::{Cells, SeenKeys},
};

/// The reads of what a rollout concerns, since config-svc started.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Reads {
    /// The part of all reads that carried no key of the rollout's unit, if there were any.
    pub keyless: Option<f64>,
    /// The keys that have read, if any have.
    pub keys: Option<SeenKeys>,
}

impl Splits {
    /// The keys that each active split has seen, by its id.
    ///
    /// # Errors
    /// Fails while config-svc is away, or if it does not answer soon.
    pub(crate) async fn keys(&self) -> Result<HashMap<String, SeenKeys>, Fault> {
        let splits = self.list(GLANCE).await?.into_iter();
        let seen = splits.filter_map(|split| Some((split.id, seen_keys(split.keys?))));
        Ok(seen.collect())
    }

    /// The reads of what a rollout concerns; `None` if config-svc does not answer soon.
    pub(crate) async fn reads(&self, id: &RolloutId) -> Option<Reads> {
        let split = self.get(id, GLANCE).await.ok()??;
        let keyless = split.reads_without_key as f64 / split.reads as f64;
        Some(Reads {
            keyless: (split.reads > 0).then_some(keyless),
            keys: split.keys.map(seen_keys),
        })
    }
}

fn seen_keys(given: pb::SplitKeys) -> SeenKeys {
    // no more cells can be seen than there are
    let cells = |all: u32, seen: u32| Cells {
        all,
        seen: seen.min(all),
    };
    SeenKeys {
        canary: cells(given.canary_cells, given.canary_seen),
        stable: cells(given.stable_cells, given.stable_seen),
    }
}
