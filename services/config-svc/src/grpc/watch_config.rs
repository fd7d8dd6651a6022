//! Follows an effective configuration.

use std::time::Duration;

use futures::{StreamExt as _, stream::BoxStream};
use tokio::{sync::watch, time::MissedTickBehavior};
use tonic::{Request, Status};
use vortex_kit::{context::Context, error::Fault};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::watch_config_response::Event;

use super::{Grpc, convert, parse, reads};
use crate::{
    domain::{Arm, Seq, SplitId, State, Subject, ViewKey},
    error::read_error,
    sent_configs::SentConfig,
    views::{Part, Reading},
};

/// How often a watcher hears that nothing changed.
const PROGRESS: Duration = Duration::from_secs(1);
/// How long after a change further changes are gathered into one.
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
    reads::prepare(&grpc, &reading, Part::Effective).await?;
    let sent = SentConfig::from(&*reading.view);
    grpc.configuration.sent().remember(&key, &sent);
    let held = Held {
        digest: &request.last_digest,
        version: &request.last_version,
    };
    let first = first(&grpc, &key, held, &sent, || {
        reads::config_reply(&grpc, &key, &subject, &reading, state.head)
    });
    let first = first.await?;
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

/// What a watcher says it holds; empty where it does not say so.
#[derive(Clone, Copy)]
struct Held<'a> {
    digest: &'a str,
    version: &'a str,
}

/// The first event of a watch: none when the watcher is up to date by its digest alone, the
/// difference when the configuration it holds is remembered, else a snapshot.
async fn first(
    grpc: &Grpc,
    key: &ViewKey,
    held: Held<'_>,
    sent: &SentConfig,
    everything: impl FnOnce() -> pb::GetConfigResponse,
) -> Result<Option<pb::WatchConfigResponse>, Fault> {
    if held.digest == sent.digest && held.version.is_empty() {
        return Ok(None);
    }
    let configs = grpc.configuration.sent();
    let mut difference = None;
    let by_version = || configs.find_version(key, held.version);
    if let Some(before) = configs.find(key, held.digest).or_else(by_version) {
        let patch = configs.patch(grpc.configuration.compute(), &before, sent);
        let patch = patch
            .await?
            .filter(|patch| patch.len() <= sent.config.len());
        difference = patch.map(|patch| (patch, before));
    }
    let reply = everything();
    let event = match difference {
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
    Ok(Some(pb::WatchConfigResponse { event: Some(event) }))
}

struct Watcher {
    grpc: Grpc,
    key: ViewKey,
    instance: String,
    subject: String,
    heads: watch::Receiver<Seq>,
    sent: SentConfig,
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

    /// The change since the last event, if there is one.
    async fn change(&mut self) -> Result<Option<pb::WatchConfigResponse>, Fault> {
        self.heads.mark_unchanged();
        let state = self.grpc.configuration.state().clone();
        let subject = parse::subject(&self.instance, &self.subject)?;
        let reading = self.read(&state, &subject).await?;
        self.position = state.head;
        let now = SentConfig::from(&*reading.view);
        let canaries = canaries(&reading);
        let newly = canaries.iter().any(|id| !self.canaries.contains(id));
        self.canaries = canaries;
        if !newly && (&now.digest, &now.version) == (&self.sent.digest, &self.sent.version) {
            return Ok(None);
        }
        let configs = self.grpc.configuration.sent();
        configs.remember(&self.key, &now);
        let compute = self.grpc.configuration.compute().patient();
        let event = match configs.patch(&compute, &self.sent, &now).await? {
            // a difference larger than the whole is sent as the whole
            Some(patch) if patch.len() <= now.config.len() => Event::Change(pb::ConfigChange {
                old_version: self.sent.version.clone(),
                new_version: now.version.clone(),
                patch,
                digest: now.digest.clone(),
                token: convert::token(&self.grpc.configuration, state.head),
                sources: reads::contributing(&reading.view.basis),
                assignments: convert::assigned(&reading, &subject),
            }),
            _ => Event::Snapshot(reads::config_reply(
                &self.grpc, &self.key, &subject, &reading, state.head,
            )),
        };
        self.sent = now;
        Ok(Some(pb::WatchConfigResponse { event: Some(event) }))
    }

    /// Reads the configuration again. Watchers wait for their turn: if they were refused, all of
    /// them would come back at once.
    async fn read(&self, state: &State, subject: &Subject<'_>) -> Result<Reading, Fault> {
        let configuration = &self.grpc.configuration;
        let reading = configuration
            .read_patiently(state, &self.key, subject)
            .await;
        let reading = reading.map_err(|error| read_error(&error))?;
        configuration
            .prepare_patiently(&reading.view, Part::Effective)
            .await?;
        Ok(reading)
    }

    fn progress(&self) -> pb::WatchConfigResponse {
        let token = convert::token(&self.grpc.configuration, self.position);
        let event = Event::Progress(pb::Progress { token });
        pb::WatchConfigResponse { event: Some(event) }
    }
}
