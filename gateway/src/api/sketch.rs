//! Sketches of latencies, as reports hold them.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use prost::Message as _;
use vortex_proto::rollout::v1::DdSketch;

/// Reads the protobuf of a DDSketch from base64. Fails with what is wrong with it.
pub(super) fn decode(base64: &str) -> Result<DdSketch, &'static str> {
    let bytes = BASE64_STANDARD.decode(base64);
    let bytes = bytes.map_err(|_| "is not valid base64")?;
    DdSketch::decode(&*bytes).map_err(|_| "is not a valid DDSketch protobuf message")
}
