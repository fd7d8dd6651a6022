//! Keys as text, as they are stored, and who holds them.

#![allow(clippy::unwrap_used)] // all of this is test code

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use vortex_access::{
    ApiKey, CUT_OFF, CannotRotate, ExpiryInThePast, Grant, InvalidKey, KeyHash, KeyId, KeyRing,
    Kind, Now, Refusal, Role, StoredKey, Unverified, verify,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

fn key(seed: u8) -> ApiKey {
    ApiKey::from_random([seed; 10], [seed ^ 0xa5; 32])
}

fn stored(key: &ApiKey, expires: Option<Timestamp>) -> StoredKey {
    let grants = vec![Grant::parse(Role::Reader, ["payments/**"]).unwrap()];
    StoredKey::issue(key, "ci".parse().unwrap(), grants, at(1_000), expires).unwrap()
}

#[test]
fn a_key_is_the_text_that_it_always_was() {
    // fixed for good, since keys that were given out must stay valid; worked out in Python
    let known = ApiKey::from_random(*b"0123456789", *b"0123456789abcdef0123456789abcdef");
    assert_eq!(
        known.expose(),
        "vx_60rk4csm6mv3ee1s_60rk4csm6mv3ee1sc5h66s35crr32chk6gtkcdsr75gp4rv4cnk02k6vbtr"
    );
    let hash = "6c3516983478cce0b39be56b4d4eecf38892cad9eef3eeb6e16107d1480aa176";
    assert_eq!(hex::encode(known.hash().as_bytes()), hash);
}

#[test]
fn a_key_is_never_shown() {
    let key = key(7);
    let secret = &key.expose()[20..];
    let kept = stored(&key, None);
    for shown in [
        format!("{key:?}"),
        format!("{kept:?}"),
        format!("{:?}", key.hash()),
    ] {
        assert!(!shown.contains(&secret[..8]), "{shown}");
        assert!(
            !shown.contains(&hex::encode(key.hash().as_bytes())),
            "{shown}"
        );
    }
    assert_eq!(format!("{key:?}"), format!("vx_{}_…", key.id()));
}

#[test]
fn a_typo_is_told_from_what_is_not_a_key_at_all() {
    let good = key(7).expose().to_owned();
    let cut = &good[..40];
    let doubled = format!("{good}{good}");
    let upper = good.to_uppercase().replacen("VX_", "vx_", 1);
    for given in [
        cut,
        &doubled,
        &upper,
        "vx_",
        "vx_é",
        "vx__",
        &format!("{good} "),
        &format!("{good}\n"),
    ] {
        assert_eq!(
            given.parse::<ApiKey>().unwrap_err(),
            InvalidKey::Typo,
            "{given:?}"
        );
    }
    let long = "x".repeat(100_000);
    for given in ["", "vx", "VX_0", "ghp_0123456789", " vx_", "Bearer", &long] {
        assert_eq!(
            given.parse::<ApiKey>().unwrap_err(),
            InvalidKey::Shape,
            "{given:?}"
        );
    }
}

#[test]
fn only_the_right_key_in_its_time_is_taken() {
    let (right, other) = (key(1), key(2));
    let kept = stored(&right, Some(at(2_000)));
    let who = verify(Some(&kept), &right, at(1_999)).unwrap();
    assert_eq!(
        (who.to_string().as_str(), who.kind()),
        ("key:ci", Kind::Key(right.id()))
    );
    assert_eq!(verify(None, &right, at(1_500)), Err(Refusal::Unknown));
    assert_eq!(
        verify(Some(&kept), &right, at(2_000)),
        Err(Refusal::Expired)
    );
    let revoked = kept.revoke(at(1_200));
    assert_eq!(
        verify(Some(&revoked), &right, at(1_500)),
        Err(Refusal::Revoked)
    );
    assert_eq!(
        verify(Some(&revoked), &right, at(9_000)),
        Err(Refusal::Revoked)
    );
    assert_eq!(revoked.revoke(at(1_300)).revoked, Some(at(1_200)));
    // of the right id, with another secret: its state stays untold
    let forged = StoredKey {
        id: other.id(),
        ..kept.clone()
    };
    assert_eq!(
        verify(Some(&forged), &other, at(1_500)),
        Err(Refusal::Wrong)
    );
    let forged = StoredKey {
        id: other.id(),
        ..revoked
    };
    assert_eq!(
        verify(Some(&forged), &other, at(9_000)),
        Err(Refusal::Wrong)
    );
}

#[test]
fn an_unset_hash_belongs_to_no_key() {
    let key = key(1);
    assert_ne!(key.hash(), KeyHash::from_bytes([0; 32]));
    assert_eq!(verify(None, &key, at(0)), Err(Refusal::Unknown));
}

#[test]
fn a_key_that_would_have_expired_is_not_made() {
    for end in [0, 999, 1_000] {
        let made = StoredKey::issue(
            &key(1),
            "ci".parse().unwrap(),
            vec![],
            at(1_000),
            Some(at(end)),
        );
        assert_eq!(made, Err(ExpiryInThePast(at(end))));
    }
}

#[test]
fn both_keys_are_valid_while_a_rotation_overlaps() {
    let (first, second) = (key(1), key(2));
    let kept = stored(&first, Some(at(1_000) + 90 * DAY));
    let now = at(1_000) + 80 * DAY;
    let (old, new) = kept.rotate(&second, now, DAY).unwrap();
    let before = verify(Some(&old), &first, now + DAY - Duration::from_secs(1)).unwrap();
    let after = verify(Some(&new), &second, now).unwrap();
    assert_eq!(before.to_string(), after.to_string());
    assert_eq!(before.grants(), after.grants());
    assert_eq!(verify(Some(&old), &first, now + DAY), Err(Refusal::Expired));
    assert_eq!(new.expires, Some(now + 90 * DAY));
    assert_eq!(new.rotated_from, Some(first.id()));
    // its own end is sooner than the overlap's
    let (old, _) = kept.rotate(&second, now, 30 * DAY).unwrap();
    assert_eq!(old.expires, kept.expires);
    let (old, _) = kept.rotate(&second, now, Duration::MAX).unwrap();
    assert_eq!(old.expires, kept.expires);
}

#[test]
fn a_key_without_an_end_has_a_successor_without_one() {
    let (old, new) = stored(&key(1), None)
        .rotate(&key(2), at(5_000), Duration::MAX)
        .unwrap();
    assert_eq!((old.expires, new.expires), (Some(Timestamp::MAX), None));
}

#[test]
fn a_dead_key_has_no_successor() {
    let id = key(1).id();
    let kept = stored(&key(1), Some(at(2_000)));
    let rotated = |kept: &StoredKey, now| kept.rotate(&key(2), at(now), DAY).unwrap_err();
    assert_eq!(rotated(&kept, 2_000), CannotRotate::Expired(id));
    assert_eq!(
        rotated(&kept.revoke(at(1_500)), 1_600),
        CannotRotate::Revoked(id)
    );
}

#[test]
fn a_ring_knows_its_keys_until_it_is_cut_off() {
    let now = |monotonic| Now {
        wall: at(1_500),
        monotonic,
    };
    let (one, two) = (key(1), key(2));
    let mut ring = KeyRing::default();
    assert!(ring.is_empty());
    assert_eq!(
        ring.verify(&one, now(Duration::ZERO)),
        Err(Unverified::CutOff)
    );
    let start = Duration::from_secs(100);
    ring.replace([stored(&one, None)], start);
    ring.put(stored(&two, None));
    assert!(!ring.is_empty() && ring.verify(&one, now(start)).is_ok());
    ring.put(stored(&two, None).revoke(at(1_200)));
    assert_eq!(ring.verify(&two, now(start)), Err(Refusal::Revoked.into()));
    ring.remove(two.id());
    assert_eq!(ring.verify(&two, now(start)), Err(Refusal::Unknown.into()));
    let last = start + CUT_OFF - Duration::from_millis(1);
    assert!(ring.verify(&one, now(last)).is_ok());
    assert_eq!(
        ring.verify(&one, now(start + CUT_OFF)),
        Err(Unverified::CutOff)
    );
    ring.confirm(start + CUT_OFF);
    ring.confirm(start); // late, and no step back
    assert!(ring.verify(&one, now(start + CUT_OFF)).is_ok());
    ring.replace([], start + CUT_OFF);
    assert_eq!(
        ring.verify(&one, now(start + CUT_OFF)),
        Err(Refusal::Unknown.into())
    );
}

proptest! {
    #[test]
    fn a_key_is_read_back_as_itself(id: [u8; 10], secret: [u8; 32]) {
        let key = ApiKey::from_random(id, secret);
        let again: ApiKey = key.expose().parse().unwrap();
        prop_assert_eq!(again.expose(), key.expose());
        prop_assert_eq!(again.id(), key.id());
        prop_assert_eq!(again.hash(), key.hash());
        prop_assert_eq!(key.id().to_string().parse::<KeyId>(), Ok(key.id()));
        prop_assert!(key.expose().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
        prop_assert_eq!(key.expose().len(), 79);
    }

    #[test]
    fn one_wrong_character_or_two_swapped_are_a_typo(secret: [u8; 32], at in 3_usize..79, new in "[0-9a-z_]") {
        let key = ApiKey::from_random([9; 10], secret);
        let mut wrong = key.expose().to_owned();
        wrong.replace_range(at..=at, &new);
        if wrong != key.expose() {
            prop_assert_eq!(wrong.parse::<ApiKey>().unwrap_err(), InvalidKey::Typo);
        }
        let mut swapped = key.expose().as_bytes().to_vec();
        swapped.swap(at, at.max(4) - 1);
        let swapped = String::from_utf8(swapped).unwrap();
        if swapped != key.expose() {
            prop_assert!(swapped.parse::<ApiKey>().is_err());
        }
    }

    #[test]
    fn no_text_is_a_panic_and_no_error_repeats_it(given in "\\PC{0,100}|vx_[0-9a-z_]{0,90}") {
        if let Err(error) = given.parse::<ApiKey>() {
            let shown = format!("{error} {error:?}");
            prop_assert!(given.len() < 12 || !shown.contains(&given));
        }
    }

    #[test]
    fn a_key_opens_nothing_but_itself(one: [u8; 32], other: [u8; 32]) {
        let (one, other) = (ApiKey::from_random([1; 10], one), ApiKey::from_random([1; 10], other));
        let kept = stored(&one, None);
        prop_assert_eq!(verify(Some(&kept), &other, at(1_500)).is_ok(), one.expose() == other.expose());
    }
}

#[test]
fn a_text_is_a_key_if_every_byte_is() {
    let key = ApiKey::from_random([7; 10], [9; 32]);
    let text = key.expose().as_bytes();
    assert!(key.is(text));
    for at in 0..text.len() {
        let mut other = text.to_vec();
        other[at] ^= 1;
        assert!(!key.is(&other), "{at}");
        assert!(!key.is(&text[..at]), "{at}");
    }
    assert!(!key.is(&[text, b"0"].concat()));
}
