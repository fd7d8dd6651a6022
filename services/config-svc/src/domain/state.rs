//! All configuration at one position of the log.

use std::{collections::BTreeSet, fmt, sync::Arc};

use imbl::{HashMap, OrdMap};
use vortex_access::KeyId;

use super::{
    AppProfile, ChangeEntry, Document, Dots, EndedSplits, Freeze, FreezeId, Holding, HybridTime,
    Key, Label, LabelState, Layout, Override, OverrideTarget, Refused, Requests, Selector, Sha256,
    SourceName, Split, SplitId, Table, VersionName, answered_requests::Answered, split::Pins,
};

/// A position in the log; 0 is before the first record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

impl Seq {
    /// The position after this one.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// All configuration at one position of the log.
///
/// A persistent data structure: clones share everything, so readers keep one state while the next
/// is derived from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The last record folded in.
    pub head: Seq,
    pub time: HybridTime,
    /// How many of the records were written here.
    pub own_sequence: u64,
    /// The names in all clusters of what records refer to.
    pub dots: Dots,
    /// Who owns what. Empty as long as nobody said it: then all is this cluster's.
    pub ownership: Table,
    /// The labels. `main` is always there.
    pub labels: OrdMap<Label, LabelState>,
    /// The sources whose first import is whole, and which of their labels could never be
    /// imported.
    pub sources: OrdMap<SourceName, Arc<BTreeSet<Label>>>,
    /// The change sets that are kept.
    pub changes: OrdMap<Seq, ChangeEntry>,
    /// The positions at which the change sets of a name were written, oldest first.
    pub(super) names: HashMap<(Label, VersionName), Arc<[Seq]>>,
    /// The requests answered lately.
    pub requests: Requests,
    /// The splits that are active.
    pub splits: OrdMap<SplitId, Arc<Split>>,
    /// The splits that ended lately.
    pub ended: EndedSplits,
    /// The freezes in force, and those whose time is over that have not ended yet.
    pub freezes: OrdMap<FreezeId, Arc<Freeze>>,
    /// The overrides in force, and those whose time is over that have not ended yet.
    pub overrides: OrdMap<OverrideTarget, Arc<Override>>,
    /// The API keys, without those that ended 30 days before the last record of a key.
    pub keys: OrdMap<KeyId, Arc<Key>>,
    /// The change sets that active and ended splits refer to.
    pub(super) pins: Pins,
    /// Where configurations are looked for, which is a setting.
    pub layout: Arc<Layout>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            head: Seq(0),
            time: HybridTime::ZERO,
            own_sequence: 0,
            dots: Dots::default(),
            ownership: Table::default(),
            labels: OrdMap::unit(Label::main(), LabelState::default()),
            sources: OrdMap::new(),
            changes: OrdMap::new(),
            names: HashMap::new(),
            requests: Requests::default(),
            splits: OrdMap::new(),
            ended: EndedSplits::default(),
            freezes: OrdMap::new(),
            overrides: OrdMap::new(),
            keys: OrdMap::new(),
            pins: Pins::default(),
            layout: Arc::default(),
        }
    }
}

impl State {
    /// The label that readers mean: `main` stands for `master` if only a source's `master` exists,
    /// even once that was detached.
    pub fn label(&self, name: &str) -> Option<(&Label, &LabelState)> {
        let found = self.labels.get_key_value(name)?;
        let (_, label) = found;
        let unused = label.documents.is_empty() && label.feed.is_none();
        if name != Label::MAIN || !unused {
            return Some(found);
        }
        let master = self.labels.get_key_value(Label::MASTER);
        Some(
            master
                .filter(|(_, master)| master.feed.is_some() || master.detached.is_some())
                .unwrap_or(found),
        )
    }

    /// The document at a path, served or not.
    pub fn document(&self, label: &str, path: &str) -> Option<&Document> {
        let (_, label) = self.label(label)?;
        label.documents.get(path).map(Arc::as_ref)
    }

    /// The document of an application and profile: the one that is served, or else one that was.
    pub fn document_of(&self, label: &str, owner: &AppProfile) -> Option<&Document> {
        let (_, label) = self.label(label)?;
        let stem = owner.stem();
        let mut documents = label.of_stem(&stem);
        let first = documents.next()?;
        if first.served().is_some() {
            return Some(first);
        }
        Some(documents.find(|d| d.served().is_some()).unwrap_or(first))
    }

    /// Whether a change set waits for a rollout.
    pub fn awaits_rollout(&self, entry: &ChangeEntry) -> bool {
        let feed = self.labels.get(&entry.change.label);
        let feed = feed.and_then(|label| label.feed.as_ref());
        feed.is_some_and(|feed| feed.awaiting == Some(entry.change.seq))
    }

