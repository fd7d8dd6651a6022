//! `Authorization: Basic`, of which the password counts.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use zeroize::Zeroizing;

use super::InvalidCredential;

/// Padding is left out by some clients.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The password; the user may be anything, as Spring clients have to name one.
pub(super) fn password(given: &str) -> Result<Zeroizing<String>, InvalidCredential> {
    let decoded = BASE64.decode(given).map_err(|_| InvalidCredential::Basic)?;
    let decoded = Zeroizing::new(decoded);
    let text = str::from_utf8(&decoded).map_err(|_| InvalidCredential::Basic)?;
    let (_user, password) = text.split_once(':').ok_or(InvalidCredential::Basic)?;
    Ok(Zeroizing::new(password.to_owned()))
}
