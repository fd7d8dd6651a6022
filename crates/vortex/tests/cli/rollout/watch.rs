//! Following a rollout.

use serde_json::Value;

use super::{event, watched};
use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

#[test]
fn a_watch_tells_each_change_and_ends_with_the_rollout() {
    let gateway = Gateway::start(|_, before| match before {
        0 => Reply::LastEvents(event("running")),
        1 => Reply::problem(503, "DRAINING", "going away"),
        _ => Reply::Events(event("rolled_back")),
    });
    let ran = run(&gateway, "rollout watch r1");
    assert_eq!(ran.code, 8, "{ran:?}");
    assert_eq!(
        ran.out,
        "2026-01-02T03:04:05Z  running      stage 2/3, 25%\n\
         2026-01-02T03:04:05Z  waits for    the stage to last until 2026-01-02T03:15:06Z\n\
         2026-01-02T03:04:05Z  rolled_back  stage 2/3, 25%: errors: 8% of 500 above 5%\n"
    );
}

#[test]
fn a_program_gets_each_event_of_a_watch_as_a_line() {
    let gateway = watched(&["running", "completed"]);
    let out = run(&gateway, "rollout watch r1 -o json").done();
    let states: Vec<_> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["rollout"]["state"].take())
        .collect();
    assert_eq!(states, ["running", "completed"]);
}
