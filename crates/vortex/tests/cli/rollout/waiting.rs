//! Waiting for a rollout's end.

use serde_json::Value;

use super::{event, rollout, watched};
use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

#[test]
fn waiting_ends_with_the_rollout_and_its_exit_code() {
    for (states, code) in [
        (&["running", "completed"] as &[&str], 0),
        (&["running", "rolled_back"], 8),
        (&["superseded"], 8),
    ] {
        let gateway = watched(states);
        let ran = run(&gateway, "rollout create --change v2 --start --wait");
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(
            ran.err
                .starts_with("waiting for the end of rollout r1\n2026-01-02T03:04:05Z  "),
            "{ran:?}"
        );
        let last = states.last().unwrap();
        assert!(ran.out.starts_with(&format!("r1 is {last}")), "{ran:?}");
        let watch = "GET /api/rollouts/r1/watch";
        assert_eq!(gateway.lines(), ["POST /api/rollouts", watch]);
    }
}

#[test]
fn who_waited_is_told_what_decided() {
    let gateway = watched(&["rolled_back"]);
    let ran = run(&gateway, "rollout start r1 --wait -o json");
    assert_eq!(ran.code, 8, "{ran:?}");
    assert!(
        ran.err.contains(
            "error: rollout r1 was rolled back: errors: 8% of 500 above 5%\n\
             hint: `vortex rollout audit r1` shows what decided"
        ),
        "{ran:?}"
    );
    let rollout: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(rollout["state"], "rolled_back");
}

#[test]
fn a_pause_ends_the_wait_and_a_rollout_that_goes_on_is_told_when_the_time_is_up() {
    for (states, code, said) in [
        (
            &["paused"] as &[&str],
            9,
            "r1 is paused: inconclusive 10 times in a row\n",
        ),
        (
            &["running"],
            10,
            "has not ended after 1s: it waits for the stage to last until 2026-01-02T03:15:06Z\n",
        ),
    ] {
        // the stream stays open, and nothing comes of it
        let gateway = Gateway::start(move |asked, _| match asked.line.ends_with("/watch") {
            true => Reply::Events(states.iter().map(|state| event(state)).collect()),
            false => Reply::json(201, &rollout("running")),
        });
        let ran = run(
            &gateway,
            "rollout create --change v2 --start --wait --timeout 1s",
        );
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.err.contains(said), "{ran:?}");
    }
}
