//! API keys: created, rotated, revoked, and forgotten.

use std::{sync::Arc, time::Duration};

use vortex_access::{ApiKey, Grant, KeyId, Role, Sealed};

use super::*;

pub(super) const DAY: i64 = 24 * 3_600;

/// A key made of a number.
pub(super) fn sealed(number: u16) -> Sealed {
    let mut id = [0; KeyId::BYTES];
    id[..2].copy_from_slice(&number.to_be_bytes());
    (&ApiKey::from_random(id, [7; 32])).into()
}

pub(super) fn create(number: u16, name: &str, expires: Option<Expires>) -> Command {
    let grants = vec![Grant::parse(Role::Reader, ["payments/**"]).unwrap()];
    Command::CreateKey(CreateKey {
        key: sealed(number),
        name: name.parse().unwrap(),
        grants: KeyGrants::try_from(grants).unwrap(),
        expires,
    })
}

pub(super) fn rotate(number: u16, to: u16, overlap: i64) -> Command {
    Command::RotateKey(RotateKey {
        id: sealed(number).id,
        fresh: sealed(to),
        overlap: Duration::from_secs(overlap.unsigned_abs()),
    })
}

pub(super) fn revoke(number: u16) -> Command {
    Command::RevokeKey(sealed(number).id)
}

fn key(history: &History, number: u16) -> &Arc<Key> {
    history.state.keys.get(&sealed(number).id).unwrap()
}

fn days(days: i64) -> Option<Expires> {
    let seconds = (days * DAY).unsigned_abs();
    Some(Expires::After(Duration::from_secs(seconds)))
}

#[test]
fn a_name_is_that_of_one_key_and_of_those_it_was_rotated_to() {
    let mut history = History::default();
    history.run(create(1, "ci", None)).unwrap();
    let taken = Refused::KeyNameTaken("ci".parse().unwrap());
    assert_eq!(history.run(create(2, "ci", None)), Err(taken.clone()));
    let same = history.run(create(1, "cd", None));
    assert_eq!(same, Err(Refused::KeyIdTaken(sealed(1).id)));
    history.run(rotate(1, 2, 60)).unwrap();
    assert_eq!(key(&history, 2).name(), key(&history, 1).name());
    history.run(revoke(1)).unwrap();
    history.run(revoke(2)).unwrap();
    assert_eq!(history.run(create(3, "ci", None)), Err(taken));
    history.now += 30 * DAY;
    history.run(create(3, "ci", None)).unwrap();
    assert_eq!(history.state.keys.len(), 1);
}

#[test]
fn a_rotation_leaves_the_old_key_its_overlap_and_gives_the_new_one_its_lifetime() {
    let mut history = History::default();
    history.run(create(1, "ci", days(90))).unwrap();
    history.now += DAY;
    history.run(rotate(1, 2, 3_600)).unwrap();
    let (old, new) = (key(&history, 1), key(&history, 2));
    assert_eq!(old.stored.expires, Some(at(history.now + 3_600)));
    assert_eq!(new.stored.expires, Some(at(history.now + 90 * DAY)));
    assert_eq!(new.stored.rotated_from, Some(sealed(1).id));
    assert_eq!(new.stored.principal.grants(), old.stored.principal.grants());
}

#[test]
fn only_a_valid_key_is_rotated_and_only_once() {
    let mut history = History::default();
    history.run(create(1, "ci", days(1))).unwrap();
    history.run(rotate(1, 2, 60)).unwrap();
    let (id, to) = (sealed(1).id, sealed(2).id);
    let again = history.run(rotate(1, 3, 60));
    assert_eq!(again, Err(Refused::KeyRotated { id, to }));
    history.now += 2 * DAY;
    for (number, is_revoked) in [(2, false), (2, true)] {
        if is_revoked {
            history.run(revoke(number)).unwrap();
        }
        let ended = history.run(rotate(number, 4, 60));
        assert!(matches!(ended, Err(Refused::KeyEnded(_))), "{ended:?}");
    }
    let unknown = history.run(rotate(9, 4, 60));
    assert_eq!(unknown, Err(Refused::KeyNotFound(sealed(9).id)));
}

#[test]
fn a_revocation_is_for_good_and_its_repeat_changes_nothing() {
    let mut history = History::default();
    history.run(create(1, "ci", None)).unwrap();
    history.run(revoke(1)).unwrap();
    let revoked = key(&history, 1).stored.revoked;
    assert_eq!(revoked, Some(at(history.now)));
    let head = history.state.head;
    let request = RequestKey {
        id: "again".parse().unwrap(),
        body: Sha256::of(b"again"),
    };
    history.run_as(Some(request), revoke(1)).unwrap();
    assert_eq!(history.state.head, head);
    assert_eq!(key(&history, 1).stored.revoked, revoked);
    let unknown = history.run(revoke(2));
    assert_eq!(unknown, Err(Refused::KeyNotFound(sealed(2).id)));
}

#[test]
fn one_that_would_be_over_is_refused() {
    let mut history = History::default();
    for expires in [days(0), Some(Expires::At(at(-1)))] {
        let refused = history.run(create(1, "ci", expires));
        assert!(
            matches!(refused, Err(Refused::KeyIsOver { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn there_are_so_many_at_most_and_forgotten_ones_make_room() {
    let mut history = History::default();
    let many = u16::try_from(MAX_KEYS).unwrap();
    for number in 0..many {
        history
            .run(create(number, &format!("k{number}"), None))
            .unwrap();
    }
    let refused = history.run(create(many, "more", None));
    assert_eq!(refused, Err(Refused::TooManyKeys));
    assert_eq!(history.run(rotate(0, many, 60)), Err(Refused::TooManyKeys));
    history.run(revoke(0)).unwrap();
    assert!(history.run(create(many, "more", None)).is_err());
    history.now += 30 * DAY;
    history.run(create(many, "more", None)).unwrap();
    assert_eq!(history.state.keys.len(), MAX_KEYS);
}

#[test]
fn grants_are_bounded_all_together() {
    let grant = |scopes: usize, length: usize| {
        let scopes = (0..scopes).map(|n| format!("{n:0>length$}").parse().unwrap());
        Grant::new(Role::Reader, scopes.collect::<Vec<_>>()).unwrap()
    };
    assert!(KeyGrants::try_from(Vec::new()).is_err());
    assert!(KeyGrants::try_from(vec![grant(64, 100)]).is_ok());
    assert!(KeyGrants::try_from(vec![grant(64, 4), grant(1, 4)]).is_err());
    assert!(KeyGrants::try_from(vec![grant(64, 128)]).is_err());
}
