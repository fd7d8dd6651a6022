//! Rollouts and what happened to them, as they are shown.

use serde_json::{Value, json};

use super::rollout;
use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

#[test]
fn rollouts_are_listed() {
    let gateway = Gateway::always(|| {
        let rollouts = [rollout("paused"), rollout("completed")];
        Reply::json(200, &json!({"rollouts": rollouts, "next_page_token": "t"}))
    });
    let ran = run(
        &gateway,
        "rollout list --state running,paused --app orders --label x --limit 2",
    );
    assert_eq!(ran.err, "there are more; raise --limit to see them\n");
    let out = ran.done();
    assert!(
        out.contains("v2      orders.yml +1  inconclusive 10 times in a row\n"),
        "{out}"
    );
    assert_eq!(
        gateway.lines(),
        ["GET /api/rollouts?label=x&state=running%2Cpaused&app=orders&page_size=2"]
    );
}

#[test]
fn one_rollout_is_shown_with_what_to_do_next() {
    let gateway = Gateway::always(|| Reply::json(200, &rollout("paused")));
    let out = run(&gateway, "rollout get r1").done();
    for line in [
        "id           r1\n",
        "why          inconclusive 10 times in a row\n",
        "share        25% by instance\n",
        "change       v2, instead of v1\n",
        "by itself    promotes, rolls back\n",
        "created      2026-01-02T03:04:05Z by me\n",
        "next         `vortex rollout resume r1` goes on",
        "1      5%    5%     5m        -\n",
        "2 <    25%   25%    10m       2026-01-02T03:05:06Z\n",
        "3      100%  100%   -         -\n",
    ] {
        assert!(out.contains(line), "{line}: {out}");
    }
    let json: Value =
        serde_json::from_str(&run(&gateway, "rollout get r1 -o json").done()).unwrap();
    assert_eq!(json["newer"], true);
}

#[test]
fn what_decided_stands_below_its_entry() {
    let gateway = Gateway::always(|| {
        let entries = json!([
            {"number": 1, "time": "2026-01-02T03:04:05.678Z", "principal": "me",
             "action": "start", "from_state": "created", "to_state": "running",
             "from_stage": null, "to_stage": 0, "percentage": 5.0, "reason": "", "evidence": [],
             "generation": 1},
            {"number": 2, "time": "2026-01-02T03:05:05Z", "principal": "rollout-svc",
             "action": "roll_back", "from_state": "running", "to_state": "rolled_back",
             "from_stage": 0, "to_stage": null, "percentage": 0.0, "reason": "errors fail",
             "evidence": [{"gate": "errors", "app": "orders", "verdict": "fail",
                           "detail": "8% of 500 above 5%"}], "generation": 2}]);
        Reply::json(200, &json!({"entries": entries, "next_page_token": ""}))
    });
    let out = run(&gateway, "rollout audit r1").done();
    let rows: Vec<Vec<_>> = out
        .lines()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    assert_eq!(
        rows[0],
        ["#", "TIME", "WHO", "WHAT", "STATE", "STAGE", "SHARE", "WHY"]
    );
    let start = [
        "1",
        "2026-01-02T03:04:05Z",
        "me",
        "start",
        "created -> running",
        "1",
        "5%",
        "-",
    ];
    assert_eq!(rows[1], start);
    assert_eq!(rows[2][3..5], ["roll_back", "running -> rolled_back"]);
    assert_eq!(
        rows[3],
        [
            "-",
            "-",
            "orders",
            "errors",
            "fail",
            "-",
            "-",
            "8% of 500 above 5%"
        ]
    );
    assert_eq!(
        gateway.lines(),
        ["GET /api/rollouts/r1/audit?page_size=1000"]
    );
}
