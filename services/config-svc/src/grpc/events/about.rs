//! What a record is about, as far as lists and their filters want to know.

use std::sync::Arc;

use vortex_kit::access::Access;
use vortex_proto::config::v1 as pb;

use crate::{
    domain::{
        AppProfile, Body, ChangeSet, ChangeState, FreezeScope, Key, Moves, Override,
        OverrideTarget, Record, Relevance, Seq, SplitMove, State,
    },
    grpc::{access, convert},
};

/// The most paths that an event names.
const LISTED_PATHS: usize = 100;

/// What a record is about.
pub(super) struct About<'a> {
    /// The label, or nothing.
    pub(super) label: String,
    /// Who did it, as the caller said.
    pub(super) author: &'a str,
    /// What for, for people.
    pub(super) message: &'a str,
    /// The source that was imported, or nothing.
    pub(super) source: String,
    subject: Subject<'a>,
    moves: &'a Moves,
}

/// What a record was done to.
enum Subject<'a> {
    /// A change set, as long as it is kept, or none.
    Change(Option<Arc<ChangeSet>>),
    /// A label, with all that is on it.
    Label,
    /// What a freeze concerns; none where the record does not say it.
    Frozen(Option<&'a FreezeScope>),
    /// What overrides are of.
    Overridden(Vec<&'a OverrideTarget>),
}

impl<'a> About<'a> {
    pub(super) fn of(state: &State, record: &'a Record) -> Self {
        let known = |seq: &Seq| Some(state.changes.get(seq)?.change.clone());
        let mut about = Self {
            label: convert::label_of(state, record),
            author: "",
            message: "",
            source: String::new(),
            subject: Subject::Change(None),
            moves: &record.moves,
        };
        match &record.body {
            Body::Change { change, source, .. } => {
                about.author = &change.author;
                about.message = &change.message;
                about.source = source.as_ref().map_or(String::new(), ToString::to_string);
                about.subject = Subject::Change(Some(change.clone()));
            }
            Body::Release {
                change,
                author,
                message,
                reason,
                ..
            } => {
                about.author = author;
                about.message = if message.is_empty() { reason } else { message };
                about.subject = Subject::Change(known(change));
            }
            Body::SplitEnded { change, reason, .. } => {
                about.message = reason;
                about.subject = Subject::Change(change.as_ref().and_then(known));
            }
            Body::Discard { change }
            | Body::Restage { change }
            | Body::Unchanged { change }
            | Body::SplitMoved(SplitMove { change, .. }) => {
                about.subject = Subject::Change(known(change));
            }
            Body::FreezeSet(set) => {
                (about.author, about.message) = (&set.author, &set.reason);
                about.subject = Subject::Frozen(Some(&set.scope));
            }
            Body::FreezeEnded(end) => {
                (about.author, about.message) = (&end.author, &end.reason);
                about.subject = Subject::Frozen(None);
            }
            Body::OverrideSet(set) => {
                (about.author, about.message) = (&set.author, &set.reason);
                about.subject = Subject::Overridden(vec![&set.target]);
            }
            Body::OverrideEnded(end) => {
                (about.author, about.message) = (&end.author, &end.reason);
                let targets = end.which.iter().map(|(_, target)| target);
                about.subject = Subject::Overridden(targets.collect());
            }
            Body::SourceImported { source, .. } => about.source = source.to_string(),
            Body::LabelRemoved { .. } | Body::LabelDetached { .. } => {
                about.subject = Subject::Label;
            }
            // they are of no application
            Body::KeyCreated(_)
            | Body::KeyRotated(_)
            | Body::KeyRevoked(..)
            | Body::Retained { .. }
            | Body::OwnershipSet(_) => {}
        }
        about
    }

    /// Whether an application reads any of its documents, or all that its label has.
    pub(super) fn is_read_by(&self, relevance: &Relevance) -> bool {
        match &self.subject {
            Subject::Change(Some(change)) => relevance.reads_any(&change.documents),
            Subject::Change(None) => {
                let mut moved = self.moves.listed.iter();
                moved.any(|moved| relevance.reads(moved.path.as_str(), None))
            }
            Subject::Label => true,
            // to miss the end of a freeze is worse than to hear of another
            Subject::Frozen(scope) => scope.is_none_or(|scope| scope.is_of(relevance.app())),
            Subject::Overridden(targets) => {
                let mut targets = targets.iter();
                targets.any(|target| relevance.reads_override(&target.of))
            }
        }
    }

    /// The application and profile that all its documents were written for; empty where they are
    /// not of one.
    /// Whether a caller may see it.
    pub(super) fn is_seen_by(&self, access: &Access) -> bool {
        if access.allows_everything() {
            return true;
        }
        let label = self.label.as_str();
        match &self.subject {
            Subject::Change(Some(change)) => access::sees_change(access, change),
            Subject::Change(None) => {
                let mut moved = self.moves.listed.iter();
                moved.any(|moved| access::sees(access, label, moved.path.as_str(), None))
            }
            // what labels there are is no secret, nor when a freeze ended
            Subject::Label | Subject::Frozen(None) => true,
            Subject::Frozen(Some(scope)) => access::sees_freeze(access, scope),
            Subject::Overridden(targets) => {
                let mut targets = targets.iter();
                targets.any(|target| access::sees_override(access, &target.label, &target.of))
            }
        }
    }

    pub(super) fn owner(&self) -> (String, String) {
        let mut owners = self.owners().into_iter();
        let first: Option<&AppProfile> = owners.next().flatten();
        match first.filter(|first| owners.all(|owner| owner == Some(first))) {
            Some(owner) => (owner.app.to_string(), owner.profile.to_string()),
            None => (String::new(), String::new()),
        }
    }

    fn has_owner(&self) -> bool {
        !self.owner().0.is_empty()
    }

    /// Whether its change set is the one that its name and label select.
    fn is_newest_of_its_name(&self, state: &State) -> bool {
        let Subject::Change(Some(change)) = &self.subject else {
            return false;
        };
        let newest = state.newest_change(&change.label, &change.name);
        newest.is_some_and(|newest| newest.change.seq == change.seq)
    }

    fn owners(&self) -> Vec<Option<&AppProfile>> {
        match &self.subject {
            Subject::Change(Some(change)) => {
                let documents = change.documents.iter();
                documents
                    .map(|document| document.written_for.as_ref())
                    .collect()
            }
            Subject::Overridden(targets) => targets.iter().map(|target| Some(&target.of)).collect(),
            Subject::Change(None) | Subject::Label | Subject::Frozen(_) => Vec::new(),
        }
    }

    /// The first paths of its documents, and how many there are.
    pub(super) fn paths(&self) -> (Vec<String>, u32) {
        match &self.subject {
            Subject::Change(Some(change)) => {
                let paths = change.documents.iter().take(LISTED_PATHS);
                let paths = paths.map(|document| document.path.to_string());
                (paths.collect(), change.documents.len() as u32)
            }
            Subject::Change(None)
            | Subject::Label
            | Subject::Frozen(_)
            | Subject::Overridden(_) => {
                let paths = self.moves.listed.iter().map(|moved| moved.path.to_string());
                (paths.collect(), self.moves.count)
            }
        }
    }
}

/// What undoes a record now. Nothing where a command that names the change set would mean another.
pub(super) fn undo_of(state: &State, record: &Record, about: &About<'_>) -> pb::Undo {
    let undo = undo_by(state, record);
    let is_told = match undo {
        pb::Undo::Change => about.has_owner() || about.is_newest_of_its_name(state),
        pb::Undo::Discard => about.is_newest_of_its_name(state),
        pb::Undo::Unspecified
        | pb::Undo::RollBack
        | pb::Undo::Unfreeze
        | pb::Undo::RemoveOverride
        | pb::Undo::RevokeKey => true,
    };
    match is_told {
        true => undo,
        false => pb::Undo::Unspecified,
    }
}

fn undo_by(state: &State, record: &Record) -> pb::Undo {
    match &record.body {
        Body::Change {
            change,
            released: false,
            ..
        } => match state.changes.get(&change.seq).map(|entry| entry.state) {
            Some(ChangeState::Staged) => pb::Undo::Discard,
            _ => pb::Undo::Unspecified,
        },
        Body::Change { change, .. } => undo_of_release(state, record, change.seq),
        Body::Release { change, .. } => undo_of_release(state, record, *change),
        Body::SplitEnded {
            change: Some(change),
            released: true,
            ..
        } => undo_of_release(state, record, *change),
        Body::SplitMoved(to) if state.splits.contains_key(&to.id) => pb::Undo::RollBack,
        Body::FreezeSet(set) if state.freezes.contains_key(&set.id) => pb::Undo::Unfreeze,
        Body::OverrideSet(set) if is_in_force(state, set) => pb::Undo::RemoveOverride,
        Body::KeyCreated(key) if is_valid(state, key) => pb::Undo::RevokeKey,
        Body::SplitMoved(_)
        | Body::SplitEnded { .. }
        | Body::Discard { .. }
        | Body::Restage { .. }
        | Body::Unchanged { .. }
        | Body::LabelRemoved { .. }
        | Body::LabelDetached { .. }
        | Body::SourceImported { .. }
        | Body::FreezeSet(_)
        | Body::FreezeEnded(_)
        | Body::OverrideSet(_)
        | Body::OverrideEnded(_)
        | Body::KeyCreated(_)
        | Body::KeyRotated(_)
        | Body::KeyRevoked(..)
        | Body::Retained { .. }
        | Body::OwnershipSet(_) => pb::Undo::Unspecified,
    }
}

/// Whether a key is still to be revoked, as far as the state alone can tell.
fn is_valid(state: &State, key: &Key) -> bool {
    let now = state.keys.get(&key.stored.id);
    now.is_some_and(|now| now.stored.ended(state.time.wall).is_none())
}

/// Whether an override is still the one of its target.
fn is_in_force(state: &State, set: &Override) -> bool {
    let now = state.overrides.get(&set.target);
    now.is_some_and(|now| now.id == set.id)
}

/// A release is undone as long as it is the last one of one of its documents, and something was
/// stable before.
fn undo_of_release(state: &State, record: &Record, change: Seq) -> pb::Undo {
    let is_last = || {
        let change = &state.changes.get(&change)?.change;
        let label = state.labels.get(&change.label)?;
        let mut documents = change.documents.iter();
        documents.find(|changed| {
            let document = label.documents.get(&changed.path);
            let stable = document.and_then(|document| document.stable_version());
            let release = stable
                .filter(|stable| stable.seq == change.seq)
                .and_then(|stable| stable.release.as_ref());
            release
                .is_some_and(|release| release.at == record.time.wall && release.replaced.is_some())
        })
    };
    match is_last() {
        Some(_) => pb::Undo::Change,
        None => pb::Undo::Unspecified,
    }
}
