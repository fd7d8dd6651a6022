//! Requests over the limits are refused as a whole.

use super::{Engine, close, commit};
use crate::{
    Error, MAX_KEY_BYTES, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_OPERATIONS, MAX_VALUE_BYTES,
    Revision, Transaction,
};

/// Whether an error is the one that is due.
type Expected = fn(&Error) -> bool;

/// The largest key, value, count and sum are taken.
pub fn transactions_at_the_limits_are_taken<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    let key = |n: usize| format!("{n:0MAX_KEY_BYTES$}");
    let largest_value = Transaction::new().put(key(0), vec![7; MAX_VALUE_BYTES]);
    let rest = MAX_TRANSACTION_BYTES - largest_value.size() - MAX_KEY_BYTES;
    let taken = [
        largest_value.put(key(1), vec![7; rest]),
        puts(MAX_TRANSACTION_OPERATIONS - 1).require_absent("none"),
        Transaction::new(),
    ];
    for transaction in taken {
        commit(&*store, transaction).expect("it is within the limits");
    }
    close(store);
}

/// One more byte or operation, a key written twice or an empty one, is refused.
pub fn transactions_over_the_limits_are_refused_whole<E: Engine>() {
    let place = E::place();
    let store = E::open(&place);
    let long_key = "k".repeat(MAX_KEY_BYTES + 1);
    let half = vec![7; MAX_TRANSACTION_BYTES / 2];
    let refused: [(Transaction, Expected); 7] = [
        (
            puts(MAX_TRANSACTION_OPERATIONS).require_absent("none"),
            too_large,
        ),
        (
            Transaction::new().put("a", half.clone()).put("b", half),
            too_large,
        ),
        (
            Transaction::new().put("a", vec![7; MAX_VALUE_BYTES + 1]),
            |error| matches!(error, Error::ValueTooLarge { .. }),
        ),
        (Transaction::new().put("", "x"), |error| {
            matches!(error, Error::KeyEmpty)
        }),
        (
            Transaction::new().put("a", "x").delete(long_key.clone()),
            key_too_large,
        ),
        (
            Transaction::new().put("a", "x").require_absent(long_key),
            key_too_large,
        ),
        (Transaction::new().put("a", "x").delete("a"), |error| {
            matches!(error, Error::KeyRepeated { .. })
        }),
    ];
    for (transaction, is_expected) in refused {
        let error = commit(&*store, transaction).expect_err("it is over a limit");
        assert!(is_expected(&error), "{error}");
        assert_eq!(store.revision(), Revision::ABSENT);
    }
    close(store);
}

fn puts(count: usize) -> Transaction {
    (0..count).fold(Transaction::new(), |transaction, n| {
        transaction.put(format!("{n}"), "x")
    })
}

fn too_large(error: &Error) -> bool {
    matches!(error, Error::TransactionTooLarge { .. })
}

fn key_too_large(error: &Error) -> bool {
    matches!(error, Error::KeyTooLarge { .. })
}
