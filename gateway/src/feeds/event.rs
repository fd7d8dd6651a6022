//! Serializes an event, once for all watchers of a view.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{ConfigChange, GetConfigResponse, Progress};
use vortex_realtime::{
    Cursor, MessageKind, Position as At, Push,
    message::{Change, Snapshot},
};
use vortex_rest as rest;

use super::position::Position;
use crate::{
    answer::{effective, sse},
    extract::TakenFrom,
};

/// An event, or the comment that nothing has changed.
#[derive(Debug)]
pub(crate) struct Event {
    pub(super) kind: Kind,
    /// The digest of the configuration after it.
    pub(super) digest: String,
    /// The log's position after it.
    pub(super) position: Position,
    /// The event as it is sent to who reads server-sent events.
    pub(crate) bytes: Bytes,
    /// The event for WebSockets.
    pub(super) message: Message,
}

/// An event as a message, written when the first asks for it.
#[derive(Debug, Default)]
pub(super) struct Message {
    of: Option<Of>,
    written: OnceLock<Push>,
    token: OnceLock<Arc<str>>,
}

/// What a message is written from.
#[derive(Debug)]
enum Of {
    Snapshot(Box<rest::Effective>),
    Change(Box<rest::ConfigChange>),
}

/// What a configuration is called in messages.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) app: String,
    /// With commas between several.
    pub(crate) profile: String,
    pub(crate) label: String,
}

/// The kind of an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The whole configuration.
    Snapshot,
    /// The difference to an earlier configuration.
    Change {
        /// The digest before.
        from: String,
    },
    /// Nothing has changed up to this position.
    Progress,
}

impl Event {
    /// A configuration, for a reader whose instance and key come from `taken_from`. Fails with
    /// `INTERNAL` when it is not valid JSON.
    pub(super) fn snapshot(
        snapshot: GetConfigResponse,
        taken_from: TakenFrom,
    ) -> Result<Self, Fault> {
        let (digest, token) = (snapshot.digest.clone(), snapshot.token.clone());
        let data = effective::shape(snapshot, taken_from)?;
        Ok(Self {
            kind: Kind::Snapshot,
            digest,
            bytes: sse::event("snapshot", Some(&token), &to_json(&data)?),
            message: Message::from(Of::Snapshot(Box::new(data))),
            position: Position::new(token),
        })
    }

    /// A change from the configuration with the digest `from`. Fails with `INTERNAL` when its patch
    /// is not valid JSON.
    pub(super) fn change(from: String, change: ConfigChange) -> Result<Self, Fault> {
        let data = rest::ConfigChange::try_from(change);
        let data = data.map_err(|error| Fault::internal(&error))?;
        Ok(Self {
            kind: Kind::Change { from },
            bytes: sse::event("change", Some(&data.token), &to_json(&data)?),
            digest: data.digest.clone(),
            position: Position::new(data.token.clone()),
            message: Message::from(Of::Change(Box::new(data))),
        })
    }

    /// The configuration with this digest has not changed.
    pub(super) fn progress(digest: String, progress: Progress) -> Self {
        Self {
            kind: Kind::Progress,
            digest,
            bytes: sse::comment(&format!("progress {}", progress.token)),
            position: Position::new(progress.token),
            message: Message::default(),
        }
    }

    /// The digest of the configuration after it.
    pub(crate) fn digest(&self) -> &str {
        &self.digest
    }

    /// The log's position after it, shared by all who are there.
    pub(crate) fn token(&self) -> Arc<str> {
        let token = || Arc::from(self.position.token());
        self.message.token.get_or_init(token).clone()
    }

    /// The event as a message, written once for all who get it; none when nothing has changed. All
    /// who ask call the configuration the same.
    pub(crate) fn message(&self, names: &Names, now: Timestamp) -> Option<Push> {
        let of = self.message.of.as_ref()?;
        let written = self
            .message
            .written
            .get_or_init(|| of.write(names, self.token(), now));
        Some(written.clone())
    }

    /// The bytes that it takes, roughly, written both ways.
    pub(super) fn weight(&self) -> usize {
        match self.kind {
            Kind::Progress => self.bytes.len(),
            Kind::Snapshot | Kind::Change { .. } => self.bytes.len() * 3,
        }
    }
}

impl From<Of> for Message {
    fn from(of: Of) -> Self {
        Self {
            of: Some(of),
            ..Self::default()
        }
    }
}

impl Of {
    fn write(&self, names: &Names, token: Arc<str>, now: Timestamp) -> Push {
        let (version, digest) = match self {
            Self::Snapshot(of) => (&of.version, &of.digest),
            Self::Change(of) => (&of.new_version, &of.digest),
        };
        let cursor = Cursor {
            token: token.to_string(),
            digest: digest.clone(),
            version: version.clone(),
        };
        let cursor = cursor.to_string();
        let Names {
            app,
            profile,
            label,
        } = names;
        let (kind, bytes) = match self {
            Self::Snapshot(of) => {
                let message = Snapshot {
                    app,
                    profile,
                    label,
                    config: &of.config,
                    version,
                    digest,
                    cursor: &cursor,
                    sources: &of.sources,
                    assignments: &of.assignments,
                    timestamp: now,
                };
                (MessageKind::Snapshot, message.write())
            }
            Self::Change(of) => {
                let message = Change {
                    app,
                    profile,
                    label,
                    diff: &of.patch,
                    old_version: &of.old_version,
                    new_version: version,
                    digest,
                    cursor: &cursor,
                    sources: &of.sources,
                    assignments: &of.assignments,
                    timestamp: now,
                };
                (MessageKind::Change, message.write())
            }
        };
        let held = cursor.strip_prefix(&*token).unwrap_or_default();
        Push {
            kind,
            bytes: bytes.into(),
            position: Some(At {
                held: held.into(),
                token,
            }),
        }
    }
}

fn to_json(data: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(data).map_err(|error| Fault::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_the_token_as_its_id() {
        let change = ConfigChange {
            old_version: "v1".into(),
            new_version: "v2".into(),
            patch: Bytes::from_static(b"[{\"op\":\"remove\",\n\"path\":\"/a\"}]"),
            digest: "d".into(),
            token: "s:7".into(),
            sources: Vec::new(),
            assignments: Vec::new(),
        };
        let event = Event::change("c".into(), change).unwrap();
        let text = std::str::from_utf8(&event.bytes).unwrap();
        assert!(
            text.starts_with("event: change\nid: s:7\ndata: {\"old_version\":\"v1\""),
            "{text}"
        );
        assert!(text.contains("\ndata: \"path\":\"/a\"}]"), "{text}");
        assert!(text.ends_with("\n\n"), "{text}");
    }

    #[test]
    fn progress_is_a_comment() {
        let token = "s:8".into();
        let event = Event::progress("d".into(), Progress { token });
        assert_eq!(event.bytes, ": progress s:8\n\n");
    }
}
