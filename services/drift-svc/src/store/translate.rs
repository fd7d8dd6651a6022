//! Translates between stored messages and the domain, both ways.
//!
//! Every struct is taken apart with all of its fields, so that a new field can't be forgotten.

use jiff::Timestamp;

use super::{Invalid, codec::Stored, schema as pb};
use crate::domain::{Acknowledged, Alert, AlertState, Cause, FleetName, Silence};

impl Stored for Alert {
    type Message = pb::Alert;
}

impl Stored for Silence {
    type Message = pb::Silence;
}

fn from_time(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    }
}

fn time(stored: Option<prost_types::Timestamp>, name: &'static str) -> Result<Timestamp, Invalid> {
    let stored = stored.ok_or(Invalid::Missing(name))?;
    Timestamp::new(stored.seconds, stored.nanos).map_err(|_| Invalid::NotAllowed(name))
}

impl From<&FleetName> for pb::Fleet {
    fn from(fleet: &FleetName) -> Self {
        Self {
            app: fleet.app().to_owned(),
            profiles: fleet.profiles().map(str::to_owned).collect(),
            label: fleet.label().to_owned(),
        }
    }
}

fn fleet(stored: Option<pb::Fleet>) -> Result<FleetName, Invalid> {
    let pb::Fleet {
        app,
        profiles,
        label,
    } = stored.ok_or(Invalid::Missing("the fleet"))?;
    if profiles.is_empty() {
        return Err(Invalid::NotAllowed("the profiles"));
    }
    let profiles = profiles.iter().map(String::as_str);
    Ok(FleetName::new(&app, profiles, &label))
}

impl From<Cause> for pb::Cause {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Drift => Self::Drift,
            Cause::Silence => Self::Silence,
        }
    }
}

fn cause(stored: pb::Cause) -> Result<Cause, Invalid> {
    match stored {
        pb::Cause::Drift => Ok(Cause::Drift),
        pb::Cause::Silence => Ok(Cause::Silence),
        pb::Cause::Unspecified => Err(Invalid::NotAllowed("the cause")),
    }
}

impl From<&Alert> for pb::Alert {
    fn from(alert: &Alert) -> Self {
        let Alert {
            id,
            fleet,
            cause,
            state,
            expected,
            worst,
            instances,
            total,
            started_at,
            acknowledged,
        } = alert;
        let resolved_at = match state {
            AlertState::Firing => None,
            AlertState::Resolved(at) => Some(from_time(*at)),
        };
        Self {
            id: id.to_string(),
            fleet: Some(fleet.into()),
            cause: pb::Cause::from(*cause).into(),
            expected: expected.clone(),
            worst: *worst,
            instances: *instances,
            total: *total,
            started_at: Some(from_time(*started_at)),
            resolved_at,
            acknowledged: acknowledged.as_ref().map(pb::Acknowledged::from),
        }
    }
}

impl TryFrom<pb::Alert> for Alert {
    type Error = Invalid;

    fn try_from(stored: pb::Alert) -> Result<Self, Invalid> {
        let cause = cause(stored.cause())?;
        let resolved_at = stored.resolved_at.map(|at| time(Some(at), "its end"));
        Ok(Self {
            id: stored
                .id
                .parse()
                .map_err(|_| Invalid::NotAllowed("the id"))?,
            fleet: fleet(stored.fleet)?,
            cause,
            state: resolved_at
                .transpose()?
                .map_or(AlertState::Firing, AlertState::Resolved),
            expected: stored.expected,
            worst: stored.worst,
            instances: stored.instances,
            total: stored.total,
            started_at: time(stored.started_at, "its beginning")?,
            acknowledged: stored
                .acknowledged
                .map(Acknowledged::try_from)
                .transpose()?,
        })
    }
}

impl From<&Acknowledged> for pb::Acknowledged {
    fn from(Acknowledged { by, at, comment }: &Acknowledged) -> Self {
        Self {
            by: by.clone(),
            at: Some(from_time(*at)),
            comment: comment.clone(),
        }
    }
}

impl TryFrom<pb::Acknowledged> for Acknowledged {
    type Error = Invalid;

    fn try_from(stored: pb::Acknowledged) -> Result<Self, Invalid> {
        Ok(Self {
            by: stored.by,
            at: time(stored.at, "the acknowledgement's time")?,
            comment: stored.comment,
        })
    }
}

impl From<&Silence> for pb::Silence {
    fn from(silence: &Silence) -> Self {
        let Silence {
            fleet,
            until,
            author,
            reason,
        } = silence;
        Self {
            fleet: Some(fleet.into()),
            until: Some(from_time(*until)),
            author: author.clone(),
            reason: reason.clone(),
        }
    }
}

impl TryFrom<pb::Silence> for Silence {
    type Error = Invalid;

    fn try_from(stored: pb::Silence) -> Result<Self, Invalid> {
        Ok(Self {
            fleet: fleet(stored.fleet)?,
            until: time(stored.until, "its end")?,
            author: stored.author,
            reason: stored.reason,
        })
    }
}
