//! Judges instances anew when what they should run has changed.

use std::{collections::VecDeque, sync::Arc};

use tokio::task::yield_now;
use vortex_views::Fleet;

use crate::{
    plans,
    registry::{Registry, Tracked},
};

/// Judges for as long as the process lives: all fleets whose views have changed, by turns, so that a
/// small one does not wait for a large one.
pub(super) async fn run(registry: Registry) {
    let mut queue: VecDeque<Arc<Tracked>> = VecDeque::new();
    loop {
        let changed = match queue.is_empty() {
            true => registry.views().changed().await,
            false => registry.views().take_changed(),
        };
        add(&registry, &changed, &mut queue);
        if let Some(tracked) = queue.pop_front()
            && registry.judge_slice(&tracked)
        {
            queue.push_back(tracked);
        }
        yield_now().await;
    }
}

fn add(registry: &Registry, changed: &[Fleet], queue: &mut VecDeque<Arc<Tracked>>) {
    for fleet in changed {
        let known = registry.fleet(&plans::name(fleet));
        let is_new =
            |tracked: &Arc<Tracked>| !queue.iter().any(|other| Arc::ptr_eq(other, tracked));
        if let Some(tracked) = known.filter(is_new) {
            queue.push_back(tracked);
        }
    }
}
