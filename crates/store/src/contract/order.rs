//! The order of commits, and what survives a restart.

use futures::executor::block_on;
use futures::future::join_all;

use super::{Engine, close, commit, put, value};
use crate::{Error, Range, Revision, Transaction};

/// Commits are done in the order they were called, in whichever order they are awaited.
pub fn commits_take_their_place_when_called<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    let submit = |n: usize| store.commit(Transaction::new().put("last", n.to_string()));
    let mut commits: Vec<_> = (0..100).map(submit).collect();
    commits.reverse();
    let mut revisions: Vec<Revision> = block_on(join_all(commits))
        .into_iter()
        .map(|done| done.expect("it is taken"))
        .collect();
    revisions.reverse();
    assert_eq!(revisions, (1..=100).map(Revision).collect::<Vec<_>>());
    assert_eq!(value(&*store, "last").as_deref(), Some("99"));
    close(store);
}

/// Who stops waiting leaves the commit to be done.
pub fn a_dropped_commit_is_done_all_the_same<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    drop(store.commit(Transaction::new().put("dropped", "yes")));
    assert_eq!(put(&*store, "after", "it"), Revision(2));
    assert_eq!(value(&*store, "dropped").as_deref(), Some("yes"));
    close(store);
}

/// Each change takes the next revision, and a restart counts on.
pub fn revisions_have_no_gaps_and_survive_a_restart<E: Engine>() {
    let place = E::place();
    for restart in 0..3 {
        let store = E::open(&place);
        for n in 0..5 {
            assert_eq!(store.revision(), Revision(restart * 5 + n));
            assert_eq!(put(&*store, "key", "value"), Revision(restart * 5 + n + 1));
        }
        close(store);
    }
    let store = E::open(&place);
    let deleted = commit(&*store, Transaction::new().delete("key")).expect("it is taken");
    close(store);
    let store = E::open(&place);
    assert_eq!((store.revision(), value(&*store, "key")), (deleted, None));
    close(store);
}

/// A compare that does not hold names the key and its revision, and nothing is done.
pub fn a_refused_transaction_changes_nothing<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    let first = put(&*store, "a", "1");
    let stale = Transaction::new()
        .require_revision("a", first)
        .require_absent("a")
        .put("a", "2")
        .put("b", "2");
    match commit(&*store, stale) {
        Err(Error::Conflict { key, found }) => assert_eq!((&key[..], found), (&b"a"[..], first)),
        other => panic!("{other:?} instead of a conflict"),
    }
    assert_eq!(
        (value(&*store, "a").as_deref(), value(&*store, "b")),
        (Some("1"), None)
    );
    assert_eq!(store.revision(), first);
    close(store);
}

/// The identity is made once, and each store has another.
pub fn a_store_keeps_its_identity_over_restarts<E: Engine>() {
    let (place, other) = (E::place(), E::place());
    let store = E::open(&place);
    let id = store.store_id();
    close(store);
    let (store, other) = (E::open(&place), E::open(&other));
    assert_eq!(store.store_id(), id);
    assert_ne!(other.store_id(), id);
    assert_eq!(id.to_string().parse(), Ok(id));
    close(store);
    close(other);
}

/// Commits that were submitted before the close are finished; later ones are refused.
pub fn a_closed_store_refuses_everything<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    let submitted = store.commit(Transaction::new().put("a", "1"));
    block_on(store.close()).expect("a store closes");
    block_on(store.close()).expect("and again");
    assert_eq!(
        block_on(submitted).expect("it was submitted before"),
        Revision(1)
    );
    let refusals = [
        block_on(store.get("a".into())).map(drop),
        block_on(store.range(Range::prefix("a"))).map(drop),
        block_on(store.watch("a".into(), Revision(1))).map(drop),
        commit(&*store, Transaction::new().put("a", "2")).map(drop),
        block_on(store.maintain()),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Err(Error::Closed)), "{refusal:?}");
    }
    drop(store);
    let store = E::open(&place);
    assert_eq!(value(&*store, "a").as_deref(), Some("1"));
    close(store);
}

/// Maintenance between, and during, commits loses and revives nothing.
pub fn maintenance_changes_nothing_that_is_read<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    for round in 0..3 {
        put(&*store, "kept", &round.to_string());
        put(&*store, "gone", "x");
        let maintained = store.maintain();
        let deleted = store.commit(Transaction::new().delete("gone"));
        let (maintained, deleted) = block_on(futures::future::join(maintained, deleted));
        maintained.expect("maintenance works");
        deleted.expect("a commit beside it works");
        block_on(store.maintain()).expect("maintenance works");
        assert_eq!(value(&*store, "kept"), Some(round.to_string()));
        assert_eq!(value(&*store, "gone"), None);
    }
    close(store);
    let store = E::open(&place);
    assert_eq!(
        (store.revision(), value(&*store, "kept")),
        (Revision(9), Some("2".to_owned()))
    );
    close(store);
}
