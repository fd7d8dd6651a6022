//! Reads the records of config-svc's log that concern rollouts.

use std::time::Duration;

use jiff::Timestamp;
use tonic::Streaming;
use vortex_kit::{
    channel::Channel,
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::{
    RecordKind, config_service_client::ConfigServiceClient,
    freeze_service_client::FreezeServiceClient, record::Body,
    source_service_client::SourceServiceClient, watch_log_response::Event,
};
use vortex_proto::time::from_timestamp;
use vortex_service::Limited;

use crate::domain::{Freeze, Freezes, WaitingCommit};

/// The time limit for one call.
const CALL: Duration = Duration::from_secs(5);
/// The longest silence of the log, which sends progress each second.
const SILENCE: Duration = Duration::from_secs(10);
/// The kinds of records that may concern rollouts: see [`told`].
const TOLD: [RecordKind; 6] = [
    RecordKind::Change,
    RecordKind::Released,
    RecordKind::SplitEnded,
    RecordKind::LabelRemoved,
    RecordKind::FreezeSet,
    RecordKind::FreezeEnded,
];
/// The prefix of a principal that is a source, in config-svc's log.
const SOURCE: &str = "source:";

/// A client of config-svc's change sets, freezes and sources. Clones are cheap.
#[derive(Clone, Debug)]
pub(crate) struct Changes {
    client: ConfigServiceClient<Channel>,
    freezes: FreezeServiceClient<Channel>,
    sources: SourceServiceClient<Channel>,
}

/// A change set of a source that waits for a rollout to take it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Awaiting {
    /// Its label.
    pub label: String,
    /// Its name.
    pub name: String,
    /// The log's position at which it was written.
    pub sequence: u64,
    /// The source that it came from.
    pub source: String,
    /// Its description.
    pub message: String,
    /// When it was written, by config-svc's clock.
    pub written_at: Timestamp,
}

/// The records of the log that concern rollouts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// A change set waits for a rollout.
    Awaits,
    /// Splits ended: several by a forced release, or one by its mover or another caller.
    Ended(Vec<String>),
    /// A label is gone, and its splits with it.
    LabelGone(String),
    /// A freeze was set, or ended.
    Freezes,
    /// Something that does not concern rollouts, or only progress.
    Nothing,
}

/// The log from some position on.
#[derive(Debug)]
pub(crate) struct Log(Streaming<pb::WatchLogResponse>);

impl Changes {
    /// A client of the config-svc behind `channel`.
    pub(crate) fn new(channel: Channel) -> Self {
        Self {
            client: ConfigServiceClient::limited(channel.clone()),
            freezes: FreezeServiceClient::limited(channel.clone()),
            sources: SourceServiceClient::limited(channel),
        }
    }

    /// The freezes in force.
    ///
    /// # Errors
    /// Fails while config-svc is away.
    pub(crate) async fn freezes(&self) -> Result<Freezes, Fault> {
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListFreezesRequest {
                page_token,
                ..Default::default()
            };
            let listed = call(self.freezes.clone().list_freezes(request)).await?;
            found.extend(listed.freezes.into_iter().map(Freeze::from));
            if listed.next_page_token.is_empty() {
                return Ok(Freezes(found));
            }
            page_token = listed.next_page_token;
        }
    }

    /// The change sets that wait for a rollout: at most one on each label.
    ///
    /// # Errors
    /// Fails while config-svc is away.
    pub(crate) async fn awaiting(&self) -> Result<Vec<Awaiting>, Fault> {
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListChangesRequest {
                awaits_rollout: true,
                page_token,
                ..Default::default()
            };
            let listed = call(self.client.clone().list_changes(request)).await?;
            found.extend(listed.changes.into_iter().map(Awaiting::from));
            if listed.next_page_token.is_empty() {
                return Ok(found);
            }
            page_token = listed.next_page_token;
        }
    }

    /// The commits of sources that wait for a rollout to end.
    ///
    /// # Errors
    /// Fails while config-svc is away.
    pub(crate) async fn waiting_commits(&self) -> Result<Vec<WaitingCommit>, Fault> {
        let mut found = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListSourcesRequest {
                page_token,
                ..Default::default()
            };
            let listed = call(self.sources.clone().list_sources(request)).await?;
            found.extend(listed.sources.into_iter().flat_map(waiting));
            if listed.next_page_token.is_empty() {
                return Ok(found);
            }
            page_token = listed.next_page_token;
        }
    }

    /// Follows the log from after a token, or from now on.
    ///
    /// # Errors
    /// Fails while config-svc is away, or if the token is too old or belongs to another log.
    pub(crate) async fn follow(&self, after: Option<&str>) -> Result<Log, Fault> {
        let request = pb::WatchLogRequest {
            after: after.unwrap_or_default().to_owned(),
            kinds: TOLD.iter().map(|kind| (*kind).into()).collect(),
            ..Default::default()
        };
        let mut client = self.client.clone();
        let opening = Context::root().scope(client.watch_log(request));
        let opened = tokio::time::timeout(CALL, opening).await;
        let opened = opened.map_err(|_| silent())?;
        let opened = opened.map_err(|status| Fault::from_status(&status))?;
        Ok(Log(opened.into_inner()))
    }
}

