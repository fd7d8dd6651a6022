//! All ways not to be known.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::json;
use vortex_access::ApiKey;
use vortex_tests::Mesh;

use super::holders::bearer;
use crate::key;

/// What is said of every credential that could be one.
pub(super) const NOT_VALID: &str = "the credentials are not valid";

/// Headers that let nobody in.
#[derive(Clone, Debug)]
pub(super) struct Bad {
    pub(super) name: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    /// What the answer says.
    pub(super) says: &'static str,
}

impl Bad {
    fn of(name: &'static str, key: &str, says: &'static str) -> Self {
        let headers = bearer(key);
        Self {
            name,
            headers,
            says,
        }
    }

    /// The keys that it is made of.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let values = self.headers.iter().map(|(_, value)| value.as_str());
        let keys = values.map(|value| value.trim_start_matches("Bearer "));
        keys.filter(|key| key.parse::<ApiKey>().is_ok())
    }

    fn is_none(&self) -> bool {
        self.headers.is_empty()
    }

    /// Whether a refusal says what it should, and nothing of which way the credential is bad.
    pub(super) fn is_told(&self, text: &str) -> bool {
        text.contains(self.says) && (self.is_none() || text.contains(NOT_VALID) == self.is_valid())
    }

    /// Whether it has the form of a credential.
    fn is_valid(&self) -> bool {
        self.says == NOT_VALID
    }
}

/// One of each kind, made by whoever holds the admin's key of `mesh`; `other` is another cluster's.
pub(super) async fn bad(mesh: &Mesh, other: &Mesh) -> Vec<Bad> {
    let admin = mesh.key.clone().unwrap();
    let (known, wrong) = (made(1, 1), made(1, 2));
    register(mesh, &known).await;
    let (revoked, id) = key(mesh, "revoked", "admin", "**").await;
    let path = format!("/api/keys/{id}/revoke");
    let answer = mesh.post(&path, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let header = |name: &'static str, value: &str| vec![(name, value.to_owned())];
    vec![
        Bad {
            name: "none",
            headers: Vec::new(),
            says: "credentials",
        },
        Bad::of("unknown", made(9, 9).expose(), NOT_VALID),
        Bad::of("another secret", wrong.expose(), NOT_VALID),
        Bad::of("expired", &expired(mesh).await, NOT_VALID),
        Bad::of("revoked", &revoked, NOT_VALID),
        Bad::of("of another cluster", other.key.as_ref().unwrap(), NOT_VALID),
        Bad::of("a token that nobody here signed", &signed(), NOT_VALID),
        Bad::of("a token without a signature", &unsigned(), NOT_VALID),
        Bad {
            name: "unknown in X-API-Key",
            headers: header("x-api-key", made(9, 9).expose()),
            says: NOT_VALID,
        },
        Bad {
            name: "unknown as a password",
            headers: basic(made(9, 9).expose()),
            says: NOT_VALID,
        },
        Bad::of("mistyped", &mistyped(&admin), "mistyped"),
        Bad {
            name: "a password",
            headers: basic("password"),
            says: "not an API key",
        },
        Bad {
            name: "no key",
            headers: header("x-api-key", "let me in"),
            says: "not an API key",
        },
        Bad {
            name: "another scheme",
            headers: header("authorization", "Digest username=\"admin\""),
            says: "scheme",
        },
        Bad {
            name: "two that differ",
            headers: [header("x-api-key", known.expose()), bearer(&admin)].concat(),
            says: "different credentials",
        },
    ]
}

/// A key with a right checksum.
fn made(id: u8, secret: u8) -> ApiKey {
    ApiKey::from_random([id; 10], [secret; 32])
}

/// Has a key known that was made here.
async fn register(mesh: &Mesh, key: &ApiKey) {
    let sha256: String = key
        .hash()
        .as_bytes()
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let grants = json!([{"role": "admin", "scopes": ["**"]}]);
    let asked =
        json!({"name": "known", "id": key.id().as_str(), "sha256": sha256, "grants": grants});
    let answer = mesh.post("/api/keys", &asked).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// A key that was valid until a moment ago.
async fn expired(mesh: &Mesh) -> String {
    let grants = json!([{"role": "admin", "scopes": ["**"]}]);
    let asked = json!({"name": "expired", "expires": "1s", "grants": grants});
    let answer = mesh.post("/api/keys", &asked).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let made = answer.json();
    let path = format!("/api/keys/{}", made["description"]["id"].as_str().unwrap());
    let is_over =
        |answer: &vortex_tests::Answer| answer.json()["description"]["state"] == "expired";
    mesh.get_until(&path, is_over).await;
    made["key"].as_str().unwrap().to_owned()
}

/// Basic credentials with this password.
fn basic(password: &str) -> Vec<(&'static str, String)> {
    let encoded = BASE64_STANDARD.encode(format!("user:{password}"));
    vec![("authorization", format!("Basic {encoded}"))]
}

/// A key with another last character.
fn mistyped(key: &str) -> String {
    let last = if key.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &key[..key.len() - 1])
}

/// A JWT (RS256) of an issuer that nobody here has heard of, who calls its bearer an admin.
fn signed() -> String {
    let signature = "c2lnbmVkLWJ5LW5vYm9keS1oZXJl".repeat(10);
    format!("eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.{CLAIMS}.{signature}")
}

/// The same with the algorithm `none`.
fn unsigned() -> String {
    format!("eyJhbGciOiJub25lIn0.{CLAIMS}.")
}

/// `{"iss":"https://elsewhere.example","sub":"admin","roles":["admin"],"exp":9999999999}`
const CLAIMS: &str = "eyJpc3MiOiJodHRwczovL2Vsc2V3aGVyZS5leGFtcGxlIiwic3ViIjoiYWRtaW4iLCJyb2xlcyI6WyJhZG1pbiJdLCJleHAiOjk5OTk5OTk5OTl9";
