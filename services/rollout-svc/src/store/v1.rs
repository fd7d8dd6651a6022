//! Reads version 1, which was JSON: `{"v":1,"value":…}`.
//!
//! Closed: the shapes have the names that were written, and are translated to messages of version
//! 2, however the domain changes. Nothing writes this version any more.

mod answered;
mod audit;
mod basics;
mod breaker;
mod judged;
mod measured;
mod observed;
mod spec;
mod standing;

pub(super) use answered::Answered;
pub(super) use audit::AuditEntry;
pub(super) use breaker::Breaker;
pub(super) use judged::ClosedSlice;
pub(super) use measured::Measured;
pub(super) use spec::Spec;
pub(super) use standing::Standing;

use serde::{
    Deserialize,
    de::{DeserializeOwned, Error as _},
};

use super::{Invalid, schema as v2};

#[derive(Deserialize)]
struct Envelope<T> {
    v: u32,
    value: T,
}

pub(super) fn read<T: DeserializeOwned>(stored: &[u8]) -> Result<T, Invalid> {
    let Envelope { v, value } = serde_json::from_slice::<Envelope<T>>(stored)?;
    if v != 1 {
        let why = format!("its version is {v}");
        return Err(Invalid::Json(serde_json::Error::custom(why)));
    }
    Ok(value)
}
