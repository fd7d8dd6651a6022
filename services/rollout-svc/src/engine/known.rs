//! What is known of the instances of a rollout before its share is set.

use vortex_bucket::Share;

use super::Inner;
use crate::domain::{Command, Effect, Judgement, Known, Moment, Rollout, Spec};

impl Inner {
    /// What drift-svc knows of the instances that a share should include; `None` if no share is
    /// set.
    pub(super) async fn known(&self, spec: &Spec, share: Option<Share>) -> Known {
        match (&self.drift, share) {
            (Some(drift), Some(share)) if spec.may_raise(share) => drift.lowest(spec).await,
            _ => Known::NotAsked,
        }
    }

    /// The share that a judgement sets, if it promotes the rollout to one that may be raised.
    pub(super) fn promotes_to(
        &self,
        rollout: &Rollout,
        judgement: &Judgement,
        now: Moment,
    ) -> Option<Share> {
        self.drift.as_ref()?;
        let judge = Command::Judge(judgement.clone());
        match rollout.clone().step(judge, now).ok()?.effect? {
            Effect::SetShare { .. } => {
                let next = rollout.next_share();
                next.filter(|share| rollout.spec.may_raise(*share))
            }
            Effect::Remove { .. } | Effect::Release { .. } => None,
        }
    }
}
