//! Keeps serialized events, so that each is serialized once for all watchers.

use std::sync::Arc;

use metrics::Counter;
use quick_cache::{Weighter, sync::Cache};
use vortex_kit::{error::Fault, telemetry::Metrics};
use vortex_proto::config::v1::{
    Assignment, ConfigChange, GetConfigResponse, WatchConfigResponse,
    watch_config_response::Event as Message,
};

use super::{
    event::Event,
    view::{Configuration, View},
};
use crate::extract::TakenFrom;

/// Size of all events that are kept, in bytes, roughly; the least used are dropped.
const BYTES: u64 = 32 << 20;
/// Number of events to size the table for.
const EXPECTED: usize = 128;
/// Size of an event without its text, in bytes, roughly.
const OVERHEAD: usize = 512;

/// Serialized events.
#[derive(Debug)]
pub(super) struct EventCache {
    events: Cache<Key, Arc<Event>, Weight>,
    count: Counter,
}

/// What makes events differ. Readers on the same arms get the same events, whoever they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    configuration: Configuration,
    /// Each split, its generation and the arm it gave.
    arms: Vec<(String, u64, i32)>,
    /// Where the reader's instance and key were taken from; for snapshots only.
    taken_from: Option<TakenFrom>,
    /// The digest before, for changes only, and the digest after.
    digests: (Option<String>, String),
    /// The versions before and after.
    versions: (String, String),
    token: String,
    /// When the source was read, the only part that changes without a record of the log.
    source_read: Option<(i64, i32)>,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Key, Arc<Event>> for Weight {
    fn weight(&self, _: &Key, event: &Arc<Event>) -> u64 {
        (event.weight() + OVERHEAD) as u64
    }
}

impl EventCache {
    /// An empty cache that counts with `metrics`.
    pub(super) fn new(metrics: &Metrics) -> Self {
        let help = "Snapshots and changes written for watches, once for all who are sent them";
        Self {
            events: Cache::with_weighter(EXPECTED, BYTES, Weight),
            count: metrics.counter("vortex_watch_events_written_total", help, &[]),
        }
    }

    /// The event for a message about `view`, for watchers that hold the configuration `held`;
    /// `None` for a kind of message that is newer than this gateway.
    ///
    /// Fails with `INTERNAL` when the message has JSON that is not valid.
    pub(super) fn write(
        &self,
        view: &View,
        held: &str,
        message: WatchConfigResponse,
    ) -> Result<Option<Arc<Event>>, Fault> {
        let event = match message.event {
            Some(Message::Snapshot(snapshot)) => {
                let key = Key::of_snapshot(view, &snapshot);
                self.once(&key, || Event::snapshot(snapshot, view.taken_from()))?
            }
            Some(Message::Change(change)) => {
                let key = Key::of_change(view, held, &change);
                self.once(&key, || Event::change(held.to_owned(), change))?
            }
            Some(Message::Progress(progress)) => {
                Arc::new(Event::progress(held.to_owned(), progress))
            }
            None => return Ok(None),
        };
        Ok(Some(event))
    }

    /// Whether the event for a message is kept.
    pub(super) fn has(&self, view: &View, held: &str, message: &WatchConfigResponse) -> bool {
        let key = match &message.event {
            Some(Message::Snapshot(snapshot)) => Key::of_snapshot(view, snapshot),
            Some(Message::Change(change)) => Key::of_change(view, held, change),
            Some(Message::Progress(_)) | None => return false,
        };
        self.events.peek(&key).is_some()
    }

    fn once(
        &self,
        key: &Key,
        write: impl FnOnce() -> Result<Event, Fault>,
    ) -> Result<Arc<Event>, Fault> {
        self.events.get_or_insert_with(key, || {
            self.count.increment(1);
            write().map(Arc::new)
        })
    }
}

/// Size of the JSON in a message, in bytes.
pub(super) fn bytes(message: &WatchConfigResponse) -> usize {
    match &message.event {
        Some(Message::Snapshot(snapshot)) => snapshot.config.len(),
        Some(Message::Change(change)) => change.patch.len(),
        Some(Message::Progress(_)) | None => 0,
    }
}

impl Key {
    fn of_snapshot(view: &View, snapshot: &GetConfigResponse) -> Self {
        let age = snapshot.source_age.as_ref();
        let read = age.and_then(|age| age.last_success);
        Self {
            configuration: view.configuration().clone(),
            arms: arms(&snapshot.assignments),
            taken_from: Some(view.taken_from()),
            digests: (None, snapshot.digest.clone()),
            versions: (String::new(), snapshot.version.clone()),
            token: snapshot.token.clone(),
            source_read: read.map(|read| (read.seconds, read.nanos)),
        }
    }

    fn of_change(view: &View, held: &str, change: &ConfigChange) -> Self {
        Self {
            configuration: view.configuration().clone(),
            arms: arms(&change.assignments),
            taken_from: None,
            digests: (Some(held.to_owned()), change.digest.clone()),
            versions: (change.old_version.clone(), change.new_version.clone()),
            token: change.token.clone(),
            source_read: None,
        }
    }
}

fn arms(assignments: &[Assignment]) -> Vec<(String, u64, i32)> {
    let arms = assignments.iter();
    arms.map(|one| (one.split.clone(), one.generation, one.arm))
        .collect()
}

#[cfg(test)]
mod tests {
    use vortex_proto::config::v1::WatchConfigRequest;

    use super::*;

    fn view(instance: &str) -> View {
        let request = WatchConfigRequest {
            instance: instance.into(),
            ..WatchConfigRequest::default()
        };
        View::of(&request, TakenFrom::default())
    }

    fn change(token: &str) -> WatchConfigResponse {
        let change = ConfigChange {
            patch: "[]".into(),
            token: token.into(),
            ..ConfigChange::default()
        };
        WatchConfigResponse {
            event: Some(Message::Change(change)),
        }
    }

    #[test]
    fn what_is_told_again_is_the_same_bytes() {
        let written = EventCache::new(&Metrics::new("gateway", "0.0.0"));
        let view = view("i-1");
        let write = |held: &str, message| written.write(&view, held, message).unwrap().unwrap();
        let first = write("a", change("s:7"));
        assert!(Arc::ptr_eq(&first, &write("a", change("s:7"))));
        for other in [write("b", change("s:7")), write("a", change("s:8"))] {
            assert!(!Arc::ptr_eq(&first, &other), "{other:?}");
        }
    }

    #[test]
    fn readers_on_the_same_arms_are_told_the_same_bytes() {
        let written = EventCache::new(&Metrics::new("gateway", "0.0.0"));
        let write = |instance: &str, arm: i32| {
            let assignment = Assignment {
                arm,
                ..Assignment::default()
            };
            let change = ConfigChange {
                patch: "[]".into(),
                assignments: vec![assignment],
                ..ConfigChange::default()
            };
            let message = WatchConfigResponse {
                event: Some(Message::Change(change)),
            };
            let event = written.write(&view(instance), "a", message);
            event.unwrap().unwrap()
        };
        let first = write("i-1", 1);
        assert!(Arc::ptr_eq(&first, &write("i-2", 1)));
        assert!(!Arc::ptr_eq(&first, &write("i-1", 2)));
    }

    #[test]
    fn a_message_of_a_kind_that_is_not_known_tells_nothing() {
        let written = EventCache::new(&Metrics::new("gateway", "0.0.0"));
        let view = view("i-1");
        let unknown = WatchConfigResponse { event: None };
        assert!(written.write(&view, "a", unknown).unwrap().is_none());
    }
}
