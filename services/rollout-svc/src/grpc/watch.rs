//! Follows one rollout. A notification only wakes the reader, which then reads the current state,
//! so that no writer waits for a reader.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt as _, stream::BoxStream};
use tokio::{sync::watch, time::MissedTickBehavior};
use tonic::{Request, Status};
use vortex_kit::{context::Context, error::Fault};
use vortex_proto::rollout::v1 as pb;

use super::{Grpc, access, convert};
use crate::{
    domain::{Rollout, RolloutId},
    error::fault,
};

/// The longest time between two messages to a watcher.
const PROGRESS: Duration = Duration::from_secs(1);
/// The time in which further changes are joined into the next message: figures may come often.
const COALESCE: Duration = Duration::from_millis(100);

type Stream = BoxStream<'static, Result<pb::WatchRolloutResponse, Status>>;

pub(super) fn watch(
    grpc: Grpc,
    request: &Request<pb::WatchRolloutRequest>,
) -> Result<Stream, Fault> {
    let context = Context::of(request);
    let id = access::seen(&grpc, &context.access(), &request.get_ref().id)?;
    // a rollout that does not exist is refused before the stream begins
    let changes = grpc.rollouts.watch(&id).map_err(|error| fault(&error))?;
    let watcher = Watcher { grpc, id, changes };
    Ok(context.drain().guard(watcher.follow()).boxed())
}

struct Watcher {
    grpc: Grpc,
    id: RolloutId,
    changes: watch::Receiver<Arc<Rollout>>,
}

impl Watcher {
    fn follow(mut self) -> impl futures::Stream<Item = Result<pb::WatchRolloutResponse, Status>> {
        async_stream::stream! {
            let mut progress = tokio::time::interval(PROGRESS);
            progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                self.changes.mark_unchanged();
                match self.now().await {
                    Ok((message, ended)) => {
                        yield Ok(message);
                        if ended {
                            break;
                        }
                    }
                    Err(fault) => {
                        yield Err(fault.into());
                        break;
                    }
                }
                progress.reset();
                tokio::time::sleep(COALESCE).await;
                tokio::select! {
                    // the sender goes with its rollout, and the next look finds that missing
                    _ = self.changes.changed() => {}
                    _ = progress.tick() => {}
                }
            }
        }
    }

    /// The present state of the rollout, and whether that is final.
    async fn now(&self) -> Result<(pb::WatchRolloutResponse, bool), Fault> {
        let rollouts = &self.grpc.rollouts;
        let rollout = rollouts.get(&self.id).map_err(|error| fault(&error))?;
        let analysis = rollouts.analysis(&self.id).await;
        let analysis = analysis.map_err(|error| fault(&error))?;
        let analysis = convert::analysis(&analysis);
        let message = pb::WatchRolloutResponse {
            rollout: Some(pb::Rollout {
                keys: analysis.keys.clone(),
                ..self.grpc.shown(&rollout)
            }),
            analysis: Some(analysis),
            time: Some(convert::timestamp(rollouts.now().wall)),
        };
        Ok((message, rollout.is_settled_for_good()))
    }
}
