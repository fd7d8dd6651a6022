//! Sets and ends overrides. Neither freezes nor splits refuse them: they are for emergencies.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::{
    Body, Expires, MAX_ENDED_AT_ONCE, MAX_OVERRIDE_SPAN, MAX_OVERRIDES, Outcome, Override,
    OverrideEnd, OverrideId, Refused, RemoveOverride, SetOverride, State,
};
use super::{
    Author, Decided, Own,
    freeze::{after, as_stored},
    ownership::path_of,
};

pub(super) fn decide_set(
    state: &State,
    author: Author<'_>,
    set: SetOverride,
) -> Result<Decided, Refused> {
    if state.label(set.target.label.as_str()).is_none() {
        return Err(Refused::LabelNotFound(set.target.label));
    }
    let target = state.meant(&set.target);
    if state.overrides.len() >= MAX_OVERRIDES && !state.overrides.contains_key(&target) {
        return Err(Refused::TooManyOverrides);
    }
    let since = author.time.wall;
    let expires_at = as_stored(match set.expires {
        Expires::At(at) => at,
        Expires::After(span) => after(since, span),
    });
    check_expiry(since, expires_at)?;
    let at = state.head.next();
    let set = Override {
        id: OverrideId(at),
        target,
        values: set.values,
        reason: set.reason,
        by: author.principal.to_owned(),
        author: set.author,
        since,
        expires_at,
    };
    Ok(Decided::Append(
        Body::OverrideSet(Arc::new(set)),
        Outcome::of_override(at, true),
    ))
}

fn check_expiry(since: Timestamp, expires_at: Timestamp) -> Result<(), Refused> {
    if expires_at <= since {
        return Err(Refused::OverrideIsOver { expires_at });
    }
    if expires_at > after(since, MAX_OVERRIDE_SPAN) {
        return Err(Refused::OverrideTooLong { expires_at });
    }
    Ok(())
}

pub(super) fn decide_remove(state: &State, removal: RemoveOverride) -> Result<Decided, Refused> {
    let Some(set) = state.override_of(&removal.target) else {
        return Err(Refused::OverrideNotFound(removal.target));
    };
    let end = OverrideEnd {
        which: vec![(set.id, set.target.clone())],
        expired: false,
        reason: removal.reason,
        author: removal.author,
    };
    Ok(ended(state, end))
}

/// Ends this cluster's overrides whose time is over: as many as one record ends.
pub(super) fn decide_expiry(state: &State, own: &Own, now: Timestamp) -> Decided {
    let over = state.overrides.values().filter(|set| {
        let owner = || state.owner_of(&set.target.label, &path_of(&set.target.of));
        set.is_over(now) && owner().is_none_or(|owner| owner.is(&own.cluster))
    });
    let over = over.map(|set| (set.id, set.target.clone()));
    let which: Vec<_> = over.take(MAX_ENDED_AT_ONCE).collect();
    if which.is_empty() {
        return Decided::Unchanged(Outcome::of_override(state.head, false));
    }
    let end = OverrideEnd {
        which,
        expired: true,
        reason: String::new(),
        author: String::new(),
    };
    ended(state, end)
}

fn ended(state: &State, end: OverrideEnd) -> Decided {
    let outcome = Outcome::of_override(state.head.next(), true);
    Decided::Append(Body::OverrideEnded(end), outcome)
}
