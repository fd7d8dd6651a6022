//! Translates findings of the instances gate.

use super::{Invalid, may, must, pb, same_cases};
use crate::domain::analysis::{Instances, InstancesEvidence, InstancesFinding};

same_cases!(
    InstancesFinding,
    pb::InstancesFinding,
    "a finding of the instances gate",
    NoAnswer,
    NoCanary,
    AllBad,
    WorseThanStable,
    MaybeWorse,
    SharedOutage,
    NotWorse,
);

impl From<&InstancesEvidence> for pb::InstancesEvidence {
    fn from(evidence: &InstancesEvidence) -> Self {
        let InstancesEvidence {
            finding,
            canary,
            stable,
            p,
        } = *evidence;
        Self {
            finding: pb::InstancesFinding::from(finding).into(),
            canary: Some(canary.into()),
            stable: stable.map(pb::Instances::from),
            p,
        }
    }
}

impl TryFrom<pb::InstancesEvidence> for InstancesEvidence {
    type Error = Invalid;

    fn try_from(stored: pb::InstancesEvidence) -> Result<Self, Invalid> {
        Ok(Self {
            finding: stored.finding().try_into()?,
            canary: must(stored.canary, "the canary's instances")?,
            stable: may(stored.stable)?,
            p: stored.p,
        })
    }
}

impl From<Instances> for pb::Instances {
    fn from(counts: Instances) -> Self {
        let Instances {
            instances,
            failed,
            silent,
            restarting,
        } = counts;
        Self {
            instances,
            failed,
            silent,
            restarting,
        }
    }
}

impl TryFrom<pb::Instances> for Instances {
    type Error = Invalid;

    fn try_from(stored: pb::Instances) -> Result<Self, Invalid> {
        Ok(Self {
            instances: stored.instances,
            failed: stored.failed,
            silent: stored.silent,
            restarting: stored.restarting,
        })
    }
}
