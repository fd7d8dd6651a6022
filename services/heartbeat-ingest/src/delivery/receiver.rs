//! Who is told of windows.

use jiff::Timestamp;
use prost::Message;
use vortex_proto::{drift::v1 as drift, rollout::v1 as rollout, time};

use crate::{
    domain::{FleetId, Offer},
    intake::{Intake, Named},
};

/// Somebody who is told of windows.
pub(crate) trait Receiver: Send + Sync + 'static {
    /// Its name.
    const NAME: &'static str;
    /// The call by which it is told.
    const PATH: &'static str;
    /// What it answers.
    type Response: Message + Default + Send + 'static;

    /// Takes its answer. Says whether it had taken the part before.
    fn answered(&self, response: Self::Response) -> bool;
}

/// Is told of instances, and says which of them are to be asked to fetch.
pub(crate) struct Drift {
    /// Who asks them.
    pub intake: Intake,
}

/// Is told of figures.
pub(crate) struct Rollout;

impl Receiver for Drift {
    const NAME: &'static str = "drift-svc";
    const PATH: &'static str = "/vortex.drift.v1.DriftService/ReportInstances";
    type Response = drift::ReportInstancesResponse;

    fn answered(&self, response: Self::Response) -> bool {
        if !response.offers.is_empty() {
            let offers = response.offers.into_iter();
            self.intake
                .keep(offers.filter_map(|offer| self.offer(offer)));
        }
        response.repeated
    }
}

impl Drift {
    /// An offer for an instance of a fleet that is heard of here.
    fn offer(&self, given: drift::FetchOffer) -> Option<Offer> {
        Some(Offer {
            fleet: self.fleet(&given)?,
            until: until(&given)?,
            instance: given.instance_id.into(),
            version: given.version.into(),
        })
    }

    fn fleet(&self, given: &drift::FetchOffer) -> Option<FleetId> {
        let fleet = given.fleet.as_ref()?;
        let entry = self.intake.fleets().find(Named {
            app: &fleet.app,
            profiles: &fleet.profiles,
            label: &fleet.label,
        })?;
        Some(entry.id())
    }
}

fn until(given: &drift::FetchOffer) -> Option<Timestamp> {
    time::from_timestamp(given.until?)
}

impl Receiver for Rollout {
    const NAME: &'static str = "rollout-svc";
    const PATH: &'static str = "/vortex.rollout.v1.RolloutService/ReportWindow";
    type Response = rollout::ReportWindowResponse;

    fn answered(&self, response: Self::Response) -> bool {
        response.repeated
    }
}
