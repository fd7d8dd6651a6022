//! A history whose every state follows from one number, so that a store can be checked whole.

use std::collections::BTreeMap;

use futures::executor::block_on;
use vortex_store::{Range, Revision, Store, Transaction};

const SLOTS: u64 = 7;
const KEPT: u64 = 40;

/// How long the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    /// Mostly small, sometimes many pages.
    Mixed,
    /// So long that a journal is full soon.
    Large,
}

/// The `n`th transaction, counted from 1: it moves the head, sets a pair, logs and trims.
pub(crate) fn transaction(n: u64, values: Values) -> Transaction {
    let number = n.to_string();
    let transaction = Transaction::new()
        .put("head", number.clone())
        .put(format!("a/{}", n % SLOTS), number.clone())
        .put(format!("log/{n:08}"), payload(n, values))
        .put(format!("z/{}", n % SLOTS), number);
    match n.checked_sub(KEPT) {
        None | Some(0) => transaction,
        Some(trimmed) => transaction.delete(format!("log/{trimmed:08}")),
    }
}

fn payload(n: u64, values: Values) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(n);
    if values == Values::Large {
        return vec![random.u8(..); random.usize(500_000..1_000_000)];
    }
    let length = match random.u8(..100) {
        0..70 => random.usize(..200),
        70..95 => random.usize(..6_000),
        _ => random.usize(..40_000),
    };
    (0..length).map(|_| random.u8(..)).collect()
}

/// All that a store holds after the `head`th transaction.
fn state(head: u64, values: Values) -> BTreeMap<String, Vec<u8>> {
    let mut state = BTreeMap::new();
    if head > 0 {
        state.insert("head".to_owned(), head.to_string().into_bytes());
    }
    for n in head.saturating_sub(SLOTS) + 1..=head {
        state.insert(format!("a/{}", n % SLOTS), n.to_string().into_bytes());
        state.insert(format!("z/{}", n % SLOTS), n.to_string().into_bytes());
    }
    for n in head.saturating_sub(KEPT) + 1..=head {
        state.insert(format!("log/{n:08}"), payload(n, values));
    }
    state
}

/// The number of the last transaction in a store.
pub(crate) fn head(store: &dyn Store) -> u64 {
    let entry = block_on(store.get("head".into())).expect("a get is answered");
    entry.map_or(0, |entry| {
        String::from_utf8_lossy(&entry.value)
            .parse()
            .expect("a number")
    })
}

/// Checks that a store holds exactly the history up to its head, with nothing acknowledged lost.
pub(crate) fn check(store: &dyn Store, acknowledged: u64, values: Values) -> Result<u64, String> {
    let head = head(store);
    if head < acknowledged {
        return Err(format!(
            "{acknowledged} was acknowledged, {head} is the last that is there"
        ));
    }
    if store.revision() != Revision(head) {
        return Err(format!(
            "the revision is {} after {head} transactions",
            store.revision()
        ));
    }
    let (found, expected) = (read(store), state(head, values));
    match expected
        .iter()
        .find(|(key, value)| found.get(*key) != Some(value))
    {
        Some((key, _)) => Err(format!("{key} is not as transaction {head} left it")),
        None if found.len() > expected.len() => Err(format!("there are keys too many at {head}")),
        None => Ok(head),
    }
}

fn read(store: &dyn Store) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut next = Some(Range::prefix(""));
    while let Some(range) = next {
        let page = block_on(store.range(range.clone())).expect("a range is answered");
        next = range.after(&page);
        found.extend(page.entries.into_iter().map(key_and_value));
    }
    found
}

fn key_and_value(entry: vortex_store::Entry) -> (String, Vec<u8>) {
    let key = String::from_utf8_lossy(&entry.key).into_owned();
    (key, entry.value.to_vec())
}
