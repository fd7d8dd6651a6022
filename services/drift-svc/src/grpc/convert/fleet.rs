//! Converts fleets to replies.

use vortex_proto::{drift::v1 as pb, heartbeat::v1 as heartbeat, time::timestamp};

use super::{assignment, state};
use crate::{
    domain::{Book, Cause, FleetName, Standing, State, Wanted},
    registry::Time,
};

/// The name of a fleet.
pub(in crate::grpc) fn fleet(name: &FleetName) -> heartbeat::Fleet {
    heartbeat::Fleet {
        app: name.app().to_owned(),
        profiles: name.profiles().map(str::to_owned).collect(),
        label: name.label().to_owned(),
    }
}

/// How a fleet stands.
pub(in crate::grpc) fn drift(
    name: &FleetName,
    standing: &Standing,
    book: &Book,
    time: &Time,
) -> pb::FleetDrift {
    let states = State::ALL.into_iter().zip(standing.states);
    let states = states.filter(|(_, instances)| *instances > 0);
    let firing = Cause::ALL
        .into_iter()
        .filter_map(|cause| book.firing(name, cause));
    let silence = book.silence(name, time.wall());
    pb::FleetDrift {
        fleet: Some(fleet(name)),
        total: standing.total.into(),
        states: states.map(state_count).collect(),
        drift_ratio: standing.ratio(),
        expected: standing.expected.iter().map(expected).collect(),
        versions: standing.versions.iter().map(version_count).collect(),
        alert: firing
            .map(|alert| alert.id.to_string())
            .next()
            .unwrap_or_default(),
        silenced_until: silence.map(|silence| timestamp(silence.until)),
        expiry_suspended: standing.is_protected,
    }
}

fn state_count((of, instances): (State, u32)) -> pb::StateCount {
    pb::StateCount {
        state: state(of).into(),
        instances: instances.into(),
    }
}

fn version_count((version, of, instances): &(String, State, u32)) -> pb::VersionCount {
    pb::VersionCount {
        version: version.clone(),
        state: state(*of).into(),
        instances: (*instances).into(),
    }
}

fn expected(wanted: &Wanted) -> pb::ExpectedVersion {
    let arms = wanted.arms.iter();
    pb::ExpectedVersion {
        version: wanted.version.clone(),
        assignments: arms
            .map(|(split, arm)| assignment(split, *arm, false))
            .collect(),
        percentage: wanted.percentage,
    }
}
