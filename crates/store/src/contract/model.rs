//! Random histories against a sorted map.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::executor::block_on;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::{Config, TestRunner};

use super::{Engine, close, commit};
use crate::{Entry, Error, Page, Range, Revision, Store, Transaction, Write};

const KEYS: [&[u8]; 8] = [
    b"\0",
    b"a",
    b"a\0",
    b"a/1",
    b"a/2",
    b"b",
    b"\xff",
    b"\xff\xff",
];

/// What a history does next.
#[derive(Clone, Debug)]
enum Step {
    Commit {
        compares: Vec<(usize, Expected)>,
        writes: Vec<(usize, Option<u8>)>,
    },
    Range {
        from: usize,
        to: Option<usize>,
        limit: usize,
        keys_only: bool,
        reverse: bool,
    },
    Prefix {
        key: usize,
        length: usize,
    },
    Maintain,
    Reopen,
}

/// What a compare expects, in terms of the state it meets.
#[derive(Clone, Copy, Debug)]
enum Expected {
    Current,
    Absent,
    Other,
}

/// What a store must hold.
#[derive(Default)]
struct Model {
    entries: BTreeMap<&'static [u8], (Vec<u8>, Revision)>,
    revision: Revision,
}

/// Whatever is done, a store answers as a sorted map would.
pub fn any_history_equals_that_of_a_sorted_map<E: Engine>() {
    let config = Config {
        cases: E::CASES,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&vec(step(), 1..40), |steps| {
        run::<E>(&steps);
        Ok(())
    });
    outcome.expect("the store equals the model");
}

fn run<E: Engine>(steps: &[Step]) {
    let place = E::place();
    let mut store = E::open(&place);
    let mut model = Model::default();
    for step in steps {
        if matches!(step, Step::Reopen) {
            close(store);
            store = E::open(&place);
        } else {
            perform(&store, &mut model, step);
        }
        assert_eq!(store.revision(), model.revision, "after {step:?}");
        model.check_entries(&*store);
    }
    close(store);
}

fn perform(store: &Arc<dyn Store>, model: &mut Model, step: &Step) {
    match step {
        Step::Commit { compares, writes } => {
            let transaction = model.transaction(compares, writes);
            let expected = model.commit(&transaction);
            same_outcome(commit(&**store, transaction), expected);
        }
        Step::Range {
            from,
            to,
            limit,
            keys_only,
            reverse,
        } => {
            let end = to.map_or(&b""[..], |to| KEYS[to]);
            let mut range = Range::new(KEYS[*from], end).limit(*limit);
            (range.keys_only, range.reverse) = (*keys_only, *reverse);
            check_range(&**store, model, range);
        }
        Step::Prefix { key, length } => {
            let key = KEYS[*key];
            check_range(
                &**store,
                model,
                Range::prefix(&key[..key.len().min(*length)]),
            );
        }
        Step::Maintain => block_on(store.maintain()).expect("maintenance works"),
        Step::Reopen => {}
    }
}

fn check_range(store: &dyn Store, model: &Model, range: Range) {
    let expected = model.page(&range);
    assert_eq!(
        block_on(store.range(range.clone())).expect("a range is answered"),
        expected
    );
}

fn same_outcome(found: Result<Revision, Error>, expected: Result<Revision, Error>) {
    match (found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(found, expected),
        (Err(found), Err(expected)) => assert_eq!(found.to_string(), expected.to_string()),
        (found, expected) => panic!("{found:?} instead of {expected:?}"),
    }
}

impl Model {
    fn modified(&self, key: &[u8]) -> Revision {
        self.entries
            .get(key)
            .map_or(Revision::ABSENT, |(_, modified)| *modified)
    }

    fn transaction(
        &self,
        compares: &[(usize, Expected)],
        writes: &[(usize, Option<u8>)],
    ) -> Transaction {
        let mut transaction = Transaction::new();
        for (key, expected) in compares {
            let key = KEYS[*key];
            let modified = match expected {
                Expected::Current => self.modified(key),
                Expected::Absent => Revision::ABSENT,
                Expected::Other => self.modified(key).next(),
            };
            transaction = transaction.require_revision(key, modified);
        }
        for (key, value) in writes {
            transaction = match value {
                Some(byte) => transaction.put(KEYS[*key], vec![*byte; usize::from(*byte)]),
                None => transaction.delete(KEYS[*key]),
            };
        }
        transaction
    }

    fn commit(&mut self, transaction: &Transaction) -> Result<Revision, Error> {
        for compare in &transaction.compares {
            let found = self.modified(&compare.key);
            if found != compare.modified {
                return Err(Error::Conflict {
                    key: compare.key.clone(),
                    found,
                });
            }
        }
        let changes = |write: &Write| match write {
            Write::Put { .. } => true,
            Write::Delete { key } => self.entries.contains_key(&key[..]),
        };
        if transaction.writes.iter().any(changes) {
            self.revision = self.revision.next();
            transaction
                .writes
                .iter()
                .for_each(|write| self.write(write));
        }
        Ok(self.revision)
    }

    fn write(&mut self, write: &Write) {
        let key = *KEYS
            .iter()
            .find(|key| write.key() == *key)
            .expect("only these are written");
        match write {
            Write::Put { value, .. } => self.entries.insert(key, (value.to_vec(), self.revision)),
            Write::Delete { .. } => self.entries.remove(key),
        };
    }

    fn page(&self, range: &Range) -> Page {
        let inside =
            |key: &[u8]| key >= &range.start[..] && (range.end.is_empty() || key < &range.end[..]);
        let entry = |(key, (value, modified)): (&&'static [u8], &(Vec<u8>, Revision))| {
            let value = if range.keys_only {
                Vec::new()
            } else {
                value.clone()
            };
            Entry {
                key: (*key).into(),
                value: value.into(),
                modified: *modified,
            }
        };
        let inside = self.entries.iter().filter(|(key, _)| inside(key));
        let mut entries: Vec<Entry> = inside.map(entry).collect();
        if range.reverse {
            entries.reverse();
        }
        let more = entries.len() > range.limit.max(1);
        entries.truncate(range.limit.max(1));
        Page { entries, more }
    }

    fn check_entries(&self, store: &dyn Store) {
        for key in KEYS {
            let found = block_on(store.get(key.into())).expect("a get is answered");
            let found = found.map(|entry| (entry.value.to_vec(), entry.modified));
            assert_eq!(found.as_ref(), self.entries.get(key), "key {key:?}");
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let key = || 0..KEYS.len();
    let compare = (
        key(),
        prop_oneof![
            Just(Expected::Current),
            Just(Expected::Absent),
            Just(Expected::Other)
        ],
    );
    let values = vec(any::<Option<u8>>(), KEYS.len());
    let writes = (
        subsequence((0..KEYS.len()).collect::<Vec<_>>(), 0..=4),
        values,
    )
        .prop_map(|(keys, values)| keys.into_iter().zip(values).collect());
    let commit = (vec(compare, 0..3), writes)
        .prop_map(|(compares, writes)| Step::Commit { compares, writes });
    let range = (
        key(),
        proptest::option::of(key()),
        0..6_usize,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(from, to, limit, keys_only, reverse)| Step::Range {
            from,
            to,
            limit,
            keys_only,
            reverse,
        });
    let prefix = (key(), 0..3_usize).prop_map(|(key, length)| Step::Prefix { key, length });
    prop_oneof![
        20 => commit,
        8 => range,
        4 => prefix,
        1 => Just(Step::Maintain),
        1 => Just(Step::Reopen),
    ]
}
