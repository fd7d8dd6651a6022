//! The suite that holds an engine to the contract of [`Store`].
//!
//! [`contract_tests!`](crate::contract_tests) makes a test of each part, so that a second engine
//! runs the same ones.

#![allow(clippy::expect_used)] // A suite of tests: a store that fails here has failed the test.

pub mod concurrency;
pub mod limits;
pub mod model;
pub mod order;
pub mod pages;
pub mod watches;

use std::sync::Arc;

use futures::executor::block_on;

use crate::{Error, Revision, Store, Transaction};

/// How the suite comes by stores of an engine.
pub trait Engine {
    /// Where a store is kept; what it was given is cleaned up when this is dropped.
    type Place;

    /// How many cases a property is tried with.
    const CASES: u32;

    /// A place with no store in it yet.
    fn place() -> Self::Place;

    /// Opens the store at a place, for the first time or again.
    fn open(place: &Self::Place) -> Arc<dyn Store>;
}

/// Makes a test of each part of the contract, for the [`Engine`] that is named.
#[macro_export]
macro_rules! contract_tests {
    ($engine:ty) => {
        $crate::contract_tests! { @each $engine =>
            model::any_history_equals_that_of_a_sorted_map;
            limits::transactions_at_the_limits_are_taken;
            limits::transactions_over_the_limits_are_refused_whole;
            order::commits_take_their_place_when_called;
            order::a_dropped_commit_is_done_all_the_same;
            order::revisions_have_no_gaps_and_survive_a_restart;
            order::a_refused_transaction_changes_nothing;
            order::a_store_keeps_its_identity_over_restarts;
            order::a_closed_store_refuses_everything;
            order::maintenance_changes_nothing_that_is_read;
            pages::pages_join_to_the_whole_range;
            pages::large_values_end_a_page_early;
            watches::a_watch_resumes_with_every_change_once;
            watches::a_watch_sees_only_its_prefix;
            watches::a_watch_waits_for_the_next_change;
            watches::a_watch_ends_when_the_store_is_closed;
            concurrency::sixty_four_writers_lose_no_update;
        }
    };
    (@each $engine:ty => $($part:ident :: $test:ident;)*) => {
        $(
            #[test]
            fn $test() {
                $crate::contract::$part::$test::<$engine>();
            }
        )*
    };
}

/// Commits and waits.
fn commit(store: &dyn Store, transaction: Transaction) -> Result<Revision, Error> {
    block_on(store.commit(transaction))
}

/// Sets one key.
fn put(store: &dyn Store, key: &str, value: &str) -> Revision {
    let transaction = Transaction::new().put(key.to_owned(), value.to_owned());
    commit(store, transaction).expect("a put without compares is taken")
}

/// The value under a key.
fn value(store: &dyn Store, key: &str) -> Option<String> {
    let entry = block_on(store.get(key.to_owned().into())).expect("a get is answered")?;
    Some(String::from_utf8_lossy(&entry.value).into_owned())
}

/// Closes a store and lets go of it.
fn close(store: Arc<dyn Store>) {
    block_on(store.close()).expect("a store closes");
}
