//! Follows the log. A notification only wakes the watcher, which then reads the log from its own
//! position: nothing is lost, and no writer waits for a watcher.

use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _, stream::BoxStream};
use tokio::{sync::watch, time::MissedTickBehavior};
use tonic::{Request, Status};
use vortex_kit::{
    access::{Access, Asked},
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::{RecordKind, watch_log_response::Event};

use super::{Grpc, convert, events, parse};
use crate::{
    domain::{Body, Record, Seq, Token},
    error::{store_error, token_refused},
    store::Error,
};

/// How often a watcher hears that nothing happened.
const PROGRESS: Duration = Duration::from_secs(1);

type Stream = BoxStream<'static, Result<pb::WatchLogResponse, Status>>;

pub(super) async fn watch(
    grpc: Grpc,
    request: Request<pb::WatchLogRequest>,
) -> Result<Stream, Fault> {
    let context = Context::of(&request);
    let access = context.access();
    access.require(Asked::Filtered)?;
    let request = request.into_inner();
    let token = parse::token("after", &request.after)?;
    if !request.label.is_empty() {
        parse::label(&request.label)?;
    }
    let kinds = kinds(&request.kinds)?;
    let heads = grpc.configuration.heads();
    let position = begin(&grpc, token).await?;
    let watcher = LogWatcher {
        grpc,
        heads,
        position,
        label: request.label,
        kinds,
        access,
    };
    Ok(context.drain().guard(watcher.follow()).boxed())
}

/// The position at which a watch begins: its token's, if the record after it is still kept.
async fn begin(grpc: &Grpc, token: Option<Token>) -> Result<Seq, Fault> {
    let state = grpc
        .configuration
        .state_at(token)
        .map_err(|error| token_refused(&error))?;
    let (head, Some(token)) = (state.head, token) else {
        return Ok(state.head);
    };
    drop(state);
    let oldest = grpc
        .configuration
        .store()
        .oldest_record()
        .await
        .map_err(|error| store_error(&error))?;
    match oldest {
        _ if token.seq == head => Ok(head),
        Some(oldest) if token.seq.next() >= oldest => Ok(token.seq),
        Some(_) | None => Err(too_old(grpc, token.seq, oldest)),
    }
}

fn too_old(grpc: &Grpc, asked: Seq, oldest: Option<Seq>) -> Fault {
    let oldest = oldest.unwrap_or_else(|| grpc.configuration.state().head.next());
    Fault::new(
        Reason::TokenTooOld,
        format!("records after {asked} were requested, but only those from {oldest} on are kept"),
    )
    .with("oldest", oldest)
}

fn kinds(given: &[i32]) -> Result<Vec<RecordKind>, Fault> {
    let parse = |(index, kind): (usize, &i32)| match RecordKind::try_from(*kind) {
        Ok(kind) if kind != RecordKind::Unspecified => Ok(kind),
        _ => Err(Fault::invalid(
            format!("kinds[{index}]"),
            format!("{kind} is not a kind of record that this server writes"),
        )),
    };
    given.iter().enumerate().map(parse).collect()
}

fn kind(body: &Body) -> RecordKind {
    match body {
        Body::Change { .. } => RecordKind::Change,
        Body::Release { .. } => RecordKind::Released,
        Body::Discard { .. } => RecordKind::Discarded,
        Body::Restage { .. } => RecordKind::Restaged,
        Body::Unchanged { .. } => RecordKind::Unchanged,
        Body::SplitMoved(_) => RecordKind::SplitMoved,
        Body::SplitEnded { .. } => RecordKind::SplitEnded,
        Body::LabelRemoved { .. } => RecordKind::LabelRemoved,
        Body::LabelDetached { .. } => RecordKind::LabelDetached,
        Body::SourceImported { .. } => RecordKind::SourceImported,
        Body::FreezeSet(_) => RecordKind::FreezeSet,
        Body::FreezeEnded(_) => RecordKind::FreezeEnded,
        Body::OverrideSet(_) => RecordKind::OverrideSet,
        Body::OverrideEnded(_) => RecordKind::OverrideEnded,
        Body::KeyCreated(_) => RecordKind::KeyCreated,
        Body::KeyRotated(_) => RecordKind::KeyRotated,
        Body::KeyRevoked(..) => RecordKind::KeyRevoked,
        Body::Retained { .. } => RecordKind::Retained,
        Body::OwnershipSet(_) => RecordKind::OwnershipSet,
    }
}

struct LogWatcher {
    grpc: Grpc,
    heads: watch::Receiver<Seq>,
    position: Seq,
    label: String,
    /// Empty for all kinds.
    kinds: Vec<RecordKind>,
    access: Access,
}

impl LogWatcher {
    fn follow(mut self) -> impl futures::Stream<Item = Result<pb::WatchLogResponse, Status>> {
        async_stream::stream! {
            let mut progress = tokio::time::interval(PROGRESS);
            progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                self.heads.mark_unchanged();
                match self.page().await {
                    Ok(records) if records.is_empty() => tokio::select! {
                        changed = self.heads.changed() => if changed.is_err() {
                            break;
                        },
                        _ = progress.tick() => yield Ok(self.progress()),
                    },
                    Ok(records) => {
                        for record in records {
                            self.position = record.seq;
                            if let Some(message) = self.message(&record) {
                                yield Ok(message);
                            }
                        }
                        // also while there is always more that nobody asked for
                        if progress.tick().now_or_never().is_some() {
                            yield Ok(self.progress());
                        }
                    }
                    Err(fault) => {
                        yield Err(fault.into());
                        break;
                    }
                }
            }
        }
    }

    /// The next durable records. The first must follow the position without a gap.
    async fn page(&self) -> Result<Vec<Record>, Fault> {
        let head = self.grpc.configuration.state().head;
        if head == self.position {
            return Ok(Vec::new());
        }
        let store = self.grpc.configuration.store();
        let mut records = match store.records_after(self.position).await {
            Ok(records) => records,
            Err(error) => return Err(self.unread(&error).await),
        };
        let follows = records.first().map(|record| record.seq) == Some(self.position.next());
        if !follows {
            return Err(too_old(
                &self.grpc,
                self.position,
                records.first().map(|r| r.seq),
            ));
        }
        records.retain(|record| record.seq <= head);
        Ok(records)
    }

    /// The fault for a record that could not be read. If its parts were trimmed meanwhile, it is
    /// too old and not damaged.
    async fn unread(&self, error: &Error) -> Fault {
        match self.grpc.configuration.store().oldest_record().await {
            Ok(Some(oldest)) if oldest <= self.position.next() => store_error(error),
            Ok(oldest) => too_old(&self.grpc, self.position, oldest),
            Err(_) => store_error(error),
        }
    }

    fn message(&self, record: &Record) -> Option<pb::WatchLogResponse> {
        if !self.kinds.is_empty() && !self.kinds.contains(&kind(&record.body)) {
            return None;
        }
        let configuration = &self.grpc.configuration;
        let state = configuration.state();
        if !self.label.is_empty() && !convert::concerns(&state, record, &self.label) {
            return None;
        }
        if !events::is_seen(&self.access, &state, record) {
            return None;
        }
        let record = convert::record(configuration, &state, record);
        Some(pb::WatchLogResponse {
            event: Some(Event::Record(record)),
        })
    }

    fn progress(&self) -> pb::WatchLogResponse {
        let token = convert::token(&self.grpc.configuration, self.position);
        pb::WatchLogResponse {
            event: Some(Event::Progress(pb::Progress { token })),
        }
    }
}
