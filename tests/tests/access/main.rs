//! Callers who have to say who they are: one process or many.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

mod audit;
mod cut_off;
mod keys;
mod matrix;
mod rollout;
mod services;
mod tokens;
mod urls;

use serde_json::json;
use vortex_tests::{Mesh, Mode, Options};

/// Runs suites on the mesh as one process and as many.
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
    audit::deeds_and_refusals_are_told
    keys::a_key_opens_what_it_is_for
    keys::a_revoked_key_is_dead_and_ends_what_it_watches
    keys::health_is_open_and_metrics_are_not
    matrix::nobody_gets_more_than_they_may
    rollout::a_rollout_is_run_by_who_may
    rollout::an_agent_reports_for_its_own_applications
    rollout::of_a_batch_an_agent_gets_through_what_it_may_report
    tokens::a_token_is_verified_by_each_service_that_it_is_passed_on_to
    tokens::a_stream_ends_with_the_token_that_opened_it
    urls::a_stream_takes_a_key_from_its_url_and_nobody_repeats_it
}

fn secure(mode: Mode) -> Mesh {
    let options = Options {
        secure: true,
        ..Options::quick()
    };
    Mesh::start(mode, &options)
}

/// A key of a role within a scope, and its id.
async fn key(mesh: &Mesh, name: &str, role: &str, scope: &str) -> (String, String) {
    let asked = json!({"name": name, "grants": [{"role": role, "scopes": [scope]}]});
    let made = mesh.post("/api/keys", &asked).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&made["key"]), text(&made["description"]["id"]))
}