    /// As [`State::document_of`], but refuses if there is none.
    pub(super) fn existing_document_of(
        &self,
        label: &Label,
        owner: &AppProfile,
    ) -> Result<&Document, Refused> {
        if self.label(label.as_str()).is_none() {
            return Err(Refused::LabelNotFound(label.clone()));
        }
        let found = self.document_of(label.as_str(), owner);
        found.ok_or_else(|| Refused::NoDocumentOf {
            label: label.clone(),
            owner: owner.clone(),
        })
    }

    /// The change sets that wait for a rollout, oldest first, at most one for each label.
    pub fn awaiting(&self) -> Vec<&ChangeEntry> {
        let feeds = self.labels.values().filter_map(|label| label.feed.as_ref());
        let awaiting = feeds.filter_map(|feed| self.changes.get(&feed.awaiting?));
        let mut awaiting: Vec<&ChangeEntry> = awaiting.collect();
        awaiting.sort_unstable_by_key(|entry| entry.change.seq);
        awaiting
    }

    /// The newest change set of this name on a label.
    pub fn newest_change(&self, label: &Label, name: &VersionName) -> Option<&ChangeEntry> {
        let written = self.names.get(&(label.clone(), name.clone()))?;
        self.changes.get(written.last()?)
    }

    /// The change set that a selector selects.
    pub fn select(&self, selector: &Selector) -> Result<&ChangeEntry, Refused> {
        let Selector {
            label,
            name,
            holding,
        } = selector;
        let found = match holding {
            Holding::Anything => self
                .label(label.as_str())
                .and_then(|(label, _)| self.newest_change(label, name)),
            Holding::Path(path) => self
                .document(label.as_str(), path.as_str())
                .and_then(|document| self.change_named(document, name)),
            Holding::Document(owner) => {
                let document = self.existing_document_of(label, owner)?;
                let found = self.change_named(document, name);
                return found.ok_or_else(|| Refused::VersionNotFound {
                    path: document.path.clone(),
                    name: name.clone(),
                });
            }
        };
        found.ok_or_else(|| Refused::ChangeNotFound {
            label: label.clone(),
            name: name.clone(),
        })
    }

    /// The change set that wrote a document's version of this name.
    fn change_named(&self, document: &Document, name: &VersionName) -> Option<&ChangeEntry> {
        let version = document.named(name.as_str())?;
        self.changes.get(&version.seq)
    }

    /// The hashes of every content that a kept version names.
    pub fn contents(&self) -> impl Iterator<Item = Sha256> + '_ {
        self.labels
            .values()
            .flat_map(|label| label.documents.values())
            .flat_map(|document| &document.versions)
            .filter_map(|version| Some(version.content.stored()?.sha256))
    }

    /// How many documents are served.
    pub fn served_documents(&self) -> usize {
        self.labels.values().map(LabelState::served_documents).sum()
    }

    /// Restores a change set from a checkpoint.
    pub fn restore_change(&mut self, entry: ChangeEntry) {
        let change = &entry.change;
        let key = (change.label.clone(), change.name.clone());
        let mut written: Vec<Seq> = self.names.get(&key).map_or(Vec::new(), |s| s.to_vec());
        written.push(change.seq);
        written.sort_unstable();
        self.names.insert(key, written.into());
        self.changes.insert(change.seq, entry);
    }

    /// Restores a document from a checkpoint.
    pub fn restore_document(&mut self, label: &Label, document: Document) {
        let label = self.labels.entry(label.clone()).or_default();
        label
            .documents
            .insert(document.path.clone(), Arc::new(document));
    }

    /// Restores an answered request from a checkpoint.
    pub fn restore_request(&mut self, principal: &str, id: &super::RequestId, answered: Answered) {
        self.requests.insert(principal, id, answered);
    }

    /// Forgets a change set of which no version is kept.
    pub(super) fn forget_change(&mut self, seq: Seq) {
        let Some(entry) = self.changes.remove(&seq) else {
            return;
        };
        self.dots.forget(seq);
        let key = (entry.change.label.clone(), entry.change.name.clone());
        let left: Vec<Seq> = self.names.get(&key).map_or(Vec::new(), |s| {
            s.iter().copied().filter(|s| *s != seq).collect()
        });
        if left.is_empty() {
            self.names.remove(&key);
        } else {
            self.names.insert(key, left.into());
        }
    }

    /// Notes that versions of a change set are no longer kept.
    pub(super) fn release_versions(&mut self, seq: Seq, dropped: u32) {
        let Some(entry) = self.changes.get_mut(&seq) else {
            return;
        };
        entry.kept = entry.kept.saturating_sub(dropped);
        if entry.kept == 0 {
            self.forget_change(seq);
        }
    }
}
