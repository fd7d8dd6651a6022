//! Sets of keys, and how they come and go.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};
use vortex_oidc::{Event, InvalidJwks, JwksCache, KeySet, MAX_JWKS, Next, Refusal};

use super::{
    ISSUER, NOW, claims,
    issuer::{Issuer, base64},
    key_set, settings, verifier_by,
};

fn parse(jwks: &Value) -> Result<KeySet, InvalidJwks> {
    KeySet::parse(jwks.to_string().as_bytes())
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn taken(token: &str, keys: &KeySet) -> Result<(), Refusal> {
    let now = Timestamp::from_second(NOW).unwrap();
    verifier_by(&settings()).verify(token, keys, now).map(drop)
}

#[test]
fn a_set_without_a_key_for_signatures_is_refused() {
    let rsa = ISSUER.rsa_jwk();
    let with = |name: &str, value: Value| {
        let mut key = rsa.clone();
        key[name] = value;
        json!({"keys": [key]})
    };
    for unusable in [
        json!({"keys": []}),
        json!({"keys": [{"kty": "oct", "kid": "rsa", "k": base64("secret")}]}),
        json!({"keys": [{"kty": "EC", "crv": "secp256k1", "x": base64([1; 32]), "y": base64([1; 32])}]}),
        json!({"keys": [{"kty": "EC", "crv": "P-256", "x": base64([1; 31]), "y": base64([1; 32])}]}),
        json!({"keys": [{"kty": "OKP", "crv": "X25519", "x": base64([1; 32])}]}),
        json!({"keys": ["text", 7, null, {}]}),
        with("use", json!("enc")),
        with("key_ops", json!(["encrypt"])),
        with("alg", json!("HS256")),
        with("alg", json!("ES256")),
        with("n", json!(base64([255; 128]))),
        with("n", json!(base64(vec![255; 1_025]))),
        with("n", json!("?")),
    ] {
        assert_eq!(
            parse(&unusable).unwrap_err(),
            InvalidJwks::NoUsableKey,
            "{unusable}"
        );
    }
    for malformed in ["", "{", "[]", "{\"keys\":{}}", "null", "<html>"] {
        assert_eq!(
            KeySet::parse(malformed.as_bytes()).unwrap_err(),
            InvalidJwks::Malformed
        );
    }
    assert_eq!(
        parse(&json!({"keys": vec![rsa; 101]})).unwrap_err(),
        InvalidJwks::TooMany(101)
    );
    let large = vec![b' '; MAX_JWKS + 1];
    assert_eq!(
        KeySet::parse(&large).unwrap_err(),
        InvalidJwks::TooLarge(MAX_JWKS + 1)
    );
}

#[test]
fn what_is_new_among_keys_is_passed_over_and_a_signs_zero_byte_is_no_harm() {
    let mut rsa = ISSUER.rsa_jwk();
    let n = rsa["n"].as_str().unwrap().to_owned();
    rsa["n"] = json!(base64([&[0][..], &decoded(&n)].concat()));
    rsa["x5t"] = json!("any");
    let keys = key_set(
        &json!({"keys": [{"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"}, 7, rsa], "more": 1.5}),
    );
    assert_eq!(taken(&ISSUER.token("PS256", &claims()), &keys), Ok(()));
}

fn decoded(text: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

#[test]
fn a_key_that_names_its_algorithm_is_for_no_other() {
    let mut rsa = ISSUER.rsa_jwk();
    rsa["alg"] = json!("RS256");
    let keys = key_set(&json!({"keys": [rsa]}));
    assert_eq!(taken(&ISSUER.token("RS256", &claims()), &keys), Ok(()));
    assert_eq!(
        taken(&ISSUER.token("PS256", &claims()), &keys),
        Err(Refusal::UnknownKey)
    );
}

#[test]
fn keys_are_fetched_at_once_then_every_five_minutes() {
    let mut cache = JwksCache::default();
    let jwks = ISSUER.jwks().to_string();
    let start = seconds(1_000);
    assert!(cache.keys(start).is_none());
    let next = cache.step(Event::Tick, start);
    assert_eq!(
        next,
        Next {
            fetch: true,
            tick: start + seconds(10),
            rejected: None
        }
    );
    assert!(!cache.step(Event::Tick, start + seconds(1)).fetch);
    let next = cache.step(Event::Fetched(jwks.as_bytes()), start + seconds(2));
    assert_eq!(
        next,
        Next {
            fetch: false,
            tick: start + seconds(302),
            rejected: None
        }
    );
    assert!(cache.keys(start + seconds(2)).is_some());
    assert!(!cache.step(Event::Tick, start + seconds(301)).fetch);
    assert!(cache.step(Event::Tick, start + seconds(302)).fetch);
}

#[test]
fn a_key_that_is_not_known_is_looked_for_at_once_but_not_again_and_again() {
    let mut cache = JwksCache::default();
    let jwks = ISSUER.jwks().to_string();
    let mut fetches = 0;
    for second in 0..100 {
        // a thousand tokens with made-up ids in each second
        for _ in 0..1_000 {
            let next = cache.step(Event::UnknownKey, seconds(second));
            if next.fetch {
                fetches += 1;
                let _ = cache.step(Event::Fetched(jwks.as_bytes()), seconds(second));
            }
        }
        let _ = cache.step(Event::Tick, seconds(second));
    }
    assert_eq!(fetches, 10);
}

#[test]
fn a_rotation_takes_effect_with_the_first_token_of_the_new_key() {
    let mut cache = JwksCache::default();
    let _ = cache.step(Event::Tick, seconds(0));
    let _ = cache.step(
        Event::Fetched(ISSUER.jwks().to_string().as_bytes()),
        seconds(0),
    );
    let mut new = Issuer::foreign().jwks();
    for key in new["keys"].as_array_mut().unwrap() {
        key["kid"] = json!("new");
    }
    let believed = |cache: &JwksCache| Arc::clone(cache.keys(seconds(60)).unwrap());
    let old_token = ISSUER.token("ES256", &claims());
    assert_eq!(taken(&old_token, &believed(&cache)), Ok(()));
    assert!(cache.step(Event::UnknownKey, seconds(60)).fetch);
    assert_eq!(taken(&old_token, &believed(&cache)), Ok(()));
    let _ = cache.step(Event::Fetched(new.to_string().as_bytes()), seconds(60));
    assert_eq!(
        taken(&old_token, &believed(&cache)),
        Err(Refusal::UnknownKey)
    );
}

#[test]
fn the_last_good_copy_is_kept_for_a_day_and_tries_come_ever_more_rarely() {
    let mut cache = JwksCache::default();
    let _ = cache.step(Event::Tick, seconds(0));
    let _ = cache.step(
        Event::Fetched(ISSUER.jwks().to_string().as_bytes()),
        seconds(0),
    );
    let mut now = seconds(300);
    let mut pauses = Vec::new();
    for round in 0..9 {
        assert!(cache.step(Event::Tick, now).fetch, "{round}");
        let failed = match round % 3 {
            0 => cache.step(Event::Failed, now),
            1 => cache.step(Event::Fetched(b"<html>"), now),
            // no answer at all
            _ => {
                now += seconds(10);
                cache.step(Event::Tick, now)
            }
        };
        assert_eq!(failed.rejected.is_some(), round % 3 == 1);
        pauses.push((failed.tick - now).as_secs());
        assert!(cache.keys(now).is_some());
        now = failed.tick;
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    assert!(cache.keys(seconds(24 * 60 * 60 - 1)).is_some());
    assert!(cache.keys(seconds(24 * 60 * 60)).is_none());
}

#[test]
fn a_kept_copy_is_believed_for_the_rest_of_its_day_and_fetched_at_once() {
    let jwks = ISSUER.jwks().to_string();
    let hours = |hours: u64| seconds(hours * 60 * 60);
    let mut cache = JwksCache::default();
    let next = cache.step(Event::Kept(jwks.as_bytes(), hours(20)), seconds(1));
    assert!(next.fetch);
    assert!(cache.keys(hours(4)).is_some());
    assert!(cache.keys(hours(4) + seconds(1)).is_none());
    let _ = cache.step(Event::Failed, seconds(2));
    assert!(cache.keys(seconds(2)).is_some());
    let _ = cache.step(Event::Fetched(jwks.as_bytes()), seconds(3));
    assert!(cache.keys(hours(24)).is_some());
    // nor does it take the place of what was fetched
    let _ = cache.step(Event::Kept(jwks.as_bytes(), hours(23)), seconds(4));
    assert!(cache.keys(hours(24)).is_some());
    for (kept, age) in [
        (&*jwks, hours(24)),
        (&*jwks, Duration::MAX),
        ("{", hours(0)),
    ] {
        let mut cache = JwksCache::default();
        let next = cache.step(Event::Kept(kept.as_bytes(), age), seconds(1));
        assert_eq!(next.rejected.is_some(), kept == "{");
        assert!(next.fetch && cache.keys(seconds(1)).is_none());
    }
}

#[test]
fn a_provider_that_is_away_at_the_start_is_tried_again() {
    let mut cache = JwksCache::default();
    assert!(cache.step(Event::Tick, seconds(0)).fetch);
    let next = cache.step(Event::Failed, seconds(5));
    assert_eq!((next.fetch, next.tick), (false, seconds(6)));
    assert!(cache.keys(seconds(5)).is_none());
    assert!(cache.step(Event::Tick, seconds(6)).fetch);
}

proptest! {
    /// Whatever happens when: at most one fetch in flight, none too soon, and always a next one.
    #[test]
    fn fetches_are_bounded_and_never_stop(
        events in proptest::collection::vec((0_u8..4, 0_u64..20_000), 1..300),
    ) {
        let jwks = ISSUER.jwks().to_string();
        let mut cache = JwksCache::default();
        let mut now = Duration::ZERO;
        let mut last: Option<Duration> = None;
        let mut had_keys = false;
        for (event, pause) in events {
            now += Duration::from_millis(pause);
            let event = match event {
                0 => Event::Tick,
                1 => Event::UnknownKey,
                2 => Event::Fetched(jwks.as_bytes()),
                _ => Event::Failed,
            };
            let is_good = matches!(event, Event::Fetched(_));
            let next = cache.step(event, now);
            had_keys |= is_good;
            prop_assert_eq!(cache.keys(now).is_some(), had_keys);
            if next.fetch {
                prop_assert!(last.is_none_or(|last| now - last >= seconds(1)), "{:?} {:?}", last, now);
                last = Some(now);
            }
            prop_assert!(next.tick > now && next.tick <= now + seconds(300));
        }
    }
}
