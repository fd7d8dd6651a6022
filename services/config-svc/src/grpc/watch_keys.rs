//! Follows the API keys. A new head wakes the watcher, which compares the newest keys with those it
//! sent last: nothing is lost, and no writer waits for a watcher.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt as _, stream::BoxStream};
use imbl::{OrdMap, ordmap::DiffItem};
use tokio::{sync::watch, time::MissedTickBehavior};
use tonic::{Request, Status};
use vortex_access::KeyId;
use vortex_kit::context::Context;
use vortex_proto::access::v1 as pb;
use vortex_proto::access::v1::watch_keys_response::Event;

use super::{Grpc, convert};
use crate::{
    configuration::Configuration,
    domain::{Key, Seq},
};

/// How often a watcher hears that nothing happened.
const PROGRESS: Duration = Duration::from_secs(1);

type Stream = BoxStream<'static, Result<pb::WatchKeysResponse, Status>>;

pub(super) fn watch(grpc: &Grpc, request: &Request<pb::WatchKeysRequest>) -> Stream {
    let watcher = KeyWatcher {
        heads: grpc.configuration.heads(),
        configuration: grpc.configuration.clone(),
        sent: OrdMap::new(),
        position: Seq(0),
    };
    let context = Context::of(request);
    context.drain().guard(watcher.follow()).boxed()
}

struct KeyWatcher {
    configuration: Arc<Configuration>,
    heads: watch::Receiver<Seq>,
    /// The keys as the watcher was told of them.
    sent: OrdMap<KeyId, Arc<Key>>,
    /// The position that they are of.
    position: Seq,
}

impl KeyWatcher {
    fn follow(mut self) -> impl futures::Stream<Item = Result<pb::WatchKeysResponse, Status>> {
        async_stream::stream! {
            let mut progress = tokio::time::interval(PROGRESS);
            progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
            self.heads.mark_unchanged();
            yield Ok(self.snapshot());
            loop {
                tokio::select! {
                    changed = self.heads.changed() => if changed.is_err() {
                        break;
                    },
                    _ = progress.tick() => yield Ok(self.progress()),
                }
                for event in self.news() {
                    yield Ok(of(event));
                }
            }
        }
    }

    fn snapshot(&mut self) -> pb::WatchKeysResponse {
        let (state, now) = (self.configuration.state(), self.configuration.now());
        self.sent = state.keys.clone();
        self.position = state.head;
        let keys = state.keys.values();
        of(Event::Snapshot(pb::KeySnapshot {
            keys: keys.map(|key| convert::watched_key(key, now)).collect(),
            token: convert::token(&self.configuration, state.head),
        }))
    }

    /// What is different from what was sent.
    fn news(&mut self) -> Vec<Event> {
        let state = self.configuration.state();
        self.position = state.head;
        if self.sent.ptr_eq(&state.keys) {
            return Vec::new();
        }
        let sent = std::mem::replace(&mut self.sent, state.keys.clone());
        let now = self.configuration.now();
        let event = |item: DiffItem<'_, '_, KeyId, Arc<Key>>| match item {
            DiffItem::Add(_, key) | DiffItem::Update { new: (_, key), .. } => {
                Event::Key(convert::watched_key(key, now))
            }
            DiffItem::Remove(id, _) => Event::Removed(id.to_string()),
        };
        sent.diff(&self.sent).map(event).collect()
    }

    fn progress(&self) -> pb::WatchKeysResponse {
        let token = convert::token(&self.configuration, self.position);
        of(Event::Progress(pb::KeyProgress { token }))
    }
}

fn of(event: Event) -> pb::WatchKeysResponse {
    pb::WatchKeysResponse { event: Some(event) }
}
