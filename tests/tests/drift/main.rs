//! Heartbeats and drift through the whole mesh, by the library for applications.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

mod agents;
mod bad_input;
mod crash;
mod cut;
mod few;
mod flood;
mod instances;
mod receiver;
mod released;
mod replaced;
mod rolled_out;
mod totals;

/// Runs suites on the mesh as one process and as many.
macro_rules! in_both_modes {
    ($($suite:ident)+) => {$(
        mod $suite {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn in_one_process() {
                super::$suite(vortex_tests::Mode::One).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn in_many_processes() {
                super::$suite(vortex_tests::Mode::Many).await;
            }
        }
    )+};
}

use in_both_modes;
