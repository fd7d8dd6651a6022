//! Rollouts through the whole mesh, over REST and by the command: what they decide by themselves,
//! what they leave to people, and what they refuse.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

mod applications;
mod by_hand;
mod by_source;
mod command;
mod course;
mod forced;
mod freezes;
mod outage;
mod overtaken;
mod pushed;
mod refusals;
mod verdicts;

/// Runs suites on the mesh as one process and as many.
macro_rules! in_both_modes {
    ($($suite:ident)+) => {$(
        mod $suite {
            #[tokio::test]
            async fn in_one_process() {
                super::$suite(vortex_tests::Mode::One).await;
            }

            #[tokio::test]
            async fn in_many_processes() {
                super::$suite(vortex_tests::Mode::Many).await;
            }
        }
    )+};
}

use in_both_modes;
