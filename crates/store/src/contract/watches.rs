//! Watches: every change once, in order, under a prefix.

use futures::FutureExt;
use futures::executor::block_on;
use proptest::collection::vec;
use proptest::test_runner::{Config, TestRunner};

use super::{Engine, close, commit, put};
use crate::{Change, Error, Event, Revision, Store, Transaction, Watch};

/// However often a watch is dropped and resumed where it was, it has seen every change once.
pub fn a_watch_resumes_with_every_change_once<E: Engine>() {
    let config = Config {
        cases: E::CASES,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&vec((1..6_u64, 0..8_u64), 1..12), |rounds| {
        resume::<E>(&rounds);
        Ok(())
    });
    outcome.expect("every change is seen once");
}

/// In each round some commits are made, and some changes are read by a new watch.
fn resume<E: Engine>(rounds: &[(u64, u64)]) {
    let place = E::place();
    let store = E::open(&place);
    let mut seen = Revision::ABSENT;
    for (commits, reads) in rounds {
        let commits: Vec<_> = (0..*commits).map(|n| store.commit(write(n))).collect();
        for done in block_on(futures::future::join_all(commits)) {
            done.expect("it is taken");
        }
        let unseen = store.revision().0 - seen.0;
        let mut watch = follow(&*store, "w/", seen);
        for _ in 0..unseen.min(*reads) {
            let change = next(&mut watch);
            assert_eq!(change.revision, seen.next());
            seen = change.revision;
        }
    }
    let mut watch = follow(&*store, "w/", seen);
    for revision in seen.0 + 1..=store.revision().0 {
        assert_eq!(next(&mut watch).revision, Revision(revision));
    }
    assert!(watch.next().now_or_never().is_none());
    close(store);
}

fn write(n: u64) -> Transaction {
    Transaction::new().put(format!("w/{n}"), n.to_string())
}

/// Changes of other keys are left out, also out of a change that has both.
pub fn a_watch_sees_only_its_prefix<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    let mut watch = follow(&*store, "in/", Revision::ABSENT);
    put(&*store, "out", "1");
    let both = Transaction::new()
        .put("in/a", "2")
        .put("out", "2")
        .delete("in/none");
    let both = commit(&*store, both).expect("it is taken");
    let deleted = commit(&*store, Transaction::new().delete("in/a")).expect("it is taken");
    let put = Event::Put {
        key: "in/a".into(),
        value: "2".into(),
    };
    assert_eq!(
        next(&mut watch),
        Change {
            revision: both,
            events: vec![put]
        }
    );
    let delete = Event::Delete { key: "in/a".into() };
    assert_eq!(
        next(&mut watch),
        Change {
            revision: deleted,
            events: vec![delete]
        }
    );
    close(store);
}

/// A watch with nothing to say is woken by the next change, and can be dropped while it waits.
pub fn a_watch_waits_for_the_next_change<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    let mut watch = follow(&*store, "", Revision::ABSENT);
    assert!(watch.next().now_or_never().is_none());
    let commit = store.commit(Transaction::new().put("a", "1"));
    let (change, _) = block_on(futures::future::join(watch.next(), commit));
    assert!(
        matches!(
            change,
            Some(Ok(Change {
                revision: Revision(1),
                ..
            }))
        ),
        "{change:?}"
    );
    close(store);
}

/// Changes that are kept are delivered, then the end.
pub fn a_watch_ends_when_the_store_is_closed<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    let mut watch = follow(&*store, "", Revision::ABSENT);
    put(&*store, "a", "1");
    close(store);
    assert_eq!(next(&mut watch).revision, Revision(1));
    assert!(matches!(block_on(watch.next()), Some(Err(Error::Closed))));
    assert!(block_on(watch.next()).is_none());
}

fn follow(store: &dyn Store, prefix: &'static str, after: Revision) -> Watch {
    block_on(store.watch(prefix.into(), after)).expect("the changes are kept")
}

fn next(watch: &mut Watch) -> Change {
    block_on(watch.next())
        .expect("it goes on")
        .expect("it does not fail")
}
