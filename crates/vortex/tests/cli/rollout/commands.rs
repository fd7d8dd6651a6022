//! Commands to a rollout.

use serde_json::json;

use super::rollout;
use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

#[test]
fn commands_are_one_call_each() {
    let gateway = Gateway::always(|| Reply::json(200, &rollout("running")));
    let bodies = [
        ("start r1", json!({})),
        ("promote r1", json!({})),
        (
            "promote r1 --expected-stage 2 --reason why",
            json!({"expected_stage": 1, "reason": "why"}),
        ),
        ("pause r1 --reason why", json!({"reason": "why"})),
        ("resume r1", json!({})),
        ("rollback r1", json!({})),
        ("complete r1", json!({})),
        (
            "revert r1 --strategy aggressive",
            json!({"strategy": "aggressive"}),
        ),
    ];
    for (arguments, body) in bodies {
        let out = run(&gateway, &format!("rollout {arguments}")).done();
        assert!(out.starts_with("r1 is running, stage 2/3: "), "{out}");
        let asked = gateway.asked();
        let asked = asked.last().unwrap();
        let deed = arguments.split(' ').next().unwrap();
        assert_eq!(asked.line, format!("POST /api/rollouts/r1/{deed}"));
        assert_eq!(asked.json(), body, "{arguments}");
    }
}

#[test]
fn a_rollout_is_deleted_without_an_answer_to_print() {
    let gateway = Gateway::always(|| Reply::Answer(204, Vec::new(), Vec::new()));
    let ran = run(&gateway, "rollout delete r1");
    assert_eq!(ran.err, "r1 is deleted\n");
    assert_eq!(ran.done(), "");
    assert_eq!(gateway.lines(), ["DELETE /api/rollouts/r1"]);
}

#[test]
fn refusals_of_rollouts_have_a_hint() {
    for (status, code, exit, hint) in [
        (404, "ROLLOUT_NOT_FOUND", 3, "`vortex rollout list`"),
        (409, "ROLLOUT_WRONG_STATE", 4, "`vortex rollout get`"),
        (409, "NO_BASELINE", 4, "`vortex changes release`"),
    ] {
        let gateway = Gateway::always(move || Reply::problem(status, code, "no"));
        let err = run(&gateway, "rollout start r1").failed(exit);
        assert!(err.contains(&format!("\nhint: {hint}")), "{err}");
        run(&gateway, "rollout watch r1").failed(exit);
    }
}
