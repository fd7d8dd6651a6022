//! Releases a change set, or discards it.

use super::super::{Body, ChangeState, Holding, Outcome, Refused, Release, Selector, State};
use super::{
    Author, Decided, check_precondition, check_release, check_rolled_back,
    freeze::check_new,
    is_kept, is_stable,
    split::{check_free, holders, movers},
};

pub(super) fn decide(
    state: &State,
    author: Author<'_>,
    release: Release,
) -> Result<Decided, Refused> {
    let entry = state.select(&release.selector)?;
    if entry.state == ChangeState::Discarded {
        return Err(Refused::ChangeDiscarded {
            name: release.selector.name,
        });
    }
    check_release_precondition(state, &release)?;
    if !is_kept(state, entry) {
        return Err(Refused::ChangeNotFound {
            label: entry.change.label.clone(),
            name: entry.change.name.clone(),
        });
    }
    check_rolled_back(entry, release.force && !release.reason.is_empty())?;
    // who forces a release wants everybody to get it, also those who get a canary of
    // what is stable already
    let holders = match release.force {
        true => holders(state, entry),
        false => movers(state, entry),
    };
    check_release(state, entry, if release.force { &holders } else { &[] })?;
    let outcome = Outcome::of(state, entry);
    if is_stable(state, entry) && holders.is_empty() {
        return Ok(Decided::Unchanged(outcome));
    }
    if let (Some(first), false) = (holders.first(), release.force) {
        return Err(first.conflict());
    }
    check_new(state, entry, author.time.wall)?;
    let body = Body::Release {
        change: entry.change.seq,
        detached: holders.into_iter().map(|holder| holder.by).collect(),
        reason: release.reason,
        author: release.author,
        message: release.message,
    };
    let outcome = Outcome {
        at: state.head.next(),
        moved: true,
        ..outcome
    };
    Ok(Decided::Append(body, outcome))
}

pub(super) fn decide_discard(state: &State, selector: Selector) -> Result<Decided, Refused> {
    let entry = state.select(&selector)?;
    let outcome = Outcome::of(state, entry);
    match entry.state {
        ChangeState::Discarded => Ok(Decided::Unchanged(outcome)),
        ChangeState::Released => Err(Refused::ChangeReleased {
            name: selector.name,
        }),
        ChangeState::Staged | ChangeState::RolledBack => {
            let change = &entry.change;
            if let Some(label) = state.labels.get(&change.label) {
                let paths = change.documents.iter().map(|d| &d.path);
                check_free(label, paths, |held| held.version == change.seq)?;
            }
            let body = Body::Discard {
                change: entry.change.seq,
            };
            let at = state.head.next();
            Ok(Decided::Append(body, Outcome { at, ..outcome }))
        }
    }
}

fn check_release_precondition(state: &State, release: &Release) -> Result<(), Refused> {
    let Some(precondition) = &release.precondition else {
        return Ok(());
    };
    let label = &release.selector.label;
    match &release.selector.holding {
        Holding::Anything => Ok(()),
        Holding::Path(path) => {
            let document = state.document(label.as_str(), path.as_str());
            check_precondition(document, path, precondition)
        }
        Holding::Document(owner) => {
            let document = state.existing_document_of(label, owner)?;
            check_precondition(Some(document), &document.path, precondition)
        }
    }
}
