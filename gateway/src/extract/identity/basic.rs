//! The user of Basic credentials (RFC 7617).

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use http::{HeaderMap, header};
use vortex_kit::error::Fault;

use super::checked;

const FIELD: &str = "Authorization";

/// Some clients leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The user's name; `None` without Basic credentials, and when the name is empty.
///
/// Fails with `INVALID_ARGUMENT` when the credentials are malformed: ignoring them could silently
/// move a reader to the other arm.
pub(super) fn user(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let Some(encoded) = credentials(value.as_bytes()) else {
        return Ok(None);
    };
    let decoded = BASE64.decode(encoded.trim_ascii());
    let decoded = decoded.map_err(|_| Fault::invalid(FIELD, "must be valid base64 after Basic"))?;
    let end = decoded.iter().position(|byte| *byte == b':');
    let name = checked(FIELD, &decoded[..end.unwrap_or(decoded.len())])?;
    Ok((!name.is_empty()).then(|| name.to_owned()))
}

/// The text after the scheme `Basic`, which may be in upper or lower case.
fn credentials(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.split_at_checked(b"Basic ".len())?;
    scheme.eq_ignore_ascii_case(b"Basic ").then_some(rest)
}
