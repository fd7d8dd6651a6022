//! Asks queries and webhooks, once in each interval of each rollout that has some.

use std::collections::HashSet;

use futures::{StreamExt as _, stream::FuturesUnordered};

use crate::{domain::RolloutId, engine::Rollouts, gates::Asker};

/// The number of rollouts that are asked about at once.
const AT_ONCE: usize = 16;

/// Asks for as long as the process lives. Nothing waits for the answers but slices.
pub(super) async fn run(rollouts: Rollouts, asker: Asker) {
    let mut waiting: HashSet<RolloutId> = HashSet::new();
    let mut under_way: HashSet<RolloutId> = HashSet::new();
    let mut asking = FuturesUnordered::new();
    loop {
        let free = AT_ONCE.saturating_sub(asking.len());
        let idle = waiting.difference(&under_way);
        let next: Vec<RolloutId> = idle.take(free).cloned().collect();
        for id in next {
            waiting.remove(&id);
            under_way.insert(id.clone());
            asking.push(ask(&rollouts, &asker, id));
        }
        tokio::select! {
            ids = rollouts.gates().next() => waiting.extend(ids),
            Some(id) = asking.next() => {
                under_way.remove(&id);
            }
        }
    }
}

/// Asks all that a rollout is judged by; a round takes an interval at most.
async fn ask(rollouts: &Rollouts, asker: &Asker, id: RolloutId) -> RolloutId {
    if let Ok(entry) = rollouts.entry(&id)
        && let Some(round) = rollouts.round(&entry)
    {
        let answers = asker.ask(&entry.rollout(), &round).await;
        rollouts.see_answers(&entry, &round, answers);
    }
    id
}
