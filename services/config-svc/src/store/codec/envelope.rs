//! The byte before a stored message that says which version of the schema it is of.

use bytes::Bytes;
use prost::Message;

/// The version that is written.
pub(in crate::store) const VERSION: u8 = 2;

/// The last version there can be: a message without the byte begins with 8 or more.
const LAST_VERSION: u8 = 7;

/// Why a stored value is not one that this program wrote.
// as public as the generated messages, whose conversions fail with it
#[allow(unreachable_pub)]
#[derive(Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It can't be what any version up to this one wrote.
    Damaged,
    /// It is of a version after this one.
    Newer(u8),
}

/// A message as it is stored.
pub(in crate::store) fn seal(message: &impl Message) -> Bytes {
    let mut value = Vec::with_capacity(1 + message.encoded_len());
    value.push(VERSION);
    value.extend_from_slice(&message.encode_to_vec());
    value.into()
}

/// The message in a stored value, whatever version wrote it.
pub(in crate::store) fn open<T: Message + Default>(value: &[u8]) -> Result<T, Unreadable> {
    let message = match value {
        [VERSION, message @ ..] => message,
        [newer, ..] if (VERSION..=LAST_VERSION).contains(newer) => {
            return Err(Unreadable::Newer(*newer));
        }
        // the first version had no byte, and its messages are those of the second
        first => first,
    };
    T::decode(message).map_err(|_| Unreadable::Damaged)
}
