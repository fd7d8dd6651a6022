//! config-svc's side of a rollout: planning, moving and reverting its split.

mod effects;
mod plan;
mod reads;
mod reverts;

pub(crate) use effects::Sent;
pub(crate) use plan::Plan;
pub(crate) use reads::Reads;

use std::time::Duration;

use vortex_kit::{
    channel::Channel,
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::config::v1::{
    self as pb, config_service_client::ConfigServiceClient,
    split_service_client::SplitServiceClient,
};
use vortex_service::Limited;

use crate::domain::{Ending, Lost, RolloutId};

/// The time limit for one attempt to send an effect.
const ATTEMPT: Duration = Duration::from_secs(5);
/// The time limit for the check before a start, which the start itself repeats.
const CHECK: Duration = Duration::from_secs(2);
/// The time limit for reads that an answer can do without.
const GLANCE: Duration = Duration::from_millis(500);
/// The number of splits in one page of a list.
const PAGE: u32 = 1_000;

/// A client of config-svc's splits. Clones are cheap.
#[derive(Clone, Debug)]
pub(crate) struct Splits {
    client: SplitServiceClient<Channel>,
    changes: ConfigServiceClient<Channel>,
}

impl Splits {
    /// A client of the config-svc behind `channel`.
    pub(crate) fn new(channel: Channel) -> Self {
        Self {
            changes: ConfigServiceClient::limited(channel.clone()),
            client: SplitServiceClient::limited(channel),
        }
    }

    /// The end of a split that had begun; `None` while it is active.
    ///
    /// # Errors
    /// Fails while config-svc is away.
    pub(crate) async fn lost(&self, id: &RolloutId) -> Result<Option<Lost>, Fault> {
        let Some(split) = self.get(id, ATTEMPT).await? else {
            return Ok(Some(Lost {
                how: Ending::Removed,
                by: String::new(),
                why: "config-svc does not know it".to_owned(),
            }));
        };
        Ok(end_of(&split))
    }

    /// The ids of all active splits.
    ///
    /// # Errors
    /// Fails while config-svc is away.
    pub(crate) async fn active(&self) -> Result<Vec<String>, Fault> {
        let splits = self.list(ATTEMPT).await?.into_iter();
        Ok(splits.map(|split| split.id).collect())
    }

    /// All active splits; each page is waited for up to this time.
    async fn list(&self, within: Duration) -> Result<Vec<pb::Split>, Fault> {
        let mut splits = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListSplitsRequest {
                page_token,
                page_size: PAGE,
                ..Default::default()
            };
            let context = Context::root().within(within);
            let listed = context
                .scope(self.client.clone().list_splits(request))
                .await;
            let listed = listed.map_err(|status| Fault::from_status(&status))?;
            let listed = listed.into_inner();
            splits.extend(listed.splits);
            if listed.next_page_token.is_empty() {
                return Ok(splits);
            }
            page_token = listed.next_page_token;
        }
    }

    async fn get(&self, id: &RolloutId, within: Duration) -> Result<Option<pb::Split>, Fault> {
        let request = pb::GetSplitRequest { id: id.to_string() };
        let context = Context::root().within(within);
        let found = context.scope(self.client.clone().get_split(request)).await;
        match found.map_err(|status| Fault::from_status(&status)) {
            Ok(found) => Ok(found.into_inner().split),
            Err(fault) if fault.reason() == Reason::SplitNotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

/// How a split ended; `None` while it is active.
fn end_of(split: &pb::Split) -> Option<Lost> {
    let (how, unsaid) = match split.state() {
        pb::SplitState::Active | pb::SplitState::Unspecified => return None,
        pb::SplitState::Released => (Ending::Released, "another caller released it"),
        pb::SplitState::Removed => (Ending::Removed, "another caller ended it"),
        pb::SplitState::Detached => (Ending::Detached, "a forced release ended it"),
    };
    let why = match split.end_reason.as_str() {
        "" => unsaid.to_owned(),
        reason => reason.to_owned(),
    };
    Some(Lost {
        how,
        by: split.ended_by.clone(),
        why,
    })
}
