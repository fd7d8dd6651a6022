//! Which tokens are taken, and what they are worth.

#![allow(clippy::unwrap_used)] // all of this is test code

mod corpus;
mod issuer;
mod keys;
mod mapping;

use std::sync::LazyLock;

use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};
use vortex_access::MAX_CREDENTIAL;
use vortex_oidc::{KeySet, Refusal, Settings, Verified, Verifier};

use issuer::{Issuer, base64};

const ALL: [&str; 9] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA",
];
const NOW: i64 = 1_800_000_000;

static ISSUER: LazyLock<Issuer> = LazyLock::new(Issuer::ours);
static KEYS: LazyLock<KeySet> = LazyLock::new(|| key_set(&ISSUER.jwks()));

fn key_set(jwks: &Value) -> KeySet {
    KeySet::parse(jwks.to_string().as_bytes()).unwrap()
}

fn settings() -> Value {
    json!({
        "issuer": "https://id.example.com",
        "audience": ["vortex", "vortex-staging"],
        "algorithms": ALL,
        "grants": [
            {"claim": "groups", "value": "payments", "role": "writer", "scopes": ["payments/**"]},
        ],
    })
}

fn verifier_by(settings: &Value) -> Verifier {
    let settings: Settings = serde_json::from_value(settings.clone()).unwrap();
    Verifier::new(&settings).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": "https://id.example.com",
        "aud": "vortex",
        "sub": "alice",
        "exp": NOW + 300,
        "groups": ["staff", "payments"],
    })
}

/// The usual claims, one of them changed; a null takes it away.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

fn verify(token: &str) -> Result<Verified, Refusal> {
    let now = Timestamp::from_second(NOW).unwrap();
    verifier_by(&settings()).verify(token, &KEYS, now)
}

#[test]
fn a_token_of_the_provider_is_taken_whatever_it_is_signed_by() {
    for algorithm in ALL {
        let verified = verify(&ISSUER.token(algorithm, &claims())).unwrap();
        assert_eq!(verified.principal.to_string(), "jwt:alice", "{algorithm}");
        assert_eq!(
            format!("{:?}", verified.principal.grants()),
            "[writer on payments/**]"
        );
        assert_eq!(verified.until.as_second(), NOW + 360);
    }
}

#[test]
fn a_token_that_somebody_else_signed_is_refused() {
    let foreign = Issuer::foreign();
    for algorithm in ALL {
        let token = foreign.token(algorithm, &claims());
        assert_eq!(verify(&token), Err(Refusal::Signature), "{algorithm}");
    }
}

