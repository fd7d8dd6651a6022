//! Computes what a split of a change set would do, without doing it.

use std::{collections::BTreeMap, sync::Arc};

use super::super::{
    App, AppProfile, Baseline, BeginSplit, ChangeEntry, ChangeSet, ChangeState, Holding, Label,
    Refused, Selector, Seq, State, VersionName,
};
use super::split::{baseline, check_begin, is_way_back};

/// Selects the change set of a split.
#[derive(Debug, Clone)]
pub(crate) enum SplitTarget {
    /// The newest of this name.
    Change { label: Label, name: VersionName },
    /// The one that wrote this version of a document.
    Document {
        /// The document's label.
        label: Label,
        /// The application and profile of the document.
        owner: AppProfile,
        /// The version that must be stable.
        from: VersionName,
        /// The version to split off.
        to: VersionName,
    },
}

/// What a split of a change set would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SplitPlan {
    pub change: Arc<ChangeSet>,
    /// For each document, in order, the application it was written for, if that is known.
    pub written_for: Vec<Option<App>>,
    /// For each document, in order, its stable version.
    pub from: Vec<Option<VersionName>>,
    /// The positions at which those were written.
    pub baseline: Baseline,
    /// The versions that readers of stable may report, newest first: what is or was stable of any
    /// of the documents, and the commit at which the label's source stands.
    pub stable: Vec<VersionName>,
    /// Whether it takes a released split or a release back, so that freezes don't hold it.
    pub way_back: bool,
}

impl SplitPlan {
    /// The applications that its documents were written for, each once, as far as they are known.
    pub(crate) fn apps(&self) -> Vec<&App> {
        let mut apps = Vec::new();
        for app in self.written_for.iter().flatten() {
            if !apps.contains(&app) {
                apps.push(app);
            }
        }
        apps
    }
}

/// The most formerly stable versions that are listed; the newest come first.
const MAX_STABLE: usize = 1_000;

/// Plans a split of a change set. With `force`, the change set may have been rolled back before.
///
/// # Errors
/// Why beginning it would be refused.
pub(crate) fn plan_split(
    state: &State,
    target: &SplitTarget,
    force: bool,
) -> Result<SplitPlan, Refused> {
    let entry = match target {
        SplitTarget::Change { label, name } => select(state, label, name)?,
        SplitTarget::Document {
            label,
            owner,
            from,
            to,
        } => select_document(state, label, owner, from, to)?,
    };
    let begin = BeginSplit {
        baseline: None,
        force,
    };
    check_begin(state, entry, &begin)?;
    let mut plan = SplitPlan {
        change: entry.change.clone(),
        written_for: Vec::new(),
        from: Vec::new(),
        baseline: baseline(state, entry),
        stable: stable_versions(state, &entry.change),
        way_back: is_way_back(state, entry),
    };
    for changed in entry.change.documents.iter() {
        let document = state.document(entry.change.label.as_str(), changed.path.as_str());
        let served = document.and_then(|document| document.served());
        plan.from.push(served.map(|version| version.name.clone()));
        let owner = document.and_then(|document| document.written_for.as_ref());
        let owner = changed.written_for.as_ref().or(owner);
        plan.written_for.push(owner.map(|owner| owner.app.clone()));
    }
    Ok(plan)
}

/// The versions that readers of stable may report, now or before their last read.
fn stable_versions(state: &State, change: &ChangeSet) -> Vec<VersionName> {
    let label = state.labels.get(&change.label);
    let served = label.and_then(|label| label.feed.as_ref()?.served.as_ref());
    let documents = change.documents.iter();
    let documents = documents.filter_map(|changed| label?.documents.get(&changed.path));
    let versions = documents.flat_map(|document| &document.versions);
    let was_stable = |seq| {
        let entry = state.changes.get(&seq);
        entry.is_some_and(|entry| entry.state == ChangeState::Released)
    };
    let stable: BTreeMap<Seq, &VersionName> = versions
        .filter(|version| was_stable(version.seq))
        .map(|version| (version.seq, &version.name))
        .collect();
    let mut names: Vec<&VersionName> = stable.into_values().rev().collect();
    names.truncate(MAX_STABLE);
    names.extend(served.filter(|served| !names.contains(served)));
    names.into_iter().cloned().collect()
}

fn select<'a>(
    state: &'a State,
    label: &Label,
    name: &VersionName,
) -> Result<&'a ChangeEntry, Refused> {
    check_label(state, label)?;
    state.select(&Selector {
        label: label.clone(),
        name: name.clone(),
        holding: Holding::Anything,
    })
}

fn select_document<'a>(
    state: &'a State,
    label: &Label,
    owner: &AppProfile,
    from: &VersionName,
    to: &VersionName,
) -> Result<&'a ChangeEntry, Refused> {
    let document = state.existing_document_of(label, owner)?;
    let unknown = |name: &VersionName| Refused::VersionNotFound {
        path: document.path.clone(),
        name: name.clone(),
    };
    let version = document.named(to.as_str()).ok_or_else(|| unknown(to))?;
    document.named(from.as_str()).ok_or_else(|| unknown(from))?;
    let stable = document.stable_version();
    if stable.is_none_or(|stable| stable.name != *from) {
        return Err(Refused::PreconditionFailed {
            path: document.path.clone(),
            found: stable.map_or_else(
                || "there is none".into(),
                |stable| format!("it is {}", stable.name),
            ),
        });
    }
    let found = state.changes.get(&version.seq);
    found.ok_or_else(|| unknown(to))
}

fn check_label(state: &State, label: &Label) -> Result<(), Refused> {
    match state.label(label.as_str()) {
        Some(_) => Ok(()),
        None => Err(Refused::LabelNotFound(label.clone())),
    }
}
