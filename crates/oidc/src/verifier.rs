//! Holds a token against its provider's keys and the cluster's settings.

use std::time::Duration;

use jiff::Timestamp;
use jsonwebtoken::{Header, TokenData, Validation, decode, decode_header, errors::ErrorKind};
use vortex_access::{Kind, MAX_CREDENTIAL, Principal};

use crate::{
    Algorithm, InvalidSettings, KeySet, Settings,
    claims::{self, Claims},
    provider,
    settings::Mapping,
};

/// How far a provider's clock may be off.
pub const LEEWAY: Duration = Duration::from_secs(60);

/// Verifies the tokens of one provider.
#[derive(Clone, Debug)]
pub struct Verifier {
    allowed: Vec<(Algorithm, Validation)>,
    name: String,
    mappings: Vec<Mapping>,
}

/// A token's principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Who it is, and what it may do.
    pub principal: Principal,
    /// Until when this holds, [`LEEWAY`] included: streams that it opened end then.
    pub until: Timestamp,
}

/// Why a token is refused. For counting and logs alone, as the reasons for which keys are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Longer than tokens may be.
    #[error("too_long")]
    TooLong,
    /// Not a signed token, or one of a kind that is not read.
    #[error("malformed")]
    Malformed,
    /// Signed by an algorithm that is not allowed.
    #[error("algorithm")]
    Algorithm,
    /// Signed by a key that the provider does not name, or does not name yet.
    #[error("unknown_key")]
    UnknownKey,
    /// Not signed by the key that it names.
    #[error("signature")]
    Signature,
    /// Of another provider.
    #[error("issuer")]
    Issuer,
    /// For somebody else.
    #[error("audience")]
    Audience,
    /// It was right once.
    #[error("expired")]
    Expired,
    /// It will be right.
    #[error("not_yet")]
    NotYet,
    /// A claim that is needed is absent, or is not what it should be.
    #[error("claims")]
    Claims,
}

impl Verifier {
    /// A verifier by these settings.
    ///
    /// # Errors
    /// They can't be meant.
    pub fn new(settings: &Settings) -> Result<Self, InvalidSettings> {
        settings.check()?;
        let mappings = settings.mappings()?;
        if !provider::install() {
            return Err(InvalidSettings::Provider);
        }
        let allowed = settings.algorithms.iter();
        Ok(Self {
            allowed: allowed
                .map(|one| (*one, validation(settings, *one)))
                .collect(),
            name: settings.name.clone(),
            mappings,
        })
    }

    /// Who a token stands for. A principal may be granted nothing: it is known all the same.
    ///
    /// # Errors
    /// The token is refused. [`Refusal::UnknownKey`] is worth an [`Event::UnknownKey`] to the
    /// cache of keys, since providers sign by a new key as soon as they name it.
    ///
    /// [`Event::UnknownKey`]: crate::Event::UnknownKey
    pub fn verify(&self, token: &str, keys: &KeySet, now: Timestamp) -> Result<Verified, Refusal> {
        if token.len() > MAX_CREDENTIAL {
            return Err(Refusal::TooLong);
        }
        let header = decode_header(token).map_err(|_| Refusal::Malformed)?;
        if !is_plain(&header) {
            return Err(Refusal::Malformed);
        }
        let (algorithm, validation) = self.allowed(&header).ok_or(Refusal::Algorithm)?;
        let key = keys.find(header.kid.as_deref(), algorithm);
        let key = key.ok_or(Refusal::UnknownKey)?;
        let token: TokenData<Claims> =
            decode(token, key, validation).map_err(|error| refusal(error.kind()))?;
        self.read(&token.claims, now)
    }

    fn allowed(&self, header: &Header) -> Option<(Algorithm, &Validation)> {
        let given = Algorithm::from_jwt(header.alg)?;
        let found = self
            .allowed
            .iter()
            .find(|(algorithm, _)| *algorithm == given);
        found.map(|(algorithm, validation)| (*algorithm, validation))
    }

    fn read(&self, claims: &Claims, now: Timestamp) -> Result<Verified, Refusal> {
        let until = in_time(claims, now)?;
        let name = claims::name(claims, &self.name)?;
        let grants = claims::grants(claims, &self.mappings)?;
        Ok(Verified {
            principal: Principal::new(Kind::Jwt, name, grants),
            until,
        })
    }
}

/// What `jsonwebtoken` is to check besides the signature.
fn validation(settings: &Settings, algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm.as_jwt());
    validation.set_issuer(&[&settings.issuer]);
    validation.set_audience(&settings.audience);
    validation.set_required_spec_claims(&["iss", "aud"]);
    // by the time that is given, see in_time
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

/// Whether nothing in a header asks for more than a signature over claims. Keys that it brings or
/// links to are never looked at.
fn is_plain(header: &Header) -> bool {
    let types = ["JWT", "at+jwt", "application/at+jwt"];
    let is_known = |given: &String| types.iter().any(|known| known.eq_ignore_ascii_case(given));
    header.crit.is_none()
        && header.enc.is_none()
        && header.zip.is_none()
        && header.typ.as_ref().is_none_or(is_known)
}

/// Until when a token holds, when it does.
fn in_time(claims: &Claims, now: Timestamp) -> Result<Timestamp, Refusal> {
    let now = now.as_second();
    let leeway = LEEWAY.as_secs().cast_signed();
    let end = claims::date(claims, "exp")?.ok_or(Refusal::Claims)?;
    let end = end.saturating_add(leeway);
    if end <= now {
        return Err(Refusal::Expired);
    }
    if claims::date(claims, "nbf")?.is_some_and(|begin| begin.saturating_sub(leeway) > now) {
        return Err(Refusal::NotYet);
    }
    Ok(Timestamp::from_second(end).unwrap_or(Timestamp::MAX))
}

fn refusal(error: &ErrorKind) -> Refusal {
    match error {
        ErrorKind::InvalidSignature => Refusal::Signature,
        ErrorKind::InvalidIssuer => Refusal::Issuer,
        ErrorKind::InvalidAudience => Refusal::Audience,
        ErrorKind::InvalidAlgorithm => Refusal::Algorithm,
        ErrorKind::MissingRequiredClaim(_) => Refusal::Claims,
        _ => Refusal::Malformed,
    }
}
