//! Asks drift-svc how instances fare, once in each interval of each rollout that runs.

use std::collections::HashSet;

use futures::{StreamExt as _, stream::FuturesUnordered};

use crate::{domain::RolloutId, drift::Drift, engine::Rollouts};

/// The number of rollouts that are asked about at once.
const AT_ONCE: usize = 16;

/// Asks for as long as the process lives. Nothing waits for the answers.
pub(super) async fn run(rollouts: Rollouts, drift: Drift) {
    let mut waiting: HashSet<RolloutId> = HashSet::new();
    let mut asking = FuturesUnordered::new();
    loop {
        let free = AT_ONCE.saturating_sub(asking.len());
        let next: Vec<RolloutId> = waiting.iter().take(free).cloned().collect();
        for id in next {
            waiting.remove(&id);
            asking.push(ask(&rollouts, &drift, id));
        }
        tokio::select! {
            ids = rollouts.instances().next() => waiting.extend(ids),
            Some(()) = asking.next() => {}
        }
    }
}

async fn ask(rollouts: &Rollouts, drift: &Drift, id: RolloutId) {
    let Ok(entry) = rollouts.entry(&id) else {
        return;
    };
    let generation = entry.rollout().standing.generation;
    let seen = drift.arms(&id, generation).await;
    if let Err(fault) = &seen {
        tracing::debug!(rollout = %id, %fault, "drift-svc does not say how instances fare");
    }
    rollouts.see_instances(&entry, generation, seen.as_ref().ok());
}
