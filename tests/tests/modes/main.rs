//! One process or many: the same answers, counts, traces and errors.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

mod counted;
mod documents;
mod heavy;
mod overrides;
mod refused;
mod restart;
mod source;

use vortex_tests::{Answer, Mesh, Mode, Options};

/// Runs a suite on the mesh as one process and as many.
macro_rules! in_both_modes {
    ($($file:ident::$suite:ident)+) => {$(
        mod $suite {
            #[tokio::test]
            async fn in_one_process() {
                super::$file::$suite(vortex_tests::Mode::One).await;
            }

            #[tokio::test]
            async fn in_many_processes() {
                super::$file::$suite(vortex_tests::Mode::Many).await;
            }
        }
    )+};
}

in_both_modes! {
    documents::a_document_is_written_layered_staged_released_and_deleted
    refused::what_is_refused_says_why_and_changes_nothing
    documents::a_change_set_is_read_whole_or_not_at_all
    overrides::an_override_is_above_all_documents_until_it_is_over
    counted::calls_are_counted_and_traced_through_every_hop
    restart::everything_is_there_after_a_restart
    heavy::no_document_keeps_others_waiting
    heavy::large_documents_are_answered_in_every_form
    heavy::an_end_does_not_wait_for_what_is_computed
    source::the_last_good_state_is_served_when_the_source_is_gone
}

fn mesh(mode: Mode) -> Mesh {
    Mesh::start(mode, &Options::default())
}

fn code(answer: &Answer) -> String {
    answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}
