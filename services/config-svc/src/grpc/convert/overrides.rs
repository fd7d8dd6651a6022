//! Converts overrides to replies.

use vortex_proto::config::v1 as pb;

use super::timestamp;
use crate::domain::{Override, OverrideEnd, OverrideId, OverrideTarget};

/// An override.
pub(in crate::grpc) fn of_override(set: &Override) -> pb::Override {
    let OverrideTarget { label, of } = &set.target;
    pb::Override {
        id: set.id.to_string(),
        app: of.app.to_string(),
        profile: of.profile.to_string(),
        label: label.to_string(),
        values: set.values.as_json().to_owned().into(),
        reason: set.reason.clone(),
        principal: set.by.clone(),
        author: set.author.clone(),
        since: Some(timestamp(set.since)),
        expires_at: Some(timestamp(set.expires_at)),
    }
}

/// The end of overrides, in the log.
pub(super) fn ended(end: &OverrideEnd) -> pb::OverrideEnded {
    pb::OverrideEnded {
        overrides: end.which.iter().map(one_ended).collect(),
        expired: end.expired,
        reason: end.reason.clone(),
        author: end.author.clone(),
    }
}

fn one_ended((id, target): &(OverrideId, OverrideTarget)) -> pb::EndedOverride {
    pb::EndedOverride {
        id: id.to_string(),
        app: target.of.app.to_string(),
        profile: target.of.profile.to_string(),
        label: target.label.to_string(),
    }
}
