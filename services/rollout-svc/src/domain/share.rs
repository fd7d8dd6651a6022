//! How shares are stored: in hundredths of a percent.

use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
use vortex_bucket::Share;

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
pub(super) fn serialize<S: Serializer>(share: &Share, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(share.hundredths())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Share, D::Error> {
    Share::from_hundredths(u16::deserialize(from)?).map_err(D::Error::custom)
}
