//! Many writers at once.

use std::thread;

use futures::executor::block_on;

use super::{Engine, close, value};
use crate::{Error, Revision, Store, Transaction};

const WRITERS: u64 = 64;
const INCREMENTS: u64 = 5;

/// Writers that count by compare, and try again on a conflict, lose no step.
pub fn sixty_four_writers_lose_no_update<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| (0..INCREMENTS).for_each(|_| block_on(increment(&*store))));
        }
    });
    assert_eq!(
        value(&*store, "counter"),
        Some((WRITERS * INCREMENTS).to_string())
    );
    assert_eq!(store.revision(), Revision(WRITERS * INCREMENTS));
    close(store);
}

async fn increment(store: &dyn Store) {
    loop {
        let entry = store
            .get("counter".into())
            .await
            .expect("a get is answered");
        let modified = entry
            .as_ref()
            .map_or(Revision::ABSENT, |entry| entry.modified);
        let count = entry.map_or(0, |entry| parse(&entry.value)) + 1;
        let transaction = Transaction::new()
            .require_revision("counter", modified)
            .put("counter", count.to_string());
        match store.commit(transaction).await {
            Ok(_) => return,
            Err(Error::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn parse(value: &[u8]) -> u64 {
    std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok())
        .expect("a number")
}
