//! Instances.

use vortex_proto::drift::v1 as proto;

use super::{To, mirror, named};
use crate::{DriftedInstance, Instance, Instances, Remediated};

mirror! {
    struct Instances <= proto::ListInstancesResponse { instances, next_page_token }
    struct Remediated <= proto::RemediateResponse { asked, asked_before, skipped }
}

/// Not mirrored, since its fleet's name is in one message.
impl From<proto::Instance> for Instance {
    fn from(instance: proto::Instance) -> Self {
        let (state, status) = (instance.state().into(), instance.status().into());
        let (app, profile, label) = named(instance.fleet);
        Self {
            app,
            profile,
            label,
            instance_id: instance.instance_id,
            state,
            since: instance.since.to(),
            version: instance.version,
            expected_version: instance.expected_version,
            assignments: instance.assignments.to(),
            status,
            refused: instance.refused.map(Into::into),
            last_seen: instance.last_seen.to(),
            boot_id: instance.boot_id,
            metadata: instance.metadata.to(),
            shared_id: instance.shared_id,
        }
    }
}

impl To<Instance> for proto::Instance {
    fn to(self) -> Instance {
        self.into()
    }
}

impl From<proto::GetInstanceResponse> for Instance {
    fn from(reply: proto::GetInstanceResponse) -> Self {
        reply.instance.unwrap_or_default().into()
    }
}

/// Not mirrored, since it is what of an instance matters here.
impl To<DriftedInstance> for proto::Instance {
    fn to(self) -> DriftedInstance {
        DriftedInstance {
            state: self.state().into(),
            instance_id: self.instance_id,
            version: self.version,
            expected_version: self.expected_version,
            since: self.since.to(),
            last_seen: self.last_seen.to(),
            error: self.refused.unwrap_or_default().error,
        }
    }
}
