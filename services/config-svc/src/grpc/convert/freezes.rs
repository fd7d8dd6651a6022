//! Converts freezes to replies.

use vortex_proto::config::v1 as pb;

use super::timestamp;
use crate::domain::{Freeze, FreezeEnd, Frozen};

/// A freeze.
pub(in crate::grpc) fn freeze(freeze: &Freeze) -> pb::Freeze {
    let (all, apps) = match &freeze.scope.apps {
        Frozen::All => (true, Vec::new()),
        Frozen::Apps(apps) => (false, apps.iter().map(ToString::to_string).collect()),
    };
    let label = freeze.scope.label.as_ref();
    pb::Freeze {
        id: freeze.id.to_string(),
        all,
        apps,
        label: label.map_or(String::new(), ToString::to_string),
        reason: freeze.reason.clone(),
        principal: freeze.by.clone(),
        author: freeze.author.clone(),
        since: Some(timestamp(freeze.since)),
        until: freeze.until.map(timestamp),
    }
}

/// The end of freezes, in the log.
pub(super) fn ended(end: &FreezeEnd) -> pb::FreezeEnded {
    pb::FreezeEnded {
        ids: end.ids.iter().map(ToString::to_string).collect(),
        expired: end.expired,
        reason: end.reason.clone(),
        author: end.author.clone(),
    }
}
