//! What Spring Security's own encryptors encrypted is decrypted, and the other way round.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

use proptest::prelude::*;
use serde_json::Value;
use vortex_cipher::{Algorithm, CannotDecrypt, InvalidKey, Keys, RsaOptions, Salt};

const STORE: &[u8] = include_bytes!("data/server.p12");
const PEM: &str = include_str!("data/first.pem");

fn vectors(kind: &str) -> Vec<Value> {
    let vectors = include_str!("data/vectors.jsonl").lines();
    let vectors = vectors.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let vectors: Vec<_> = vectors.filter(|vector| vector["kind"] == kind).collect();
    assert!(!vectors.is_empty());
    vectors
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap()
}

fn options(vector: &Value) -> RsaOptions {
    RsaOptions {
        algorithm: text(vector, "algorithm").parse().unwrap(),
        strong: vector["strong"].as_bool().unwrap(),
        salt: text(vector, "salt").parse().unwrap(),
    }
}

fn holds(keys: &Keys, vector: &Value, prefix: &str) {
    let (plain, cipher) = (text(vector, "plain"), text(vector, "cipher"));
    let given = format!("{prefix}{cipher}");
    assert_eq!(keys.decrypt(&given).as_deref(), Ok(plain), "{vector}");
    let ours = keys.encrypt(&format!("{prefix}{{plain}}{plain}")).unwrap();
    assert!(ours.starts_with(prefix), "{ours}");
    assert_ne!(ours, given);
    assert_eq!(keys.decrypt(&ours).as_deref(), Ok(plain));
}

fn of_text(key: &str, salt: &str) -> Keys {
    Keys::from_text(key, &salt.parse().unwrap(), RsaOptions::default()).unwrap()
}

#[test]
fn texts_of_a_text_key_are_decrypted() {
    for vector in vectors("symmetric") {
        let keys = of_text(text(&vector, "key"), text(&vector, "salt"));
        holds(&keys, &vector, "");
        assert_eq!(keys.public(), None);
    }
}

#[test]
fn texts_of_a_key_store_are_decrypted_with_each_option() {
    for vector in vectors("store") {
        let alias = text(&vector, "alias");
        let own = Keys::from_pkcs12(STORE, "letmein", alias, &options(&vector)).unwrap();
        holds(&own, &vector, "");
        assert_eq!(own.public().as_deref(), Some(text(&vector, "public")));
        let other = Keys::from_pkcs12(STORE, "letmein", "SECOND", &options(&vector)).unwrap();
        holds(&other, &vector, &format!("{{key:{alias}}}"));
    }
}

#[test]
fn texts_of_a_key_in_pem_are_decrypted() {
    let vectors = vectors("store").into_iter();
    for vector in vectors.filter(|vector| vector["alias"] == "first") {
        let keys = Keys::from_text(PEM, &Salt::default(), options(&vector)).unwrap();
        holds(&keys, &vector, "");
        assert_eq!(keys.public().as_deref(), Some(text(&vector, "public")));
    }
}

#[test]
fn cipher_text_of_another_key_is_told() {
    let vector = &vectors("symmetric")[0];
    let other = of_text("another", "deadbeef");
    assert_eq!(
        other.decrypt(text(vector, "cipher")),
        Err(CannotDecrypt::OtherKey)
    );
    assert_eq!(other.decrypt("deadbeef"), Err(CannotDecrypt::NotCipherText));
    assert_eq!(other.decrypt("no hex"), Err(CannotDecrypt::NotCipherText));
    let store = Keys::from_pkcs12(STORE, "letmein", "second", &RsaOptions::default()).unwrap();
    let first = text(&vectors("store")[0], "cipher").to_owned();
    assert_eq!(store.decrypt(&first), Err(CannotDecrypt::OtherKey));
    assert_eq!(
        store.decrypt(&format!("{{key:third}}{first}")),
        Err(CannotDecrypt::NoSuchKey("third".into()))
    );
    assert!(store.encrypt("{key:third}text").is_err());
}

#[test]
fn what_holds_no_key_is_told_by_what_is_wrong_with_it() {
    let from_text =
        |text: &str| Keys::from_text(text, &Salt::default(), RsaOptions::default()).unwrap_err();
    let from_store = |bytes: &[u8], password: &str, alias: &str| {
        Keys::from_pkcs12(bytes, password, alias, &RsaOptions::default()).unwrap_err()
    };
    assert_eq!(from_text(" \n"), InvalidKey::Empty);
    assert_eq!(from_text("ssh-rsa AAAA"), InvalidKey::Public);
    assert!(matches!(
        from_text("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"),
        InvalidKey::Pem(_)
    ));
    assert!(matches!(
        from_store(STORE, "wrong", "first"),
        InvalidKey::Store(_)
    ));
    assert_eq!(
        from_store(STORE, "letmein", "third"),
        InvalidKey::Alias("third".into())
    );
    assert_eq!(
        from_store(&[0xfe, 0xed, 0xfe, 0xed, 0], "x", "first"),
        InvalidKey::Jks
    );
}

#[test]
fn keys_are_not_shown() {
    let keys = of_text("hidden", "deadbeef");
    assert_eq!(format!("{keys:?}"), "Keys(text)");
    let keys = Keys::from_text(PEM, &Salt::default(), RsaOptions::default()).unwrap();
    assert_eq!(format!("{keys:?}"), "Keys(rsa)");
    assert_eq!("OAEP".parse(), Ok(Algorithm::Oaep));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_comes_back(given in any::<String>()) {
        let keys = of_text("key", "0102");
        let encrypted = keys.encrypt(&format!("{{plain}}{given}")).unwrap();
        prop_assert_eq!(keys.decrypt(&encrypted), Ok(given));
    }

    #[test]
    fn no_text_makes_decryption_panic(given in any::<String>(), bytes in any::<Vec<u8>>()) {
        use base64::Engine as _;
        let text = of_text("key", "0102");
        let store = Keys::from_pkcs12(STORE, "letmein", "first", &RsaOptions::default()).unwrap();
        let encoded = base64::engine::general_purpose::STANDARD.encode(bytes);
        for given in [given, encoded] {
            drop(text.decrypt(&given));
            drop(store.decrypt(&given));
        }
    }
}
