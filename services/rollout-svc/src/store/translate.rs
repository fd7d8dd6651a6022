//! Translates between stored messages and the domain, both ways.
//!
//! Every struct is taken apart with all of its fields, so that a new field can't be forgotten.

mod answered;
mod audit;
mod breaker;
mod errors;
mod gates;
mod instances;
mod judged;
mod latency;
mod measured;
mod observed;
mod spec;
mod standing;

use std::time::Duration;

use jiff::Timestamp;
use vortex_bucket::Share;

use super::{Invalid, schema as pb};
use crate::domain::{Moment, RolloutId, analysis::Application};

/// Maps an enum of the domain to one of the schema, with cases of the same names.
macro_rules! same_cases {
    ($domain:ty, $stored:ty, $name:literal, $($case:ident),+ $(,)?) => {
        impl From<$domain> for $stored {
            fn from(value: $domain) -> Self {
                match value {
                    $(<$domain>::$case => Self::$case,)+
                }
            }
        }

        impl TryFrom<$stored> for $domain {
            type Error = Invalid;

            fn try_from(stored: $stored) -> Result<Self, Invalid> {
                match stored {
                    $(<$stored>::$case => Ok(Self::$case),)+
                    <$stored>::Unspecified => Err(Invalid::NotAllowed($name)),
                }
            }
        }
    };
}
use same_cases;

/// A message that is always written.
fn must<M, D: TryFrom<M, Error = Invalid>>(
    stored: Option<M>,
    name: &'static str,
) -> Result<D, Invalid> {
    stored.ok_or(Invalid::Missing(name))?.try_into()
}

/// A message that may be absent.
fn may<M, D: TryFrom<M, Error = Invalid>>(stored: Option<M>) -> Result<Option<D>, Invalid> {
    stored.map(D::try_from).transpose()
}

fn all<M, D: TryFrom<M, Error = Invalid>>(stored: Vec<M>) -> Result<Vec<D>, Invalid> {
    stored.into_iter().map(D::try_from).collect()
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

/// A span as a message. The clamp is never reached: our spans are far below it.
fn from_span(span: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        nanos: span.subsec_nanos().cast_signed(),
    }
}

fn span(stored: Option<prost_types::Duration>, name: &'static str) -> Result<Duration, Invalid> {
    let stored = stored.ok_or(Invalid::Missing(name))?;
    Duration::try_from(stored).map_err(|_| Invalid::NotAllowed(name))
}

fn from_share(share: Share) -> u32 {
    share.hundredths().into()
}

fn share(stored: u32) -> Result<Share, Invalid> {
    let hundredths = u16::try_from(stored).ok();
    let share = hundredths.and_then(|hundredths| Share::from_hundredths(hundredths).ok());
    share.ok_or(Invalid::NotAllowed("a share"))
}

fn id(stored: &str) -> Result<RolloutId, Invalid> {
    stored
        .parse()
        .map_err(|_| Invalid::NotAllowed("a rollout's id"))
}

impl From<Moment> for pb::Moment {
    fn from(Moment { wall, steady }: Moment) -> Self {
        Self {
            wall: Some(from_time(wall)),
            steady: Some(from_time(steady)),
        }
    }
}

impl TryFrom<pb::Moment> for Moment {
    type Error = Invalid;

    fn try_from(stored: pb::Moment) -> Result<Self, Invalid> {
        Ok(Self {
            wall: time(stored.wall, "a time")?,
            steady: time(stored.steady, "a time")?,
        })
    }
}

/// Applications by their names, which were checked when they came in.
fn applications(stored: Vec<String>) -> Vec<Application> {
    stored.into_iter().map(Application::new).collect()
}
