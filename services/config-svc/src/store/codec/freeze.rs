//! Translates freezes, both ways.

use super::{Unreadable, from_stored::timestamp};
use crate::{
    domain::{App, Freeze, FreezeEnd, FreezeId, FreezeScope, Frozen, Label, Seq},
    store::stored,
};

impl From<&Freeze> for stored::Freeze {
    fn from(freeze: &Freeze) -> Self {
        let (all, apps) = match &freeze.scope.apps {
            Frozen::All => (true, Vec::new()),
            Frozen::Apps(apps) => (false, apps.iter().map(ToString::to_string).collect()),
        };
        Self {
            seq: freeze.id.0.0,
            all,
            apps,
            label: freeze.scope.label.as_ref().map(ToString::to_string),
            reason: freeze.reason.clone(),
            by: freeze.by.clone(),
            author: freeze.author.clone(),
            since_micros: freeze.since.as_microsecond(),
            until_micros: freeze.until.map(|until| until.as_microsecond()),
        }
    }
}

impl TryFrom<stored::Freeze> for Freeze {
    type Error = Unreadable;

    fn try_from(stored: stored::Freeze) -> Result<Self, Unreadable> {
        let apps = match (stored.all, stored.apps.as_slice()) {
            (true, []) => Frozen::All,
            (false, apps @ [_, ..]) => {
                Frozen::Apps(apps.iter().map(|app| App::trusted(app)).collect())
            }
            (true, [_, ..]) | (false, []) => return Err(Unreadable::Damaged),
        };
        Ok(Self {
            id: FreezeId(Seq(stored.seq)),
            scope: FreezeScope {
                apps,
                label: stored.label.as_deref().map(Label::trusted),
            },
            reason: stored.reason,
            by: stored.by,
            author: stored.author,
            since: timestamp(stored.since_micros)?,
            until: stored.until_micros.map(timestamp).transpose()?,
        })
    }
}

impl From<&FreezeEnd> for stored::FreezeEnd {
    fn from(end: &FreezeEnd) -> Self {
        Self {
            freezes: end.ids.iter().map(|id| id.0.0).collect(),
            expired: end.expired,
            reason: end.reason.clone(),
            author: end.author.clone(),
        }
    }
}

impl From<stored::FreezeEnd> for FreezeEnd {
    fn from(stored: stored::FreezeEnd) -> Self {
        let ids = stored.freezes.into_iter();
        Self {
            ids: ids.map(|seq| FreezeId(Seq(seq))).collect(),
            expired: stored.expired,
            reason: stored.reason,
            author: stored.author,
        }
    }
}
