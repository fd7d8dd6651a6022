//! What a record is about, as far as lists and their filters want to know.

use std::sync::Arc;

use vortex_proto::config::v1 as pb;

use crate::{
    domain::{
        AppProfile, Body, ChangeSet, ChangeState, Moves, Record, Relevance, Seq, SplitMove, State,
    },
    grpc::convert,
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
    /// The change set, as long as it is kept.
    change: Option<Arc<ChangeSet>>,
    moves: &'a Moves,
}

impl<'a> About<'a> {
    pub(super) fn of(state: &State, record: &'a Record) -> Self {
        let known = |seq: &Seq| Some(state.changes.get(seq)?.change.clone());
        let mut about = Self {
            label: convert::label_of(state, record),
            author: "",
            message: "",
            source: String::new(),
            change: None,
            moves: &record.moves,
        };
        match &record.body {
            Body::Change { change, source, .. } => {
                about.author = &change.author;
                about.message = &change.message;
                about.source = source.as_ref().map_or(String::new(), ToString::to_string);
                about.change = Some(change.clone());
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
                about.change = known(change);
            }
            Body::SplitEnded { change, reason, .. } => {
                about.message = reason;
                about.change = change.as_ref().and_then(known);
            }
            Body::Discard { change }
            | Body::Restage { change }
            | Body::Unchanged { change }
            | Body::SplitMoved(SplitMove { change, .. }) => about.change = known(change),
            Body::SourceImported { source, .. } => about.source = source.to_string(),
            Body::LabelRemoved { .. } | Body::LabelDetached { .. } => {}
        }
        about
    }

    /// Whether an application reads any of its documents, or all that its label has.
    pub(super) fn is_read_by(&self, relevance: &Relevance) -> bool {
        match &self.change {
            Some(change) => relevance.reads_any(&change.documents),
            None => {
                let mut moved = self.moves.listed.iter();
                moved.any(|moved| relevance.reads(moved.path.as_str(), None))
            }
        }
    }

    /// The application and profile that all its documents were written for; empty where they are
    /// not of one.
    pub(super) fn owner(&self) -> (String, String) {
        let documents = self
            .change
            .iter()
            .flat_map(|change| change.documents.iter());
        let mut owners = documents.map(|document| document.written_for.as_ref());
        let first: Option<&AppProfile> = owners.next().flatten();
        match first.filter(|first| owners.all(|owner| owner == Some(first))) {
            Some(owner) => (owner.app.to_string(), owner.profile.to_string()),
            None => (String::new(), String::new()),
        }
    }

    /// The first paths of its documents, and how many there are.
    pub(super) fn paths(&self) -> (Vec<String>, u32) {
        match &self.change {
            Some(change) => {
                let paths = change.documents.iter().take(LISTED_PATHS);
                let paths = paths.map(|document| document.path.to_string());
                (paths.collect(), change.documents.len() as u32)
            }
            None => {
                let paths = self.moves.listed.iter().map(|moved| moved.path.to_string());
                (paths.collect(), self.moves.count)
            }
        }
    }
}

/// What undoes a record now.
pub(super) fn undo_of(state: &State, record: &Record) -> pb::Undo {
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
        Body::SplitMoved(_)
        | Body::SplitEnded { .. }
        | Body::Discard { .. }
        | Body::Restage { .. }
        | Body::Unchanged { .. }
        | Body::LabelRemoved { .. }
        | Body::LabelDetached { .. }
        | Body::SourceImported { .. } => pb::Undo::Unspecified,
    }
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
