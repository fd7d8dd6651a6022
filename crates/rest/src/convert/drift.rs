//! Drift: fleets, their instances and their alerts.

mod alerts;
mod instances;

use vortex_proto::{drift::v1 as proto, heartbeat::v1::Fleet as FleetName};

use super::{To, mirror};
use crate::{DriftState, ExpectedVersion, Fleet, FleetDrift, Fleets, RunningVersion, StateCounts};

mirror! {
    enum DriftState <=> proto::DriftState {
        Stale,
        Failed,
        UnknownVersion,
        Ahead,
        InSync,
        Canary,
        Pending,
        Drifted,
    }
    struct Fleets <= proto::ListDriftResponse { fleets, next_page_token }
    struct ExpectedVersion <= proto::ExpectedVersion {
        version,
        arms = assignments,
        share = percentage,
    }
    struct RunningVersion <= proto::VersionCount { state(), version, instances }
}

/// Application, profiles and label of a fleet, as answers have them.
fn named(fleet: Option<FleetName>) -> (String, String, String) {
    let fleet = fleet.unwrap_or_default();
    (fleet.app, fleet.profiles.join(","), fleet.label)
}

/// Not mirrored, since a fleet's name is in one message, and its counts are in a list.
impl From<proto::FleetDrift> for Fleet {
    fn from(drift: proto::FleetDrift) -> Self {
        let (app, profile, label) = named(drift.fleet);
        Self {
            app,
            profile,
            label,
            total: drift.total,
            states: drift.states.to(),
            drift_ratio: drift.drift_ratio,
            alerting: !drift.alert.is_empty(),
            alert: drift.alert,
            silenced_until: drift.silenced_until.to(),
            expiry_suspended: drift.expiry_suspended,
        }
    }
}

impl To<Fleet> for proto::FleetDrift {
    fn to(self) -> Fleet {
        self.into()
    }
}

/// Not mirrored, since two calls answer it.
impl From<(proto::GetDriftResponse, proto::ListInstancesResponse)> for FleetDrift {
    fn from((drift, listed): (proto::GetDriftResponse, proto::ListInstancesResponse)) -> Self {
        let mut drift = drift.drift.unwrap_or_default();
        let expected = std::mem::take(&mut drift.expected).to();
        let versions = std::mem::take(&mut drift.versions).to();
        let fleet = Fleet::from(drift);
        Self {
            app: fleet.app,
            profile: fleet.profile,
            label: fleet.label,
            total: fleet.total,
            states: fleet.states,
            drift_ratio: fleet.drift_ratio,
            alerting: fleet.alerting,
            alert: fleet.alert,
            silenced_until: fleet.silenced_until,
            expiry_suspended: fleet.expiry_suspended,
            expected,
            versions,
            drifted: listed.instances.to(),
            next_page_token: listed.next_page_token,
        }
    }
}

/// States that this program does not know are counted in the total alone.
impl To<StateCounts> for Vec<proto::StateCount> {
    fn to(self) -> StateCounts {
        let mut counts = StateCounts::default();
        for count in self {
            let of = match count.state() {
                proto::DriftState::InSync => &mut counts.in_sync,
                proto::DriftState::Canary => &mut counts.canary,
                proto::DriftState::Pending => &mut counts.pending,
                proto::DriftState::Drifted => &mut counts.drifted,
                proto::DriftState::Failed => &mut counts.failed,
                proto::DriftState::UnknownVersion => &mut counts.unknown_version,
                proto::DriftState::Ahead => &mut counts.ahead,
                proto::DriftState::Stale => &mut counts.stale,
                proto::DriftState::Unspecified => continue,
            };
            *of += count.instances;
        }
        counts
    }
}
