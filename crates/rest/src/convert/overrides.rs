//! Overrides.

use vortex_proto::config::v1 as proto;

use super::{To, mirror};
use crate::{Json, Override, OverrideAnswer, OverrideRemoved, Overrides};

mirror! {
    struct OverrideRemoved <= proto::RemoveOverrideResponse { id, token }
}

/// Fails when the values are not valid JSON.
impl TryFrom<proto::Override> for Override {
    type Error = serde_json::Error;

    fn try_from(set: proto::Override) -> Result<Self, Self::Error> {
        Ok(Self {
            values: Json::from_slice(&set.values)?,
            id: set.id,
            app: set.app,
            profile: set.profile,
            label: set.label,
            reason: set.reason,
            principal: set.principal,
            author: set.author,
            since: set.since.to(),
            expires_at: set.expires_at.to(),
        })
    }
}

impl TryFrom<proto::ListOverridesResponse> for Overrides {
    type Error = serde_json::Error;

    fn try_from(reply: proto::ListOverridesResponse) -> Result<Self, Self::Error> {
        let overrides = reply.overrides.into_iter().map(Override::try_from);
        Ok(Self {
            overrides: overrides.collect::<Result<_, _>>()?,
            next_page_token: reply.next_page_token,
            token: reply.token,
        })
    }
}

macro_rules! answers_of {
    ($($reply:ident),+) => {$(
        impl TryFrom<proto::$reply> for OverrideAnswer {
            type Error = serde_json::Error;

            fn try_from(reply: proto::$reply) -> Result<Self, Self::Error> {
                let set = reply.r#override.map(Override::try_from).transpose()?;
                Ok(Self {
                    r#override: set.unwrap_or_default(),
                    token: reply.token,
                })
            }
        }
    )+};
}

answers_of!(SetOverrideResponse, GetOverrideResponse);
