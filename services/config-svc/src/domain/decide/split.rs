//! Begins, moves and ends splits.

use jiff::Timestamp;

use super::super::{
    Baseline, BeginSplit, Body, ChangeEntry, ChangeState, Document, EndSplit, EndedSplit, Ending,
    Forced, Held, Label, LabelState, Outcome, Path, Refused, Seq, SetSplit, Split, SplitId, State,
};
use super::{Decided, check_release, check_rolled_back, freeze::check_new, is_kept, is_stable};

pub(super) fn decide(state: &State, mut set: SetSplit, now: Timestamp) -> Result<Decided, Refused> {
    if let Some(ended) = state.ended.get(set.to.id.as_str()) {
        return Err(already_ended(ended));
    }
    let entry = change_at(state, &set.label, set.to.change);
    let outcome = match state.splits.get(&set.to.id) {
        Some(split) if split.generation >= set.to.generation => {
            let again = split.generation == set.to.generation && is_where(split, &set);
            let entry = entry
                .ok()
                .filter(|_| again)
                .ok_or_else(|| outdated(split))?;
            return Ok(Decided::Unchanged(Outcome::of(state, entry)));
        }
        Some(split) => {
            check_move(split, &set)?;
            let entry = entry?;
            if set.to.share > split.share {
                check_new(state, entry, now)?;
            }
            // the split has them
            set.to.forced = Forced::default();
            Outcome::of(state, entry)
        }
        None => {
            let entry = entry?;
            check_begin(state, entry, &set.begin)?;
            check_new(state, entry, now)?;
            Outcome::of(state, entry)
        }
    };
    let at = state.head.next();
    let moved = true;
    let outcome = Outcome {
        at,
        moved,
        ..outcome
    };
    Ok(Decided::Append(Body::SplitMoved(set.to), outcome))
}

/// Checks whether a split may begin or move now.
///
/// # Errors
/// If the command would be refused.
pub(crate) fn check_set_split(state: &State, set: SetSplit, now: Timestamp) -> Result<(), Refused> {
    decide(state, set, now).map(drop)
}

pub(super) fn decide_end(state: &State, end: EndSplit, now: Timestamp) -> Result<Decided, Refused> {
    let at = state.head.next();
    let outcome = match (state.splits.get(&end.id), state.ended.get(end.id.as_str())) {
        (Some(split), _) if split.generation >= end.generation => return Err(outdated(split)),
        (Some(split), _) => {
            let entry = change_at(state, &split.label, split.change)?;
            if end.release {
                check_release(state, entry, &[])?;
                check_new(state, entry, now)?;
            }
            Outcome::of(state, entry)
        }
        (None, Some(ended)) => return decide_end_again(state, &end, ended),
        (None, None) if end.release => return Err(Refused::SplitNeverBegan(end.id)),
        (None, None) => match end.change.and_then(|seq| state.changes.get(&seq)) {
            Some(entry) => Outcome::of(state, entry),
            None => Outcome::of_no_change(at),
        },
    };
    let moved = true;
    let outcome = Outcome {
        at,
        moved,
        ..outcome
    };
    let body = Body::SplitEnded {
        change: (outcome.change != Seq(0)).then_some(outcome.change),
        id: end.id,
        generation: end.generation,
        released: end.release,
        reason: end.reason,
    };
    Ok(Decided::Append(body, outcome))
}

fn decide_end_again(state: &State, end: &EndSplit, ended: &EndedSplit) -> Result<Decided, Refused> {
    let wanted = if end.release {
        Ending::Released
    } else {
        Ending::Removed
    };
    if ended.ending() != wanted {
        return Err(already_ended(ended));
    }
    if end.generation < ended.generation {
        return Err(Refused::SplitOutdated {
            id: ended.id.clone(),
            generation: ended.generation,
        });
    }
    let mut outcome = Outcome::of_no_change(state.head);
    if let Some(split) = ended.split() {
        outcome.change = split.change;
        outcome.label = split.label.clone();
        outcome.name = split.name.clone();
    }
    Ok(Decided::Unchanged(outcome))
}

/// Checks whether a change set can be split: it must be staged and not rolled back, all its
/// versions must be kept, its baseline must be what it was planned on, readers must get something
/// to compare it with, it must not be stable already, and no split may hold one of its documents.
pub(in crate::domain) fn check_begin(
    state: &State,
    entry: &ChangeEntry,
    begin: &BeginSplit,
) -> Result<(), Refused> {
    let change = &entry.change;
    if entry.state == ChangeState::Discarded {
        return Err(Refused::ChangeDiscarded {
            name: change.name.clone(),
        });
    }
    if !is_kept(state, entry) {
        return Err(Refused::ChangeNotFound {
            label: change.label.clone(),
            name: change.name.clone(),
        });
    }
    check_rolled_back(entry, begin.force)?;
    if let Some(planned) = &begin.baseline {
        check_baseline(state, entry, planned)?;
    }
    if let Some(label) = state.labels.get(&change.label) {
        check_free(label, change.documents.iter().map(|d| &d.path), |_| true)?;
    }
    if !has_baseline(state, entry) && !is_way_back(state, entry) {
        return Err(Refused::NoBaseline {
            name: change.name.clone(),
        });
    }
    if is_stable(state, entry) {
        return Err(Refused::IsBaseline {
            name: change.name.clone(),
        });
    }
    if entry.state == ChangeState::Released {
        return Err(Refused::ChangeNotStaged {
            name: change.name.clone(),
        });
    }
    check_release(state, entry, &[])
}

/// The stable version of each document of a change set.
pub(super) fn baseline(state: &State, entry: &ChangeEntry) -> Baseline {
    let change = &entry.change;
    let label = state.labels.get(&change.label);
    let stable = |path: &Path| label?.documents.get(path)?.stable;
    let documents = change.documents.iter();
    Baseline(documents.map(|changed| stable(&changed.path)).collect())
}

