//! Reads and writes stored values: a byte for the version, and a message of that version (ADR 26).

use bytes::Bytes;
use prost::Message;

use super::{Error, Invalid};

/// The version that is written.
const VERSION: u8 = 1;
/// The last version that fits in the byte: no protobuf message begins with a byte up to this.
const LAST: u8 = 7;

/// A domain value that is stored under a key of its own.
pub(super) trait Stored: TryFrom<Self::Message, Error = Invalid> {
    /// Its message in the current version.
    type Message: Message + Default + for<'a> From<&'a Self>;
}

pub(super) fn encode<D: Stored>(value: &D) -> Bytes {
    let message = D::Message::from(value);
    let mut stored = Vec::with_capacity(1 + message.encoded_len());
    stored.push(VERSION);
    message.encode_raw(&mut stored);
    stored.into()
}

pub(super) fn decode<D: Stored>(what: &str, stored: &[u8]) -> Result<D, Error> {
    let read = match stored {
        [VERSION, message @ ..] => D::Message::decode(message).map_err(Invalid::Message),
        [version, ..] if (VERSION..=LAST).contains(version) => {
            return Err(Error::Newer {
                what: what.to_owned(),
                version: *version,
            });
        }
        _ => Err(Invalid::NoVersion),
    };
    read.and_then(D::try_from).map_err(|source| Error::Damaged {
        what: what.to_owned(),
        source,
    })
}
