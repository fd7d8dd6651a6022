//! Rollouts: creating, commanding, showing, following and waiting for them.

use serde_json::{Value, json};

use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

fn rollout(state: &str) -> Value {
    json!({"id": "r1", "state": state, "stage": {"index": 1, "name": "25%", "percentage": 25.0},
        "share_in_force": 25.0, "share_reason": "", "label": "main", "change": "v2",
        "paths": ["orders.yml", "orders-prod.yml"], "apps": ["orders"], "from_version": "v1",
        "strategy": "custom", "unit": "instance", "auto_promote": true, "auto_rollback": true,
        "stages": [{"name": "5%", "percentage": 5.0, "min_duration": "5m"},
                   {"name": "25%", "percentage": 25.0, "min_duration": "10m"},
                   {"name": "100%", "percentage": 100.0, "min_duration": null}],
        "thresholds": {}, "analysis": {}, "description": "larger pool", "principal": "me",
        "created_at": "2026-01-02T03:04:05.678Z", "updated_at": null,
        "stage_since": "2026-01-02T03:05:06Z", "generation": 3, "effect": "confirmed",
        "effect_error": "", "reason": reason(state), "reverts": "", "revision": 9, "source": "",
        "newer": true})
}

fn reason(state: &str) -> &'static str {
    match state {
        "rolled_back" => "errors: 8% of 500 above 5%",
        "paused" => "inconclusive 10 times in a row",
        _ => "",
    }
}

fn event(state: &str) -> String {
    let analysis = json!({"slices": [{"number": 4, "verdict": "fail", "gates": [
            {"gate": "errors", "app": "orders", "verdict": "fail", "detail": "8% of 500"}]}],
        "consecutive_failures": 2, "failures": 2, "inconclusive": 0, "no_data": 0,
        "open": [], "holds_because": "", "keyless_reads": null,
        "total": [{"app": "orders", "arm": "canary", "requests": 500, "errors": 40,
                   "latency_p50": null, "latency_p99": "41ms"}]});
    let data = json!({"rollout": rollout(state), "analysis": analysis,
                      "time": "2026-01-02T03:04:05.678Z"});
    format!("event: rollout\ndata: {data}\n\n: unchanged\n\n")
}

/// Answers commands with a running rollout, and a watch with what it is told of these states.
fn watched(states: &'static [&'static str]) -> Gateway {
    Gateway::start(move |asked, _| match asked.line.ends_with("/watch") {
        true => Reply::LastEvents(states.iter().map(|state| event(state)).collect()),
        false => Reply::json(201, &rollout("running")),
    })
}

#[test]
fn a_rollout_is_created_of_what_is_said() {
    let gateway = Gateway::always(|| Reply::json(201, &rollout("created")));
    let ran = run(
        &gateway,
        "rollout create orders prod --from v1 --to v2 --label x --stage canary=5%:10m --stage 100 \
         --unit subject --no-auto-promote --no-auto-rollback --min-success-rate 98% \
         --max-error-rate 0.02 --max-latency-ratio 2 --max-latency-p99 300ms --min-requests 50 \
         --interval 10s --consecutive-failures 3 --max-failures 4 --inconclusive-limit 5 \
         --no-data-limit 6 --app orders --app billing --description why --start --request-id mine",
    );
    assert!(
        ran.err.contains("next: `vortex rollout start r1`"),
        "{ran:?}"
    );
    assert!(ran.done().contains("r1  created  2/3    25%"), "the table");
    let asked = gateway.asked_once();
    assert_eq!(asked.line, "POST /api/rollouts");
    assert_eq!(asked.header("idempotency-key"), "mine");
    assert_eq!(
        asked.json(),
        json!({"app": "orders", "profile": "prod", "label": "x", "from_version": "v1",
            "to_version": "v2", "unit": "subject", "auto_promote": false, "auto_rollback": false,
            "stages": [{"name": "canary", "percentage": 5.0, "min_duration": "10m"},
                       {"percentage": 100.0}],
            "thresholds": {"min_success_rate": 0.98, "max_error_rate": 0.02,
                "max_latency_ratio": 2.0, "max_latency_p99": "300ms", "min_requests": 50},
            "analysis": {"interval": "10s", "consecutive_failures": 3, "max_failures": 4,
                "inconclusive_limit": 5, "no_data_limit": 6},
            "apps": ["orders", "billing"], "description": "why", "start": true})
    );
}

