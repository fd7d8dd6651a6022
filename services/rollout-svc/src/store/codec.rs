//! Encodes values for storage: JSON in an envelope that names the format.

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Error;

/// The format of this version.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    v: u32,
    value: T,
}

/// Reads no more than the format.
#[derive(Deserialize)]
struct Format {
    v: u32,
}

pub(super) fn encode<T: Serialize>(what: &'static str, value: &T) -> Result<Bytes, Error> {
    let envelope = Envelope { v: FORMAT, value };
    let encoded = serde_json::to_vec(&envelope);
    let encoded = encoded.map_err(|source| Error::Unencodable { what, source })?;
    Ok(encoded.into())
}

pub(super) fn decode<T: DeserializeOwned>(what: &str, stored: &[u8]) -> Result<T, Error> {
    let damaged = |source| Error::Damaged {
        what: what.to_owned(),
        source,
    };
    let failed = match serde_json::from_slice::<Envelope<T>>(stored) {
        Ok(Envelope { v: FORMAT, value }) => return Ok(value),
        Ok(Envelope { v, .. }) => return Err(newer(what, v)),
        Err(failed) => failed,
    };
    // a newer format need not look like ours
    match serde_json::from_slice::<Format>(stored) {
        Ok(Format { v }) if v > FORMAT => Err(newer(what, v)),
        _ => Err(damaged(failed)),
    }
}

fn newer(what: &str, version: u32) -> Error {
    Error::Newer {
        what: what.to_owned(),
        version,
    }
}
