//! The configuration that a watcher holds.

use std::cmp::Ordering;

use vortex_proto::config::v1::{self as pb, WatchConfigResponse, watch_config_response};
use vortex_views::{Arm, Reader, Token};

use super::{
    event::{Event, Kind},
    position::Position,
};
use crate::views::Seen;

/// The configuration that a watcher holds.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) digest: String,
    pub(super) position: Position,
    /// What else tells whether it is what it would get now, if that is known.
    sight: Option<Sight>,
}

/// What else tells one configuration from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sight {
    version: String,
    /// The splits whose canary it is of.
    canaries: Vec<String>,
}

/// What a watcher does with an event of a feed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing: it holds what the event leads to, or something newer.
    Skip,
    /// Sends it: it leads on from what the watcher holds.
    Tell,
    /// Asks config-svc: the event leads on from something else.
    CatchUp,
}

impl Sight {
    /// What config-svc tells of it; none with a message that tells none.
    pub(super) fn of(message: &WatchConfigResponse) -> Option<Self> {
        use watch_config_response::Event as Message;
        let (version, assignments) = match message.event.as_ref()? {
            Message::Snapshot(snapshot) => (&snapshot.version, &snapshot.assignments),
            Message::Change(change) => (&change.new_version, &change.assignments),
            Message::Progress(_) => return None,
        };
        let canaries = assignments.iter();
        let canaries = canaries.filter(|assigned| assigned.arm() == pb::Arm::Canary);
        Some(Self {
            version: version.clone(),
            canaries: canaries.map(|assigned| assigned.split.clone()).collect(),
        })
    }
}

impl Held {
    /// What is held after an event.
    pub(super) fn after(event: &Event, sight: Option<Sight>) -> Self {
        Self {
            digest: event.digest.clone(),
            position: event.position.clone(),
            sight,
        }
    }

    /// What is held after what was seen is told as of a position.
    pub(super) fn seen(seen: &Seen, at: Token, reader: &Reader<'_>) -> Option<Self> {
        let variant = seen.variant()?;
        Some(Self {
            digest: variant.digest.to_string(),
            position: Position::new(at.to_string()),
            sight: Some(Sight {
                version: variant.version.to_string(),
                canaries: canaries(seen, reader).map(str::to_owned).collect(),
            }),
        })
    }

    /// Whether this is what a reader gets: also by its name, and by what it is the canary of.
    pub(super) fn is_of(&self, seen: &Seen, reader: &Reader<'_>) -> bool {
        let Some(now) = seen.variant() else {
            return false;
        };
        let is_same_sight = |sight: &Sight| {
            let is_known = |id: &str| sight.canaries.iter().any(|known| known == id);
            sight.version == *now.version && canaries(seen, reader).all(is_known)
        };
        self.digest == *now.digest && self.sight.as_ref().is_none_or(is_same_sight)
    }

    /// The position, if it can be read.
    pub(super) fn token(&self) -> Option<Token> {
        self.position.token().parse().ok()
    }

    pub(super) fn step(&self, event: &Event) -> Step {
        let same = event.digest == self.digest;
        match (event.position.order(&self.position), &event.kind) {
            (Some(Ordering::Less), _) => Step::Skip,
            // there is one configuration at a position
            (Some(Ordering::Equal), Kind::Progress) if same => Step::Tell,
            (Some(Ordering::Equal), _) => Step::Skip,
            (Some(Ordering::Greater), Kind::Progress) if same => Step::Tell,
            (Some(Ordering::Greater), Kind::Snapshot) if same => Step::Skip,
            (Some(Ordering::Greater), Kind::Snapshot) => Step::Tell,
            (Some(Ordering::Greater), Kind::Change { from }) if *from == self.digest => Step::Tell,
            (Some(Ordering::Greater) | None, _) => Step::CatchUp,
        }
    }
}

/// The splits that give a reader their canary.
fn canaries<'a>(seen: &'a Seen, reader: &Reader<'a>) -> impl Iterator<Item = &'a str> {
    let assigned = seen.view().assigned_to(reader);
    assigned
        .filter(|assigned| assigned.arm == Arm::Canary)
        .map(|assigned| &*assigned.split.id)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::feeds::event::Message;

    fn event(kind: Kind, digest: &str, token: &str) -> Event {
        Event {
            kind,
            digest: digest.into(),
            position: Position::new(token.into()),
            bytes: Bytes::new(),
            message: Message::default(),
        }
    }

    fn change(from: &str) -> Kind {
        Kind::Change { from: from.into() }
    }

    #[test]
    fn an_event_is_told_only_to_those_it_goes_on_from() {
        let held = Held {
            digest: "b".into(),
            position: Position::new("s:7".into()),
            sight: None,
        };
        for (kind, digest, token, step) in [
            (change("a"), "b", "s:7", Step::Skip),
            (change("b"), "a", "s:6", Step::Skip),
            (change("b"), "c", "s:8", Step::Tell),
            (change("a"), "c", "s:8", Step::CatchUp),
            (change("b"), "c", "t:8", Step::CatchUp),
            (Kind::Snapshot, "b", "s:8", Step::Skip),
            (Kind::Snapshot, "c", "s:8", Step::Tell),
            (Kind::Snapshot, "a", "s:6", Step::Skip),
            (Kind::Progress, "b", "s:7", Step::Tell),
            (Kind::Progress, "b", "s:9", Step::Tell),
            (Kind::Progress, "a", "s:6", Step::Skip),
            (Kind::Progress, "c", "s:9", Step::CatchUp),
        ] {
            let event = event(kind, digest, token);
            assert_eq!(held.step(&event), step, "{event:?}");
        }
    }
}
