//! Reads that look at all instances of a fleet, in slices: others get at the fleet in between.

use std::collections::BinaryHeap;

use tokio::task::yield_now;
use vortex_bucket::Seed;

use super::{Registry, SLICE, Tracked};
use crate::domain::{Filter, Member};

/// The lowest buckets that instances have.
#[derive(Debug, Default)]
pub(crate) struct Lowest {
    least: BinaryHeap<u16>,
    /// How many instances are heard.
    pub(crate) instances: u64,
}

/// The first instances of a fleet after an id.
pub(crate) struct Page {
    /// The instances, by id.
    pub(crate) members: Vec<Member>,
    /// The id after which more follow.
    pub(crate) more_after: Option<String>,
}

impl Lowest {
    /// The buckets, lowest first.
    pub(crate) fn into_buckets(self) -> Vec<u32> {
        let sorted = self.least.into_sorted_vec();
        sorted.into_iter().map(u32::from).collect()
    }

    /// Looks at a slice, and answers where to go on.
    fn add(&mut self, tracked: &Tracked, at: u32, seed: Seed, count: usize) -> Option<u32> {
        let kept = tracked.kept();
        let least = (&mut self.least, count);
        let (heard, rest) = kept.roster.lowest_buckets((at, SLICE), seed, least);
        self.instances += heard;
        rest
    }
}

/// Looks at a slice, and answers where to go on.
fn least_ids(
    tracked: &Tracked,
    at: u32,
    filter: &Filter,
    after: Option<&str>,
    least: (&mut BinaryHeap<Box<str>>, usize),
) -> Option<u32> {
    let kept = tracked.kept();
    kept.roster.least_ids((at, SLICE), filter, after, least)
}

impl Registry {
    /// Takes a fleet's newest view, and judges all of its instances by it that were not yet.
    pub(crate) async fn judge(&self, tracked: &Tracked) {
        while self.judge_slice(tracked) {
            yield_now().await;
        }
    }

    /// As [`judge`](Self::judge), for one slice: answers whether more are left.
    pub(crate) fn judge_slice(&self, tracked: &Tracked) -> bool {
        let now = self.inner.time.now();
        let mut kept = tracked.kept();
        kept.refresh(&tracked.fleet, &self.inner.views, now);
        kept.roster.judge_more(now, SLICE)
    }

    /// The first `size` instances of a fleet that match and come after an id.
    pub(crate) async fn page(
        &self,
        tracked: &Tracked,
        filter: &Filter,
        after: Option<&str>,
        size: usize,
    ) -> Page {
        // one more says whether more follow
        let (mut least, mut from) = (BinaryHeap::new(), Some(0));
        while let Some(at) = from {
            let least = (&mut least, size + 1);
            from = least_ids(tracked, at, filter, after, least);
            yield_now().await;
        }
        let mut ids = least.into_sorted_vec();
        let is_more = ids.len() > size;
        ids.truncate(size);
        // without room for any, the next page begins where this one did
        let last = ids.last().map_or(after.unwrap_or_default(), |id| id);
        let more_after = is_more.then(|| last.to_owned());
        let kept = tracked.kept();
        // those that are gone since are no longer listed
        let members = ids.iter().filter_map(|id| kept.roster.member(id));
        Page {
            members: members.collect(),
            more_after,
        }
    }

    /// Adds the lowest `count` buckets of a fleet's instances.
    pub(crate) async fn lowest(
        &self,
        tracked: &Tracked,
        seed: Seed,
        count: usize,
        lowest: &mut Lowest,
    ) {
        let mut from = Some(0);
        while let Some(at) = from {
            from = lowest.add(tracked, at, seed, count);
            yield_now().await;
        }
    }
}