#[test]
fn a_token_that_was_changed_is_refused() {
    for algorithm in ALL {
        let token = ISSUER.token(algorithm, &claims());
        let (message, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = message.split_once('.').unwrap();
        let other = base64(with("sub", json!("root")).to_string());
        let flipped = match signature.as_bytes()[20] {
            b'A' => "B",
            _ => "A",
        };
        let mut wrong = signature.to_owned();
        wrong.replace_range(20..21, flipped);
        for changed in [
            format!("{header}.{other}.{signature}"),
            format!("{message}.{wrong}"),
            format!("{message}.{}", &signature[..40]),
            format!("{message}."),
        ] {
            assert_eq!(
                verify(&changed),
                Err(Refusal::Signature),
                "{algorithm} {changed}"
            );
        }
    }
}

#[test]
fn a_token_is_for_us_from_our_provider_and_in_its_time() {
    for (name, value, expected) in [
        ("iss", json!("https://id.example.org"), Refusal::Issuer),
        ("iss", json!("https://id.example.com/"), Refusal::Issuer),
        ("iss", Value::Null, Refusal::Claims),
        ("iss", json!(7), Refusal::Claims),
        ("aud", json!("other"), Refusal::Audience),
        ("aud", json!(["other", "Vortex"]), Refusal::Audience),
        ("aud", json!([]), Refusal::Audience),
        ("aud", Value::Null, Refusal::Claims),
        ("aud", json!({"vortex": true}), Refusal::Claims),
        ("exp", json!(NOW - 60), Refusal::Expired),
        ("exp", json!(-1), Refusal::Expired),
        ("exp", Value::Null, Refusal::Claims),
        ("exp", json!("1900000000"), Refusal::Claims),
        ("exp", json!(true), Refusal::Claims),
        ("exp", json!(1e300), Refusal::Claims),
        ("nbf", json!(NOW + 61), Refusal::NotYet),
        ("nbf", json!("soon"), Refusal::Claims),
        ("sub", Value::Null, Refusal::Claims),
        ("sub", json!(""), Refusal::Claims),
        ("sub", json!("a\nb"), Refusal::Claims),
        ("sub", json!("x".repeat(129)), Refusal::Claims),
    ] {
        let token = ISSUER.token("ES256", &with(name, value.clone()));
        assert_eq!(verify(&token), Err(expected), "{name} {value}");
    }
    for (name, value) in [
        ("aud", json!(["other", "vortex-staging"])),
        ("exp", json!(NOW - 59)),
        ("exp", json!(NOW as f64 + 0.5)),
        ("exp", json!(999_999_999_999_999_i64)),
        ("nbf", json!(NOW + 60)),
    ] {
        let token = ISSUER.token("ES256", &with(name, value.clone()));
        assert!(verify(&token).is_ok(), "{name} {value}");
    }
}

#[test]
fn none_and_a_public_key_taken_for_a_secret_are_refused() {
    for alg in ["none", "None", "NONE", "", "HS1", "ES256K"] {
        let header = json!({"alg": alg, "kid": "rsa"}).to_string();
        let unsigned = format!("{}.{}.", base64(header), base64(claims().to_string()));
        assert_eq!(verify(&unsigned), Err(Refusal::Malformed), "{alg}");
    }
    let jwk = ISSUER.rsa_jwk();
    let modulus = jwk["n"].as_str().unwrap();
    for secret in [
        ISSUER.public_rsa(),
        modulus.as_bytes(),
        jwk.to_string().as_bytes(),
        b"",
    ] {
        for (alg, by) in [
            ("HS256", hmac::HMAC_SHA256),
            ("HS384", hmac::HMAC_SHA384),
            ("HS512", hmac::HMAC_SHA512),
        ] {
            let header = json!({"alg": alg, "kid": "rsa"}).to_string();
            let message = format!("{}.{}", base64(header), base64(claims().to_string()));
            let tag = hmac::sign(&hmac::Key::new(by, secret), message.as_bytes());
            assert_eq!(
                verify(&format!("{message}.{}", base64(tag))),
                Err(Refusal::Algorithm)
            );
        }
    }
}

#[test]
fn an_algorithm_that_is_not_allowed_or_not_the_keys_is_refused() {
    let mut only = settings();
    only["algorithms"] = json!(["ES256"]);
    let now = Timestamp::from_second(NOW).unwrap();
    for algorithm in ALL {
        let taken = verifier_by(&only).verify(&ISSUER.token(algorithm, &claims()), &KEYS, now);
        match algorithm {
            "ES256" => assert!(taken.is_ok()),
            _ => assert_eq!(taken, Err(Refusal::Algorithm), "{algorithm}"),
        }
    }
    // a key of one kind named by a header of another
    for (alg, kid) in [
        ("RS256", "p256"),
        ("ES256", "rsa"),
        ("EdDSA", "p256"),
        ("ES384", "p256"),
    ] {
        let header = json!({"alg": alg, "kid": kid}).to_string();
        let token = ISSUER.sign(alg, &header, &claims().to_string());
        assert_eq!(verify(&token), Err(Refusal::UnknownKey), "{alg} {kid}");
    }
}

#[test]
fn a_header_is_believed_in_nothing_but_its_algorithm_and_key() {
    let foreign = Issuer::foreign();
    let jwk = foreign.rsa_jwk();
    let own_key = json!({"alg": "RS256", "kid": "rsa", "jwk": jwk, "jku": "https://evil.example"});
    let token = foreign.sign("RS256", &own_key.to_string(), &claims().to_string());
    assert_eq!(verify(&token), Err(Refusal::Signature));
    for (extra, value) in [
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("typ", json!("logout+jwt")),
        ("typ", json!("dpop+jwt")),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
    ] {
        let mut header = json!({"alg": "ES256", "kid": "p256"});
        header[extra] = value;
        let token = ISSUER.sign("ES256", &header.to_string(), &claims().to_string());
        assert_eq!(verify(&token), Err(Refusal::Malformed), "{header}");
    }
    for typ in ["JWT", "jwt", "at+jwt", "application/at+jwt"] {
        let header = json!({"alg": "ES256", "kid": "p256", "typ": typ, "x": 1.5e3});
        let token = ISSUER.sign("ES256", &header.to_string(), &claims().to_string());
        assert!(verify(&token).is_ok(), "{typ}");
    }
}

#[test]
fn a_token_is_bounded_in_size_and_depth() {
    let filled = |bytes: usize| ISSUER.token("EdDSA", &with("pad", json!("x".repeat(bytes))));
    assert!(verify(&filled(11_000)).is_ok());
    assert!(filled(12_200).len() > MAX_CREDENTIAL);
    assert_eq!(verify(&filled(12_200)), Err(Refusal::TooLong));
    assert_eq!(verify(&filled(1 << 20)), Err(Refusal::TooLong));
    let bomb = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let deep = claims()
        .to_string()
        .replacen('{', &format!("{{\"bomb\":{bomb},"), 1);
    let header = json!({"alg": "ES256", "kid": "p256"}).to_string();
    assert_eq!(
        verify(&ISSUER.sign("ES256", &header, &deep)),
        Err(Refusal::Malformed)
    );
    let header = format!("{{\"alg\":\"ES256\",\"kid\":\"p256\",\"bomb\":{bomb}}}");
    assert_eq!(
        verify(&ISSUER.sign("ES256", &header, &claims().to_string())),
        Err(Refusal::Malformed)
    );
}

#[test]
fn a_claim_that_stands_twice_is_refused() {
    let twice = claims()
        .to_string()
        .replacen('{', "{\"iss\":\"https://evil.example\",", 1);
    let header = json!({"alg": "ES256", "kid": "p256"}).to_string();
    assert!(verify(&ISSUER.sign("ES256", &header, &twice)).is_err());
}

#[test]
fn a_token_without_the_id_of_a_key_is_taken_where_there_is_one_key_for_it() {
    let header = json!({"alg": "ES256"}).to_string();
    let token = ISSUER.sign("ES256", &header, &claims().to_string());
    assert!(verify(&token).is_ok());
    let mut jwks = ISSUER.jwks();
    let second = Issuer::foreign().jwks()["keys"][1].clone();
    jwks["keys"].as_array_mut().unwrap().push(second);
    let now = Timestamp::from_second(NOW).unwrap();
    let two = verifier_by(&settings()).verify(&token, &key_set(&jwks), now);
    assert_eq!(two, Err(Refusal::UnknownKey));
}
