//! Tokens of an identity provider, and its keys.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::json;
use vortex_oidc::{KeySet, Settings, Verifier};

use super::{is_short, text};
use crate::Parser;

/// The moment of all checks; tokens of the corpus are not expired then.
const NOW: i64 = 1_800_000_000;
/// Keys and a token that one of them signed, neither of anybody.
const KEYS: &[u8] = include_bytes!("../../corpus/jwks/p256");
const SIGNED: &str = include_str!("../../corpus/jwt/signed");

static KEY_SET: LazyLock<KeySet> = LazyLock::new(|| KeySet::parse(KEYS).expect("keys"));
static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let settings = json!({
        "issuer": "https://id.example.com",
        "audience": ["vortex"],
        "algorithms": ["RS256", "PS256", "ES256", "EdDSA"],
        "grants": [{"claim": "groups", "value": "payments", "role": "writer", "scopes": ["payments/**"]}],
    });
    let settings: Settings = serde_json::from_value(settings).expect("settings");
    Verifier::new(&settings).expect("a verifier")
});

pub(super) const JWT: Parser = Parser {
    name: "jwt",
    tokens: &[
        b".",
        b"..",
        b"=",
        b"eyJhbGciOiJub25lIn0",
        b"eyJhbGciOiJIUzI1NiJ9",
        b"e30",
        b"-",
        b"_",
    ],
    check: |input| {
        text(input, |token| {
            let now = Timestamp::from_second(NOW).expect("a time");
            match VERIFIER.verify(token, &KEY_SET, now) {
                Ok(_) => {
                    assert_eq!(token, SIGNED, "a token that nobody signed is taken");
                    true
                }
                Err(refusal) => {
                    is_short(&refusal);
                    false
                }
            }
        })
    },
};

pub(super) const JWKS: Parser = Parser {
    name: "jwks",
    tokens: &[
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b",",
        b":",
        b"\"kty\":\"RSA\"",
        b"\"kty\":\"EC\"",
        b"\"crv\":\"P-256\"",
        b"\"use\":\"sig\"",
        b"\"alg\":\"ES256\"",
        b"\"e\":\"AQAB\"",
        b"\"kty\":\"oct\"",
        b"null",
    ],
    check: |input| match KeySet::parse(input) {
        Ok(keys) => {
            let now = Timestamp::from_second(NOW).expect("a time");
            let _ = VERIFIER.verify(SIGNED, &keys, now);
            true
        }
        Err(error) => {
            is_short(&error);
            false
        }
    },
};
