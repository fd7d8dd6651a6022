//! Times, shares and the like.

use jiff::Timestamp;
use serde::Deserialize;

use super::v2;

/// As text, such as `2026-11-26T14:59:41.368780038Z`.
#[derive(Deserialize, Clone, Copy)]
#[serde(transparent)]
pub(super) struct Time(Timestamp);

#[derive(Deserialize, Clone, Copy)]
pub(super) struct Span {
    secs: u64,
    nanos: u32,
}

#[derive(Deserialize, Clone, Copy)]
pub(super) struct Moment {
    wall: Time,
    steady: Time,
}

impl From<Time> for prost_types::Timestamp {
    fn from(Time(at): Time) -> Self {
        Self {
            seconds: at.as_second(),
            nanos: at.subsec_nanosecond(),
        }
    }
}

impl From<Span> for prost_types::Duration {
    fn from(Span { secs, nanos }: Span) -> Self {
        Self {
            seconds: secs.cast_signed(),
            nanos: nanos.cast_signed(),
        }
    }
}

impl From<Moment> for v2::Moment {
    fn from(Moment { wall, steady }: Moment) -> Self {
        Self {
            wall: Some(wall.into()),
            steady: Some(steady.into()),
        }
    }
}
