//! Translates overrides, both ways.

use super::{Unreadable, from_stored::timestamp};
use crate::{
    domain::{
        App, AppProfile, Label, Override, OverrideEnd, OverrideId, OverrideTarget, OverrideValues,
        Profile, Seq,
    },
    store::stored,
};

fn to_ref(id: OverrideId, target: &OverrideTarget) -> stored::OverrideRef {
    stored::OverrideRef {
        seq: id.0.0,
        label: target.label.to_string(),
        app: target.of.app.to_string(),
        profile: target.of.profile.to_string(),
    }
}

fn from_ref(stored: &stored::OverrideRef) -> (OverrideId, OverrideTarget) {
    let target = OverrideTarget {
        label: Label::trusted(&stored.label),
        of: AppProfile {
            app: App::trusted(&stored.app),
            profile: Profile::trusted(&stored.profile),
        },
    };
    (OverrideId(Seq(stored.seq)), target)
}

impl From<&Override> for stored::Override {
    fn from(set: &Override) -> Self {
        Self {
            of: Some(to_ref(set.id, &set.target)),
            values: set.values.as_json().to_owned(),
            reason: set.reason.clone(),
            by: set.by.clone(),
            author: set.author.clone(),
            since_micros: set.since.as_microsecond(),
            expires_at_micros: set.expires_at.as_microsecond(),
        }
    }
}

impl TryFrom<stored::Override> for Override {
    type Error = Unreadable;

    fn try_from(stored: stored::Override) -> Result<Self, Unreadable> {
        let (id, target) = from_ref(&stored.of.ok_or(Unreadable::Damaged)?);
        Ok(Self {
            id,
            target,
            values: OverrideValues::trusted(&stored.values),
            reason: stored.reason,
            by: stored.by,
            author: stored.author,
            since: timestamp(stored.since_micros)?,
            expires_at: timestamp(stored.expires_at_micros)?,
        })
    }
}

impl From<&OverrideEnd> for stored::OverrideEnd {
    fn from(end: &OverrideEnd) -> Self {
        let which = end.which.iter().map(|(id, target)| to_ref(*id, target));
        Self {
            overrides: which.collect(),
            expired: end.expired,
            reason: end.reason.clone(),
            author: end.author.clone(),
        }
    }
}

impl From<stored::OverrideEnd> for OverrideEnd {
    fn from(stored: stored::OverrideEnd) -> Self {
        Self {
            which: stored.overrides.iter().map(from_ref).collect(),
            expired: stored.expired,
            reason: stored.reason,
            author: stored.author,
        }
    }
}