impl Log {
    /// The next event, and the token after it if it has one. Cancel safe.
    ///
    /// # Errors
    /// Fails if the log ended, or was silent for too long.
    pub(crate) async fn next(&mut self) -> Result<(Option<String>, Told), Fault> {
        let message = tokio::time::timeout(SILENCE, self.0.message()).await;
        let message = message.map_err(|_| silent())?;
        let message = message.map_err(|status| Fault::from_status(&status))?;
        let ended = || Fault::new(Reason::Unavailable, "the log ended");
        Ok(match message.ok_or_else(ended)?.event {
            Some(Event::Record(record)) => (Some(record.token), told(record.body)),
            Some(Event::Progress(progress)) => (Some(progress.token), Told::Nothing),
            // from a newer config-svc
            None => (None, Told::Nothing),
        })
    }
}

fn told(body: Option<Body>) -> Told {
    match body {
        Some(Body::Change(change)) if change.awaits_rollout => Told::Awaits,
        Some(Body::Released(released)) if !released.detached_splits.is_empty() => {
            Told::Ended(released.detached_splits)
        }
        Some(Body::SplitEnded(split)) => Told::Ended(vec![split.id]),
        Some(Body::LabelRemoved(removed)) => Told::LabelGone(removed.label),
        Some(Body::FreezeSet(_) | Body::FreezeEnded(_)) => Told::Freezes,
        _ => Told::Nothing,
    }
}

async fn call<T>(
    call: impl Future<Output = Result<tonic::Response<T>, tonic::Status>>,
) -> Result<T, Fault> {
    let answered = Context::root().within(CALL).scope(call).await;
    answered
        .map(tonic::Response::into_inner)
        .map_err(|status| Fault::from_status(&status))
}

fn silent() -> Fault {
    Fault::new(Reason::Unavailable, "config-svc sent nothing for too long")
}

impl From<pb::Change> for Awaiting {
    fn from(change: pb::Change) -> Self {
        let source = change.principal.strip_prefix(SOURCE);
        Self {
            source: source.unwrap_or(&change.principal).to_owned(),
            label: change.label,
            name: change.name,
            sequence: change.sequence,
            message: change.message,
            written_at: written_at(change.written_at),
        }
    }
}

/// The commits of a source that wait for a rollout to end. An earlier config-svc does not say for
/// which.
fn waiting(source: pb::Source) -> impl Iterator<Item = WaitingCommit> {
    let labels = source.labels.into_iter();
    let held = labels.filter(|label| !label.pending_rollout.is_empty());
    held.map(move |label| WaitingCommit {
        source: source.name.clone(),
        label: label.label,
        commit: label.pending_commit,
        rollout: label.pending_rollout,
        frozen: !label.pending_freeze.is_empty(),
    })
}

impl From<pb::Freeze> for Freeze {
    fn from(freeze: pb::Freeze) -> Self {
        Self {
            id: freeze.id,
            apps: (!freeze.all).then_some(freeze.apps),
            label: Some(freeze.label).filter(|label| !label.is_empty()),
            reason: freeze.reason,
            by: freeze.principal,
            until: freeze.until.and_then(from_timestamp),
        }
    }
}

/// When it was written; the distant past if that is not a valid time.
fn written_at(at: Option<prost_types::Timestamp>) -> Timestamp {
    at.and_then(from_timestamp).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_nothing_is_not_asked_for() {
        let bodies = [
            (
                RecordKind::Discarded,
                Body::Discarded(pb::Discarded::default()),
            ),
            (
                RecordKind::Restaged,
                Body::Restaged(pb::Restaged::default()),
            ),
            (
                RecordKind::Unchanged,
                Body::Unchanged(pb::Unchanged::default()),
            ),
            (
                RecordKind::LabelDetached,
                Body::LabelDetached(pb::LabelDetached::default()),
            ),
            (
                RecordKind::SourceImported,
                Body::SourceImported(pb::SourceImported::default()),
            ),
            (
                RecordKind::SplitMoved,
                Body::SplitMoved(pb::Split::default()),
            ),
        ];
        for (kind, body) in bodies {
            assert_eq!(told(Some(body)), Told::Nothing, "{kind:?}");
            assert!(!TOLD.contains(&kind), "{kind:?}");
        }
        let awaits = pb::Change {
            awaits_rollout: true,
            ..Default::default()
        };
        let forced = pb::Released {
            detached_splits: vec!["r".to_owned()],
            ..Default::default()
        };
        let gone = pb::LabelRemoved::default();
        for body in [
            Body::Change(awaits),
            Body::Released(forced),
            Body::SplitEnded(pb::Split::default()),
            Body::LabelRemoved(gone),
            Body::FreezeSet(pb::Freeze::default()),
            Body::FreezeEnded(pb::FreezeEnded::default()),
        ] {
            assert_ne!(told(Some(body)), Told::Nothing);
        }
        assert_eq!(TOLD.len(), 6);
    }
}
