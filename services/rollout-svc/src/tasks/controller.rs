//! Judges each rollout when one of its slices may close or its stage may be over.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::Duration,
};

use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use tokio::time::Instant;

use crate::{
    domain::RolloutId,
    engine::{Error, Rollouts},
};

/// The number of rollouts judged at once: each may wait for the store.
const AT_ONCE: usize = 64;
/// The pause before a rollout is judged again whose judgement could not be written.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

type Judged = (RolloutId, Result<Option<Duration>, Error>);

/// Judges rollouts for as long as the process lives.
pub(super) async fn run(rollouts: Rollouts) {
    let mut controller = Controller {
        rollouts,
        due: BTreeSet::new(),
        times: HashMap::new(),
        ready: HashSet::new(),
        judging: HashSet::new(),
        under_way: FuturesUnordered::new(),
    };
    loop {
        controller.judge_ready();
        controller.wait().await;
    }
}

struct Controller {
    rollouts: Rollouts,
    /// The times at which rollouts are to be judged; each rollout is here at most once.
    due: BTreeSet<(Instant, RolloutId)>,
    times: HashMap<RolloutId, Instant>,
    /// The rollouts to judge now.
    ready: HashSet<RolloutId>,
    judging: HashSet<RolloutId>,
    under_way: FuturesUnordered<BoxFuture<'static, Judged>>,
}

impl Controller {
    /// Waits until a rollout is woken, is due, or has been judged.
    async fn wait(&mut self) {
        let next = self.due.first().map(|(at, _)| *at);
        tokio::select! {
            ids = self.rollouts.controller().next() => self.ready.extend(ids),
            () = until(next) => self.take_due(Instant::now()),
            Some((id, judged)) = self.under_way.next() => self.judged(id, judged),
        }
    }

    fn judge_ready(&mut self) {
        let free = AT_ONCE.saturating_sub(self.under_way.len());
        let idle = self.ready.iter().filter(|id| !self.judging.contains(*id));
        let next: Vec<RolloutId> = idle.take(free).cloned().collect();
        for id in next {
            self.ready.remove(&id);
            self.unschedule(&id);
            self.judging.insert(id.clone());
            let rollouts = self.rollouts.clone();
            self.under_way.push(Box::pin(async move {
                let judged = rollouts.evaluate(&id).await;
                (id, judged)
            }));
        }
    }

    fn judged(&mut self, id: RolloutId, judged: Result<Option<Duration>, Error>) {
        self.judging.remove(&id);
        let again = match judged {
            Ok(again) => again,
            Err(error) => {
                tracing::warn!(rollout = %id, %error, "a judgement could not be written");
                Some(AFTER_FAILURE)
            }
        };
        if let Some(again) = again {
            self.schedule(id, Instant::now() + again);
        }
    }

    fn schedule(&mut self, id: RolloutId, at: Instant) {
        self.unschedule(&id);
        self.times.insert(id.clone(), at);
        self.due.insert((at, id));
    }

    fn unschedule(&mut self, id: &RolloutId) {
        if let Some(at) = self.times.remove(id) {
            self.due.remove(&(at, id.clone()));
        }
    }

    fn take_due(&mut self, now: Instant) {
        while let Some((at, id)) = self.due.pop_first() {
            if at > now {
                self.due.insert((at, id));
                break;
            }
            self.times.remove(&id);
            self.ready.insert(id);
        }
    }
}

async fn until(next: Option<Instant>) {
    match next {
        Some(next) => tokio::time::sleep_until(next).await,
        None => std::future::pending().await,
    }
}
