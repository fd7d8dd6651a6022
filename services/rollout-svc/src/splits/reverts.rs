//! Stages change sets that take rollouts back, and gives them up.

use vortex_kit::{context::Context, error::Fault};
use vortex_proto::config::v1 as pb;

use super::{ATTEMPT, Splits, effects::is_final};
use crate::domain::{RolloutId, Target};

impl Splits {
    /// Stages a change set that takes a released split back.
    ///
    /// # Errors
    /// Fails with config-svc's refusal.
    pub(crate) async fn stage_revert(&self, id: &RolloutId) -> Result<Target, Fault> {
        let request = pb::StageRevertRequest { id: id.to_string() };
        let staged = self.client.clone().stage_revert(request).await;
        let staged = staged
            .map_err(|status| Fault::from_status(&status))?
            .into_inner();
        Ok(Target::Change {
            label: staged.label,
            name: staged.change,
        })
    }

    /// Gives up the change set that takes a released split back, unless a split has taken it up.
    ///
    /// # Errors
    /// Fails while config-svc is away.
    pub(crate) async fn discard_revert(&self, id: &RolloutId) -> Result<(), Fault> {
        let split = self.get(id, ATTEMPT).await?;
        let Some(split) = split.filter(|split| !split.revert.is_empty()) else {
            return Ok(());
        };
        let request = pb::DiscardChangeRequest {
            name: split.revert,
            label: split.label,
            ..Default::default()
        };
        let context = Context::root().within(ATTEMPT);
        let discarded = context
            .scope(self.changes.clone().discard_change(request))
            .await;
        match discarded.map_err(|status| Fault::from_status(&status)) {
            // it is released, rolled out or gone, so there is nothing left to give up
            Err(fault) if !is_final(fault.reason()) => Err(fault),
            _ => Ok(()),
        }
    }
}
