//! Following an effective configuration.

use super::{Grpc, convert, parse, reads};
use crate::{
    domain::{Arm, Seq, SplitId, ViewKey},
    history::Sent,
    views::Reading,
};
use futures::{StreamExt as _, stream::BoxStream};
use std::time::Duration;
use tokio::{sync::watch, time::MissedTickBehavior};
use tonic::{Request, Status};
use vortex_kit::{context::Context, error::Fault};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::watch_config_response::Event;

/// How often a watcher hears that nothing changed.
const PROGRESS: Duration = Duration::from_secs(1);
/// After a change, what follows within so long goes as one.
const COALESCE: Duration = Duration::from_millis(20);

type Stream = BoxStream<'static, Result<pb::WatchConfigResponse, Status>>;

pub(super) async fn watch(
    grpc: Grpc,
    request: Request<pb::WatchConfigRequest>,
) -> Result<Stream, Fault> {
    let context = Context::of(&request);
    let request = request.into_inner();
    let labels = reads::labels(&request.label);
    let key = parse::view(&[request.app], &request.profiles, &labels)?;
    let mut heads = grpc.configuration.heads();
    heads.mark_unchanged();
    // what can't be read is refused before the stream begins
    let subject = parse::subject(&request.instance, &request.key)?;
    let state = reads::state(&grpc, &key, &request.min_token)?;
    let reading = reads::read(&grpc, &state, &key, &subject).await?;
    let sent = Sent::from(&*reading.view);
    grpc.configuration.history().remember(&key, &sent);
    let first = first(&grpc, &key, &request.last_digest, &sent, || {
        reads::config_reply(&grpc, &key, &reading, state.head)
    });
    let watcher = Watcher {
        grpc,
        key,
        instance: request.instance,
        subject: request.key,
        heads,
        canaries: canaries(&reading),
        sent,
        position: state.head,
    };
    let stream = futures::stream::iter(first.map(Ok)).chain(watcher.follow());
    Ok(context.drain().guard(stream).boxed())
}

/// What a watcher gets first: nothing when it is up to date, the difference when
/// what it holds is remembered, else everything.
fn first(
    grpc: &Grpc,
    key: &ViewKey,
    last_digest: &str,
    sent: &Sent,
    everything: impl FnOnce() -> pb::GetConfigResponse,
) -> Option<pb::WatchConfigResponse> {
    if last_digest == sent.digest {
        return None;
    }
    let history = grpc.configuration.history();
    let before = history.find(key, last_digest);
    let patch = before.and_then(|before| Some((history.patch(&before, sent)?, before)));
    let patch = patch.filter(|(patch, _)| patch.len() <= sent.config.len());
    let reply = everything();
    let event = match patch {
        Some((patch, before)) => Event::Change(pb::ConfigChange {
            old_version: before.version,
            new_version: reply.version,
            patch,
            digest: reply.digest,
            token: reply.token,
            sources: reply.sources,
            assignments: reply.assignments,
        }),
        None => Event::Snapshot(reply),
    };
    Some(pb::WatchConfigResponse { event: Some(event) })
}

struct Watcher {
    grpc: Grpc,
    key: ViewKey,
    instance: String,
    subject: String,
    heads: watch::Receiver<Seq>,
    sent: Sent,
    /// The splits whose canary was sent.
    canaries: Vec<SplitId>,
    position: Seq,
}

/// The splits that give a reader their canary.
fn canaries(reading: &Reading) -> Vec<SplitId> {
    let assigned = reading.assigned();
    let canaries = assigned.filter(|(_, arm)| *arm == Arm::Canary);
    canaries.map(|(split, _)| split.id.clone()).collect()
}

impl Watcher {
    fn follow(mut self) -> impl futures::Stream<Item = Result<pb::WatchConfigResponse, Status>> {
        async_stream::stream! {
            let mut progress = tokio::time::interval(PROGRESS);
            progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    changed = self.heads.changed() => {
                        if changed.is_err() {
                            break;
                        }
                        match self.change().await {
                            Ok(Some(change)) => {
                                yield Ok(change);
                                tokio::time::sleep(COALESCE).await;
                            }
                            Ok(None) => {}
                            Err(fault) => {
                                yield Err(fault.into());
                                break;
                            }
                        }
                    }
                    _ = progress.tick() => yield Ok(self.progress()),
                }
            }
        }
    }

    /// What changed since what was sent last.
    async fn change(&mut self) -> Result<Option<pb::WatchConfigResponse>, Fault> {
        self.heads.mark_unchanged();
        let state = self.grpc.configuration.state().clone();
        let subject = parse::subject(&self.instance, &self.subject)?;
        let reading = reads::read(&self.grpc, &state, &self.key, &subject).await?;
        self.position = state.head;
        let now = Sent::from(&*reading.view);
        let canaries = canaries(&reading);
        let newly = canaries.iter().any(|id| !self.canaries.contains(id));
        self.canaries = canaries;
        if !newly && (&now.digest, &now.version) == (&self.sent.digest, &self.sent.version) {
            return Ok(None);
        }
        let history = self.grpc.configuration.history();
        history.remember(&self.key, &now);
        let event = match history.patch(&self.sent, &now) {
            // a difference larger than the whole is sent as the whole
            Some(patch) if patch.len() <= now.config.len() => Event::Change(pb::ConfigChange {
                old_version: self.sent.version.clone(),
                new_version: now.version.clone(),
                patch,
                digest: now.digest.clone(),
                token: convert::token(&self.grpc.configuration, state.head),
                sources: reads::contributing(&reading.view.basis),
                assignments: convert::assigned(&reading),
            }),
            _ => Event::Snapshot(reads::config_reply(
                &self.grpc, &self.key, &reading, state.head,
            )),
        };
        self.sent = now;
        Ok(Some(pb::WatchConfigResponse { event: Some(event) }))
    }

    fn progress(&self) -> pb::WatchConfigResponse {
        let token = convert::token(&self.grpc.configuration, self.position);
        let event = Event::Progress(pb::Progress { token });
        pb::WatchConfigResponse { event: Some(event) }
    }
}
