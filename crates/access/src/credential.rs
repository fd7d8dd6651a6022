//! The credential of a call, wherever it stands.

mod basic;
mod error;

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::ApiKey;

pub use error::{InvalidCredential, Place};

/// Bytes of a credential, in whatever header: a JWT may be large.
pub const MAX_CREDENTIAL: usize = 16 << 10;
/// How a credential is written among the subprotocols of a WebSocket.
const SUBPROTOCOL: &str = "bearer.";

/// What a call proves who it is with. Nothing is verified yet.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An API key, its checksum checked.
    Key(ApiKey),
    /// Three parts with dots between them, which an identity provider may have signed.
    Jwt(Token),
}

/// A JWT as it came. Cleared from memory when it is dropped.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

/// All places of a request in which a credential may stand; every value of each header.
#[derive(Clone, Copy, Debug, Default)]
pub struct Presented<'a> {
    /// Values of `X-API-Key`.
    pub api_key: &'a [&'a [u8]],
    /// Values of `Authorization`, or of the gRPC metadata of that name.
    pub authorization: &'a [&'a [u8]],
    /// Values of `?token=`, decoded. Only for streams that browsers open: leave it empty elsewhere.
    pub token: &'a [&'a str],
    /// Values of `Sec-WebSocket-Protocol`.
    pub subprotocols: &'a [&'a [u8]],
}

/// The credential of a request; none when it brings none.
///
/// `X-API-Key` and Basic (as the password, under any user) take a key; `Authorization: Bearer`,
/// `?token=` and the subprotocol `bearer.<token>` a key or a JWT. The same credential may stand in
/// several places, since clients and proxies add to what others set; two different ones are an
/// error, as it would be a matter of luck which of them counts.
///
/// # Errors
/// Something is there that is not a credential, or there are two.
pub fn credential(presented: Presented<'_>) -> Result<Option<Credential>, InvalidCredential> {
    let mut found: Option<(Place, Credential)> = None;
    let api_key = presented
        .api_key
        .iter()
        .map(|value| (Place::ApiKey, api_key(value)));
    let authorization = presented.authorization.iter();
    let authorization = authorization.map(|value| (Place::Authorization, authorized(value)));
    let token = presented.token.iter();
    let token = token.map(|value| (Place::Query, parse(Place::Query, value)));
    let subprotocols = presented
        .subprotocols
        .iter()
        .flat_map(|value| subprotocols(value));
    for (place, credential) in api_key
        .chain(authorization)
        .chain(token)
        .chain(subprotocols)
    {
        let credential = credential?;
        match &found {
            Some((first, other)) if !other.is_same(&credential) => {
                return Err(InvalidCredential::Conflict(*first, place));
            }
            Some(_) => {}
            None => found = Some((place, credential)),
        }
    }
    Ok(found.map(|(_, credential)| credential))
}

fn api_key(value: &[u8]) -> Result<Credential, InvalidCredential> {
    key(Place::ApiKey, text(Place::ApiKey, value)?)
}

fn authorized(value: &[u8]) -> Result<Credential, InvalidCredential> {
    let place = Place::Authorization;
    let value = text(place, value)?;
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    let rest = rest.trim_matches(' ');
    if scheme.eq_ignore_ascii_case("bearer") {
        parse(place, rest)
    } else if scheme.eq_ignore_ascii_case("basic") {
        key(Place::Basic, &basic::password(rest)?)
    } else {
        Err(InvalidCredential::Scheme)
    }
}

/// The credentials of a value of `Sec-WebSocket-Protocol`; other subprotocols are passed over.
fn subprotocols(
    value: &[u8],
) -> impl Iterator<Item = (Place, Result<Credential, InvalidCredential>)> {
    let place = Place::Subprotocol;
    let protocols = value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let bearers = protocols.filter_map(|protocol| protocol.strip_prefix(SUBPROTOCOL.as_bytes()));
    bearers.map(move |given| {
        (
            place,
            text(place, given).and_then(|given| parse(place, given)),
        )
    })
}

/// The text of a header's value.
fn text(place: Place, value: &[u8]) -> Result<&str, InvalidCredential> {
    if value.len() > MAX_CREDENTIAL {
        return Err(InvalidCredential::TooLong(place));
    }
    let value = str::from_utf8(value).ok().filter(|text| text.is_ascii());
    Ok(value.ok_or(InvalidCredential::NotText(place))?.trim_ascii())
}

/// A key or a JWT.
fn parse(place: Place, given: &str) -> Result<Credential, InvalidCredential> {
    match given.len() {
        0 => Err(InvalidCredential::Empty(place)),
        bytes if bytes > MAX_CREDENTIAL => Err(InvalidCredential::TooLong(place)),
        _ if is_jwt(given) => Ok(Credential::Jwt(Token(Zeroizing::new(given.to_owned())))),
        _ => key(place, given),
    }
}

fn key(place: Place, given: &str) -> Result<Credential, InvalidCredential> {
    match given {
        "" => Err(InvalidCredential::Empty(place)),
        _ => given
            .parse()
            .map(Credential::Key)
            .map_err(|error| InvalidCredential::Key(place, error)),
    }
}

/// Whether it has a JWT's shape: three parts of base 64 for URLs. A part may be empty here; the
/// verifier says what is wrong with it.
fn is_jwt(given: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    given.bytes().all(is_allowed) && given.bytes().filter(|byte| *byte == b'.').count() == 2
}

impl Credential {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Key(this), Self::Key(other)) => this.hash() == other.hash(),
            (Self::Jwt(this), Self::Jwt(other)) => this
                .expose()
                .as_bytes()
                .ct_eq(other.expose().as_bytes())
                .into(),
            (Self::Key(_), Self::Jwt(_)) | (Self::Jwt(_), Self::Key(_)) => false,
        }
    }
}

impl Token {
    /// The token itself, for its verifier or the next service.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({} bytes)", self.0.len())
    }
}
