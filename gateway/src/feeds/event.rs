//! Serializes an event, once for all watchers of a view.

use bytes::Bytes;
use serde::Serialize;
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{ConfigChange, GetConfigResponse, Progress};
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
    /// The event as it is sent.
    pub(crate) bytes: Bytes,
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
        let data = to_json(&effective::shape(snapshot, taken_from)?)?;
        Ok(Self {
            kind: Kind::Snapshot,
            digest,
            bytes: sse::event("snapshot", Some(&token), &data),
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
            digest: data.digest,
            position: Position::new(data.token),
        })
    }

    /// The configuration with this digest has not changed.
    pub(super) fn progress(digest: String, progress: Progress) -> Self {
        Self {
            kind: Kind::Progress,
            digest,
            bytes: sse::comment(&format!("progress {}", progress.token)),
            position: Position::new(progress.token),
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
