//! The public keys of a provider (JWKS, RFC 7517).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::Value;

use crate::Algorithm;

/// Bytes of a set.
pub const MAX_JWKS: usize = 256 << 10;
/// Keys of a set.
pub const MAX_KEYS: usize = 100;
/// Bytes of an RSA modulus, as ring takes them: 2,048 to 8,192 bits.
const RSA_MODULUS: std::ops::RangeInclusive<usize> = 256..=1_024;

/// Keys that tokens may be signed by. Those that can't sign one are left out.
#[derive(Clone, Debug)]
pub struct KeySet {
    keys: Vec<Key>,
}

#[derive(Clone, Debug)]
struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// Bytes that give no keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidJwks {
    /// Larger than sets are.
    #[error("the JWKS has {0} bytes, at most {MAX_JWKS} are allowed")]
    TooLarge(usize),
    /// Not JSON, or without keys in it.
    #[error("the JWKS is not valid: a JSON object with a list `keys` is expected")]
    Malformed,
    /// More than a provider has.
    #[error("the JWKS has {0} keys, at most {MAX_KEYS} are allowed")]
    TooMany(usize),
    /// Keys, but none for signatures that we know.
    #[error(
        "the JWKS has no key for signatures by RSA (2,048 bits or more), P-256, P-384 or Ed25519"
    )]
    NoUsableKey,
}

#[derive(Deserialize)]
struct Raw {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct RawKey {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl KeySet {
    /// Reads a set.
    ///
    /// # Errors
    /// There is nothing in it to verify a token by.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidJwks> {
        if bytes.len() > MAX_JWKS {
            return Err(InvalidJwks::TooLarge(bytes.len()));
        }
        let raw: Raw = serde_json::from_slice(bytes).map_err(|_| InvalidJwks::Malformed)?;
        if raw.keys.len() > MAX_KEYS {
            return Err(InvalidJwks::TooMany(raw.keys.len()));
        }
        // a provider adds keys of new kinds before it signs by them: they are passed over
        let keys = raw.keys.into_iter();
        let keys = keys.filter_map(|key| serde_json::from_value(key).ok().and_then(usable));
        let keys: Vec<Key> = keys.collect();
        match keys.is_empty() {
            true => Err(InvalidJwks::NoUsableKey),
            false => Ok(Self { keys }),
        }
    }

    /// The key of this id for this algorithm. A token without an id is verified only where there
    /// is no choice.
    pub(crate) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&DecodingKey> {
        let mut fitting = self
            .keys
            .iter()
            .filter(|key| key.algorithms.contains(&algorithm));
        match id {
            Some(id) => fitting
                .find(|key| key.id.as_deref() == Some(id))
                .map(|key| &key.key),
            None => fitting
                .next()
                .filter(|_| fitting.next().is_none())
                .map(|key| &key.key),
        }
    }
}

fn usable(raw: RawKey) -> Option<Key> {
    let verifies = |ops: &Vec<String>| ops.iter().any(|op| op == "verify");
    if raw.usage.as_deref().is_some_and(|usage| usage != "sig")
        || !raw.key_ops.as_ref().is_none_or(verifies)
    {
        return None;
    }
    let (key, mut algorithms) = material(&raw)?;
    if let Some(only) = &raw.alg {
        algorithms.retain(|algorithm| algorithm.as_str() == only);
    }
    (!algorithms.is_empty()).then_some(Key {
        id: raw.kid,
        algorithms,
        key,
    })
}

/// The key itself, and what it can verify.
fn material(raw: &RawKey) -> Option<(DecodingKey, Vec<Algorithm>)> {
    let curve = raw.crv.as_deref();
    match (&*raw.kty, curve) {
        ("RSA", _) => Some((rsa(raw)?, Algorithm::RSA.to_vec())),
        ("EC", Some("P-256")) => Some((point(raw, 32)?, vec![Algorithm::ES256])),
        ("EC", Some("P-384")) => Some((point(raw, 48)?, vec![Algorithm::ES384])),
        ("OKP", Some("Ed25519")) => {
            let x = decoded(raw.x.as_ref()?).filter(|x| x.len() == 32)?;
            Some((DecodingKey::from_ed_der(&x), vec![Algorithm::EdDSA]))
        }
        // `oct` above all: a shared secret among public keys
        _ => None,
    }
}

fn rsa(raw: &RawKey) -> Option<DecodingKey> {
    let n = decoded(raw.n.as_ref()?)?;
    let e = decoded(raw.e.as_ref()?)?;
    // some providers write the sign's zero byte, which ring refuses
    let n = &n[n.iter().take_while(|byte| **byte == 0).count()..];
    let e = &e[e.iter().take_while(|byte| **byte == 0).count()..];
    RSA_MODULUS
        .contains(&n.len())
        .then(|| DecodingKey::from_rsa_raw_components(n, e))
}

fn point(raw: &RawKey, bytes: usize) -> Option<DecodingKey> {
    let coordinate = |text: &Option<String>| {
        decoded(text.as_ref()?).filter(|coordinate| coordinate.len() == bytes)
    };
    let point = [&[4][..], &coordinate(&raw.x)?, &coordinate(&raw.y)?].concat();
    Some(DecodingKey::from_ec_der(&point))
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}
