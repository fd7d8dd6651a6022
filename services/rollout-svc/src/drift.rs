//! drift-svc's side of a rollout: the instances that it concerns, and how they fare.

use std::{collections::BTreeMap, time::Duration};

use vortex_kit::{
    channel::Channel,
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::{
    config::v1::Arm,
    drift::v1::{self as pb, drift_service_client::DriftServiceClient},
};
use vortex_service::Limited;

use crate::domain::{
    Known, MOST_WANTED, RolloutId, Spec,
    analysis::{Application, Arms, Instances},
};

/// The time limit for a call: nothing waits for drift-svc for longer.
const PATIENCE: Duration = Duration::from_millis(500);

/// The number of applications and profiles that instances are looked for by. Where there are more,
/// all instances of the label count.
const MAX_OWNERS: usize = 1_000;

/// A client of drift-svc. Clones are cheap.
#[derive(Clone, Debug)]
pub(crate) struct Drift {
    client: DriftServiceClient<Channel>,
}

impl Drift {
    /// A client of the drift-svc behind `channel`.
    pub(crate) fn new(channel: Channel) -> Self {
        Self {
            client: DriftServiceClient::limited(channel),
        }
    }

    /// The instances of each application by arm, as far as they are counted for this generation of
    /// the rollout's split. An application of which there are none is left out.
    ///
    /// # Errors
    /// Fails if drift-svc does not answer soon.
    pub(crate) async fn arms(
        &self,
        id: &RolloutId,
        generation: u64,
    ) -> Result<BTreeMap<Application, Arms>, Fault> {
        let request = pb::CountArmsRequest {
            split: id.to_string(),
        };
        let context = Context::root().within(PATIENCE);
        let counted = context
            .scope(self.client.clone().count_arms(request))
            .await
            .map_err(|status| Fault::from_status(&status));
        match counted {
            Ok(counted) => Ok(by_application(counted.into_inner().arms, generation)),
            Err(fault) if fault.reason() == Reason::SplitNotFound => Ok(BTreeMap::new()),
            Err(fault) => Err(fault),
        }
    }

    /// The lowest buckets of the instances that a rollout concerns.
    pub(crate) async fn lowest(&self, spec: &Spec) -> Known {
        let request = pb::LowestBucketsRequest {
            split: spec.id.to_string(),
            label: spec.label.clone(),
            owners: owners(spec),
            count: spec.wanted().clamp(1, MOST_WANTED),
        };
        let context = Context::root().within(PATIENCE);
        let lowest = context
            .scope(self.client.clone().lowest_buckets(request))
            .await;
        match lowest {
            Ok(lowest) => {
                let lowest = lowest.into_inner();
                let mut buckets: Vec<u16> = lowest
                    .buckets
                    .into_iter()
                    .filter_map(|bucket| u16::try_from(bucket).ok())
                    .collect();
                buckets.sort_unstable();
                Known::Lowest {
                    buckets,
                    instances: lowest.instances,
                    complete: lowest.complete,
                }
            }
            Err(status) => Known::Unanswered(Fault::from_status(&status).message().to_owned()),
        }
    }
}

fn owners(spec: &Spec) -> Vec<pb::DocumentOwner> {
    let mut owners = spec.owners();
    if owners.len() > MAX_OWNERS {
        owners = [(String::new(), String::new())].into();
    }
    let owners = owners.into_iter();
    owners
        .map(|(app, profile)| pb::DocumentOwner { app, profile })
        .collect()
}

fn by_application(arms: Vec<pb::ArmCount>, generation: u64) -> BTreeMap<Application, Arms> {
    let mut all: BTreeMap<Application, Arms> = BTreeMap::new();
    for count in arms {
        let arm = count.arm();
        let instances = Instances {
            instances: count.instances,
            failed: count.failed,
            silent: count.silent,
            restarting: count.restarting,
        };
        let app = count.fleet.map(|fleet| fleet.app).unwrap_or_default();
        // no rollout judges what has no name
        if count.generation != generation || app.is_empty() {
            continue;
        }
        let arms = all.entry(Application::new(app)).or_default();
        match arm {
            Arm::Stable => arms.stable.add(instances),
            Arm::Canary => arms.canary.add(instances),
            Arm::Unspecified => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use vortex_proto::heartbeat::v1::Fleet;

    use super::*;

    fn count(app: &str, arm: Arm, generation: u64, instances: u64) -> pb::ArmCount {
        pb::ArmCount {
            fleet: Some(Fleet {
                app: app.to_owned(),
                ..Fleet::default()
            }),
            arm: arm.into(),
            generation,
            instances,
            ..pb::ArmCount::default()
        }
    }

    #[test]
    fn fleets_of_an_application_are_counted_together_if_they_are_of_the_share_in_force() {
        let arms = by_application(
            vec![
                count("orders", Arm::Canary, 2, 3),
                count("orders", Arm::Canary, 2, 4),
                count("orders", Arm::Canary, 1, 50),
                count("orders", Arm::Stable, 2, 90),
                count("stock", Arm::Stable, 2, 9),
                count("", Arm::Stable, 2, 9),
            ],
            2,
        );
        assert_eq!(arms.len(), 2);
        let orders = arms[&Application::new("orders")];
        assert_eq!((orders.canary.instances, orders.stable.instances), (7, 90));
    }
}