#[test]
fn what_is_not_said_is_left_to_the_server() {
    let gateway = Gateway::always(|| Reply::json(201, &rollout("created")));
    run(&gateway, "rollout create --change release-7 -q").done();
    let asked = gateway.asked_once();
    assert_eq!(asked.json(), json!({"change": "release-7"}));
}

#[test]
fn what_can_be_no_rollout_is_not_sent() {
    let gateway = Gateway::always(|| Reply::json(201, &rollout("created")));
    for arguments in [
        "create",
        "create orders",
        "create orders --from v1",
        "create orders --change c --from v1 --to v2",
        "create --change c --stage 5%:soon",
        "create --change c --stage 100% --strategy aggressive",
        "create --change c --max-error-rate NaN",
        "create --change c --interval 5",
        "promote r1 --expected-stage 0",
        "report r1 --requests 1 --errors 0",
        "report r1 --arm control --requests 1 --errors 0",
        "report r1 --arm canary --requests -1 --errors 0",
    ] {
        run(&gateway, &format!("rollout {arguments}")).failed(2);
    }
    assert_eq!(gateway.lines(), [""; 0]);
}

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
        assert!(out.contains("r1  running"), "{out}");
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
fn rollouts_are_listed() {
    let gateway = Gateway::always(|| {
        let rollouts = [rollout("paused"), rollout("completed")];
        Reply::json(200, &json!({"rollouts": rollouts, "next_page_token": "t"}))
    });
    let ran = run(
        &gateway,
        "rollout list --state running,paused --app orders --label x --limit 2",
    );
    assert_eq!(ran.err, "there is more; --limit gives it\n");
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

#[test]
fn figures_are_reported_and_read() {
    let gateway = Gateway::start(|asked, _| match asked.line.ends_with("/metrics") {
        true => Reply::json(200, &json!({"repeated": false, "generation": 3})),
        false => Reply::json(
            200,
            &json!({"slices": [], "failures": 1, "holds_because": "canary needs 30 more",
                "total": [{"app": "orders", "arm": "canary", "requests": 1000, "errors": 12}],
                "open": [{"app": "orders", "arm": "canary", "requests": 70, "errors": 1}]}),
        ),
    });
    let report = "rollout report r1 --arm canary --requests 1000 --errors 12 --latency-ms 1.5,2 \
                  --latency-ms 3 --app orders --generation 3";
    let out = run(&gateway, report).done();
    assert_eq!(out, "COUNTED  GENERATION\nnow      3\n");
    let asked = gateway.asked_once();
    assert_eq!(asked.line, "POST /api/rollouts/r1/metrics");
    assert_eq!(
        asked.json(),
        json!({"arm": "canary", "requests": 1000, "errors": 12, "latencies_ms": [1.5, 2.0, 3.0],
               "app": "orders", "generation": 3})
    );
    let out = run(&gateway, "rollout analysis r1").done();
    assert!(out.contains("canary needs 30 more\n"), "{out}");
    assert!(
        out.contains("orders  canary  1000      12      1.2%  -    -    70\n"),
        "{out}"
    );
}

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
        assert!(ran.out.contains(&format!("r1  {last} ")), "{ran:?}");
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
fn a_pause_and_a_rollout_that_goes_on_are_told_apart_when_the_time_is_up() {
    for (states, code, said) in [
        (
            &["paused"] as &[&str],
            9,
            "is paused after 1s: inconclusive 10 times in a row\n",
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

#[test]
fn the_breaker_is_shown_and_reset() {
    let breaker = |open: bool| {
        json!({"open": open, "opened_at": "2026-01-02T03:04:05Z", "max_rollbacks": 3,
            "window": "10m", "reset_by": "", "reset_at": null,
            "rollbacks": [{"id": "r1", "time": "2026-01-02T03:04:05Z"}]})
    };
    let gateway =
        Gateway::start(move |asked, _| Reply::json(200, &breaker(asked.line.starts_with("GET"))));
    let out = run(&gateway, "breaker").done();
    for line in [
        "state         open since 2026-01-02T03:04:05Z\n",
        "opens beyond  3 rollbacks in 10m\n",
        "next          `vortex breaker reset`",
    ] {
        assert!(out.contains(line), "{out}");
    }
    run(&gateway, "breaker get").done();
    let out = run(&gateway, "breaker reset --reason why").done();
    assert!(out.starts_with("state         closed\n"), "{out}");
    assert_eq!(gateway.asked()[2].line, "POST /api/breaker/reset");
    assert_eq!(gateway.asked()[2].json(), json!({"reason": "why"}));
}
