//! What is remembered says nothing else than the keys do.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, header};
use jiff::Timestamp;
use vortex_access::{ApiKey, Credential, Grant, Role, StoredKey};

use super::super::{Gate, HeldKeys};
use crate::{
    clock::{Clock as _, Manual},
    context::Peer,
    error::Reason,
    settings::AccessSettings,
};

/// A gate, its keys and its clock.
struct Case {
    gate: Gate,
    keys: Arc<HeldKeys>,
    clock: Arc<Manual>,
}

impl Case {
    fn new() -> Self {
        let clock = Arc::new(Manual::starting_at(Timestamp::UNIX_EPOCH));
        let settings = AccessSettings {
            require_keys: true,
            ..AccessSettings::default()
        };
        let gate = Gate::new(settings, clock.clone());
        let keys = Arc::<HeldKeys>::default();
        keys.replace([], clock.monotonic());
        gate.know(keys.clone());
        Self { gate, keys, clock }
    }

    fn issue(&self, key: &ApiKey, name: &str, lifetime: Option<Duration>) -> StoredKey {
        let grant = Grant::parse(Role::Reader, ["orders/**"]).unwrap();
        let (name, now) = (name.parse().unwrap(), self.clock.now());
        let expires = lifetime.map(|lifetime| now + lifetime);
        let stored = StoredKey::issue(key, name, vec![grant], now, expires).unwrap();
        self.keys.put(stored.clone());
        stored
    }

    /// The name of who shows these headers.
    fn name(&self, headers: &HeaderMap) -> Result<String, Reason> {
        let caller = self.gate.admit(headers, Peer::InProcess, "");
        let caller = caller.map_err(|fault| fault.reason())?;
        Ok(caller.principal().name().to_string())
    }
}

fn key(secret: u8) -> ApiKey {
    ApiKey::from_random([1; 10], [secret; 32])
}

fn shown(key: &ApiKey) -> HeaderMap {
    [("x-api-key".parse().unwrap(), key.expose().parse().unwrap())]
        .into_iter()
        .collect()
}

#[test]
fn a_key_is_dead_the_moment_it_is_revoked() {
    let case = Case::new();
    let key = key(1);
    let stored = case.issue(&key, "ci", None);
    for _ in 0..2 {
        assert_eq!(case.name(&shown(&key)), Ok("ci".to_owned()));
    }
    case.keys.put(stored.revoke(case.clock.now()));
    assert_eq!(case.name(&shown(&key)), Err(Reason::Unauthenticated));
}

#[test]
fn a_key_is_dead_from_its_end_on() {
    let case = Case::new();
    let key = key(1);
    case.issue(&key, "ci", Some(Duration::from_secs(10)));
    assert_eq!(case.name(&shown(&key)), Ok("ci".to_owned()));
    case.clock.advance(Duration::from_millis(9_999));
    assert_eq!(case.name(&shown(&key)), Ok("ci".to_owned()));
    case.clock.advance(Duration::from_millis(1));
    assert_eq!(case.name(&shown(&key)), Err(Reason::Unauthenticated));
}

#[test]
fn keys_that_nobody_confirms_are_believed_no_longer_than_others() {
    let case = Case::new();
    let key = key(1);
    case.issue(&key, "ci", None);
    assert_eq!(case.name(&shown(&key)), Ok("ci".to_owned()));
    case.clock.advance(Duration::from_millis(29_999));
    assert_eq!(case.name(&shown(&key)), Ok("ci".to_owned()));
    case.clock.advance(Duration::from_millis(1));
    assert_eq!(case.name(&shown(&key)), Err(Reason::Unavailable));
    case.keys.confirm(case.clock.monotonic());
    assert_eq!(case.name(&shown(&key)), Ok("ci".to_owned()));
}

#[test]
fn another_secret_of_the_same_id_is_refused() {
    let case = Case::new();
    case.issue(&key(1), "ci", None);
    assert_eq!(case.name(&shown(&key(1))), Ok("ci".to_owned()));
    assert_eq!(case.name(&shown(&key(2))), Err(Reason::Unauthenticated));
    assert_eq!(case.name(&shown(&key(1))), Ok("ci".to_owned()));
}

#[test]
fn another_gate_of_the_process_has_its_own_keys() {
    let (one, other) = (Case::new(), Case::new());
    let key = key(1);
    one.issue(&key, "ours", None);
    assert_eq!(one.name(&shown(&key)), Ok("ours".to_owned()));
    assert_eq!(other.name(&shown(&key)), Err(Reason::Unauthenticated));
    other.issue(&key, "theirs", None);
    assert_eq!(other.name(&shown(&key)), Ok("theirs".to_owned()));
    assert_eq!(one.name(&shown(&key)), Ok("ours".to_owned()));
}

#[test]
fn what_is_shown_beside_a_known_key_is_looked_at() {
    let case = Case::new();
    case.issue(&key(1), "ci", None);
    let mut headers = shown(&key(1));
    assert_eq!(case.name(&headers), Ok("ci".to_owned()));
    let other = format!("Bearer {}", key(2).expose());
    headers.insert(header::AUTHORIZATION, other.parse().unwrap());
    assert_eq!(case.name(&headers), Err(Reason::Unauthenticated));
}

#[test]
fn a_bearer_is_known_by_the_same_memory() {
    let case = Case::new();
    case.issue(&key(1), "ci", None);
    let bearer = format!("Bearer {}", key(1).expose());
    let headers: HeaderMap = [(header::AUTHORIZATION, bearer.parse().unwrap())]
        .into_iter()
        .collect();
    for headers in [&headers, &shown(&key(1)), &headers] {
        assert_eq!(case.name(headers), Ok("ci".to_owned()));
    }
    let caller = case.gate.admit(&headers, Peer::InProcess, "").unwrap();
    // what is passed on is what was shown
    assert!(
        matches!(caller.credential(), Some(Credential::Key(shown)) if shown.is(key(1).expose().as_bytes()))
    );
}