/// Checks that the stable versions are those that a split was planned on.
fn check_baseline(state: &State, entry: &ChangeEntry, planned: &Baseline) -> Result<(), Refused> {
    let documents = &entry.change.documents;
    if planned.0.len() != documents.len() {
        return Err(Refused::BaselineMisfits {
            given: planned.0.len(),
            documents: documents.len(),
        });
    }
    let now = baseline(state, entry);
    let mut compared = documents.iter().zip(now.0.iter().zip(&planned.0));
    let moved = compared.find(|(_, (now, planned))| now != planned);
    match moved {
        None => Ok(()),
        Some((changed, _)) => {
            let path = &changed.path;
            let document = state.document(entry.change.label.as_str(), path.as_str());
            let stable = document.and_then(Document::stable_version);
            Err(Refused::BaselineMoved {
                path: path.clone(),
                now: stable.map(|version| version.name.clone()),
            })
        }
    }
}

/// Whether a change set reverts a released split, or undoes a release. What it takes back may have deleted the documents, so a
/// revert needs no served document to compare with.
pub(super) fn is_way_back(state: &State, entry: &ChangeEntry) -> bool {
    let change = &entry.change;
    state.labels.get(&change.label).is_some_and(|label| {
        let mut documents = change.documents.iter();
        documents.any(|changed| {
            let document = label.documents.get(&changed.path);
            let version = document.and_then(|document| document.at(change.seq));
            version.is_some_and(|version| version.revert)
        })
    })
}

/// Whether readers get any of a change set's documents now. A deleted document does not count as a
/// baseline: to readers it does not exist.
fn has_baseline(state: &State, entry: &ChangeEntry) -> bool {
    let change = &entry.change;
    state.labels.get(&change.label).is_some_and(|label| {
        let mut documents = change.documents.iter();
        documents.any(|changed| label.is_served(&changed.path))
    })
}

/// Checks that no split for which `counts` is true holds one of the documents.
pub(super) fn check_free<'a>(
    label: &LabelState,
    paths: impl IntoIterator<Item = &'a Path>,
    counts: impl Fn(&Held) -> bool,
) -> Result<(), Refused> {
    for path in paths {
        let held = label.documents.get(path).and_then(|d| d.held.as_ref());
        if let Some(held) = held.filter(|held| counts(held)) {
            return Err(Refused::RolloutConflict {
                path: path.clone(),
                by: held.by.clone(),
            });
        }
    }
    Ok(())
}

/// A document and the split that holds it.
pub(super) struct Holder {
    pub(super) path: Path,
    pub(super) by: SplitId,
}

impl Holder {
    /// The refusal for anything else that would change the document.
    pub(super) fn conflict(&self) -> Refused {
        Refused::RolloutConflict {
            path: self.path.clone(),
            by: self.by.clone(),
        }
    }
}

/// The splits that hold documents of a change set, each once.
pub(super) fn holders(state: &State, entry: &ChangeEntry) -> Vec<Holder> {
    holding(state, entry, |_| true)
}

/// The splits that hold documents whose stable version a release would change, each once.
pub(super) fn movers(state: &State, entry: &ChangeEntry) -> Vec<Holder> {
    let moves = |document: &Document| document.stable != Some(entry.change.seq);
    holding(state, entry, moves)
}

fn holding(state: &State, entry: &ChangeEntry, counts: impl Fn(&Document) -> bool) -> Vec<Holder> {
    let Some(label) = state.labels.get(&entry.change.label) else {
        return Vec::new();
    };
    let mut holders: Vec<Holder> = Vec::new();
    for changed in entry.change.documents.iter() {
        let document = label.documents.get(&changed.path);
        let counted = document.filter(|document| counts(document));
        if let Some(held) = counted.and_then(|document| document.held.as_ref())
            && !holders.iter().any(|holder| holder.by == held.by)
        {
            holders.push(Holder {
                path: changed.path.clone(),
                by: held.by.clone(),
            });
        }
    }
    holders
}

fn check_move(split: &Split, set: &SetSplit) -> Result<(), Refused> {
    let (was, wanted) = (&split.forced, &set.to.forced);
    let fixed = [
        ("label", split.label == set.label),
        ("change_sequence", split.change == set.to.change),
        ("unit", split.unit == set.to.unit),
        ("include", was.include().eq(wanted.include())),
        ("exclude", was.exclude().eq(wanted.exclude())),
    ];
    if let Some((field, _)) = fixed.into_iter().find(|(_, same)| !same) {
        return Err(Refused::SplitIsFixed {
            id: split.id.clone(),
            field,
        });
    }
    if set.to.share < split.share {
        return Err(Refused::ShareFalls {
            id: split.id.clone(),
            from: split.share,
        });
    }
    Ok(())
}

fn is_where(split: &Split, set: &SetSplit) -> bool {
    split.label == set.label
        && split.change == set.to.change
        && split.unit == set.to.unit
        && split.forced == set.to.forced
        && split.share == set.to.share
}

fn change_at<'a>(state: &'a State, label: &Label, at: Seq) -> Result<&'a ChangeEntry, Refused> {
    let found = state.changes.get(&at);
    found
        .filter(|entry| entry.change.label == *label)
        .ok_or_else(|| Refused::NoChangeAt {
            label: label.clone(),
            at,
        })
}

fn outdated(split: &Split) -> Refused {
    Refused::SplitOutdated {
        id: split.id.clone(),
        generation: split.generation,
    }
}

fn already_ended(ended: &EndedSplit) -> Refused {
    Refused::SplitEnded {
        id: ended.id.clone(),
        how: ended.ending(),
    }
}
