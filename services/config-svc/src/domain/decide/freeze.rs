//! Sets and ends freezes, and refuses what they forbid.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;

use super::super::{
    AppProfile, Body, ChangeEntry, ChangeState, EndFreeze, Freeze, FreezeEnd, FreezeId, Label,
    LabelState, MAX_FREEZES, Outcome, Path, Refused, SetFreeze, State, Thawed, Until,
};
use super::{Author, Decided, split::is_way_back};

pub(super) fn decide_set(
    state: &State,
    author: Author<'_>,
    set: SetFreeze,
) -> Result<Decided, Refused> {
    if state.freezes.len() >= MAX_FREEZES {
        return Err(Refused::TooManyFreezes);
    }
    let mut scope = set.scope;
    if let Some(label) = &scope.label {
        // what readers of `main` get is what is meant: see `State::label`
        let meant = state.label(label.as_str());
        let (meant, _) = meant.ok_or_else(|| Refused::LabelNotFound(label.clone()))?;
        scope.label = Some(meant.clone());
    }
    let since = author.time.wall;
    let until = match set.until {
        Until::Ended => None,
        Until::At(until) => Some(until),
        Until::After(span) => Some(after(since, span)),
    };
    let until = until.map(as_stored);
    if let Some(until) = until.filter(|until| *until <= since) {
        return Err(Refused::FreezeIsOver { until });
    }
    let at = state.head.next();
    let freeze = Freeze {
        id: FreezeId(at),
        scope,
        reason: set.reason,
        by: author.principal.to_owned(),
        author: set.author,
        since,
        until,
    };
    Ok(Decided::Append(
        Body::FreezeSet(Arc::new(freeze)),
        Outcome::of_freeze(at),
    ))
}

/// A time as it is stored, so that it is the same when it is read back.
pub(super) fn as_stored(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// The moment so long after another, or the last there is.
pub(super) fn after(since: Timestamp, span: Duration) -> Timestamp {
    since.checked_add(span).unwrap_or(Timestamp::MAX)
}

pub(super) fn decide_end(state: &State, end: EndFreeze) -> Result<Decided, Refused> {
    let ids = meant(state, &end.which);
    if ids.is_empty() {
        return Err(Refused::FreezeNotFound(end.which));
    }
    Ok(ended(
        state,
        FreezeEnd {
            ids,
            expired: false,
            reason: end.reason,
            author: end.author,
        },
    ))
}

/// The freezes that are to end, oldest first.
fn meant(state: &State, which: &Thawed) -> Vec<FreezeId> {
    match which {
        Thawed::One(id) => state
            .freezes
            .keys()
            .filter(|known| *known == id)
            .copied()
            .collect(),
        Thawed::Of(scope) => {
            let mut scope = scope.clone();
            if let Some(label) = &mut scope.label
                && let Some((meant, _)) = state.label(label.as_str())
            {
                *label = meant.clone();
            }
            let of_scope = state
                .freezes
                .values()
                .filter(|freeze| freeze.scope == scope);
            of_scope.map(|freeze| freeze.id).collect()
        }
    }
}

/// Ends the freezes whose time is over.
pub(super) fn decide_expiry(state: &State, now: Timestamp) -> Decided {
    let over = state.freezes.values().filter(|freeze| freeze.is_over(now));
    let ids: Vec<FreezeId> = over.map(|freeze| freeze.id).collect();
    if ids.is_empty() {
        return Decided::Unchanged(Outcome::of_freeze(state.head));
    }
    ended(
        state,
        FreezeEnd {
            ids,
            expired: true,
            reason: String::new(),
            author: String::new(),
        },
    )
}

fn ended(state: &State, end: FreezeEnd) -> Decided {
    Decided::Append(
        Body::FreezeEnded(end),
        Outcome::of_freeze(state.head.next()),
    )
}

/// Checks that no freeze is in force that concerns documents of a label about to become something
/// new.
pub(super) fn check_thawed<'a>(
    state: &'a State,
    label: &Label,
    documents: impl IntoIterator<Item = (&'a Path, Option<&'a AppProfile>)>,
    now: Timestamp,
) -> Result<(), Refused> {
    if state.freezes.is_empty() {
        return Ok(());
    }
    let of_label = state.labels.get(label);
    let owned = documents.into_iter().map(|(path, written_for)| {
        let document = of_label.and_then(|of_label| of_label.documents.get(path));
        let owner = document.and_then(|document| document.written_for.as_ref());
        (path, written_for.or(owner))
    });
    match state.freeze_of(label, owned, now) {
        Some(freeze) => Err(Refused::Frozen(freeze.clone())),
        None => Ok(()),
    }
}

/// Checks that no freeze keeps a change set from its readers. One that was stable before, or that
/// takes a split back, is a way back and always goes.
pub(super) fn check_new(state: &State, entry: &ChangeEntry, now: Timestamp) -> Result<(), Refused> {
    if state.freezes.is_empty() || entry.state == ChangeState::Released || is_way_back(state, entry)
    {
        return Ok(());
    }
    let documents = entry.change.documents.iter();
    let documents = documents.map(|changed| (&changed.path, changed.written_for.as_ref()));
    check_thawed(state, &entry.change.label, documents, now)
}

/// Checks that no freeze concerns what is served on a label that is to go.
pub(super) fn check_removal(
    state: &State,
    name: &Label,
    label: &LabelState,
    now: Timestamp,
) -> Result<(), Refused> {
    let served = label
        .documents
        .values()
        .filter(|document| document.served().is_some());
    let served = served.map(|document| (&document.path, document.written_for.as_ref()));
    check_thawed(state, name, served, now)
}
