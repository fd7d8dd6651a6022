//! Drift: how fleets stand, their instances and alerts, and what is done about them.

mod alerts;

use serde_json::{Value, json};

use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

fn fleet() -> Value {
    json!({"app": "orders", "profile": "prod", "label": "main", "total": 1000,
        "states": {"in_sync": 895, "canary": 50, "pending": 0, "drifted": 52, "failed": 1,
            "unknown_version": 0, "ahead": 0, "stale": 2},
        "drift_ratio": 0.0531, "alerting": true, "alert": "a1",
        "silenced_until": "2026-01-02T05:04:05.678Z", "expiry_suspended": false, "newer": true})
}

fn drifted(instance: &str) -> Value {
    json!({"instance_id": instance, "state": "failed", "version": "v1",
        "expected_version": "v2", "since": "2026-01-02T03:04:05.678Z",
        "last_seen": "2026-01-02T03:05:05Z", "error": "no such pool"})
}

fn one(instances: &[&str], next: &str) -> Value {
    let mut one = fleet();
    let drifted: Vec<_> = instances.iter().map(|of| drifted(of)).collect();
    let arm = json!({"split": "r1", "change": "v2", "generation": 3, "arm": "canary",
        "unit": "instance", "forced": false});
    let more = json!({"expected": [{"version": "v1", "arms": [], "share": 95.0},
            {"version": "", "arms": [arm], "share": 5.0}],
        "versions": [{"version": "v1", "state": "in_sync", "instances": 895}],
        "drifted": drifted, "next_page_token": next});
    let members = one.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    one
}

fn instance() -> Value {
    json!({"app": "orders", "profile": "prod", "label": "main", "instance_id": "pod-7",
        "state": "failed", "since": "2026-01-02T03:04:05.678Z", "version": "v1",
        "expected_version": "v2", "assignments": [{"split": "r1", "change": "v2",
            "generation": 3, "arm": "canary", "unit": "instance", "forced": false}],
        "status": "healthy", "refused": {"version": "v2", "error": "no such pool"},
        "last_seen": "2026-01-02T03:05:05Z", "boot_id": 7,
        "metadata": {"host": "node-1", "namespace": "shop", "zone": "", "app_version": "1.2"},
        "shared_id": true, "newer": true})
}

#[test]
fn fleets_are_listed() {
    let gateway =
        Gateway::always(|| Reply::json(200, &json!({"fleets": [fleet()], "next_page_token": "t"})));
    let ran = run(&gateway, "drift status orders --alerting --limit 1");
    assert_eq!(ran.err, "there are more; raise --limit to see them\n");
    assert_eq!(
        ran.done(),
        "APP     PROFILE  LABEL  INSTANCES  WRONG  RATIO  STALE  ALERT  SILENCED UNTIL\n\
         orders  prod     main   1000       53     5.31%  2      a1     2026-01-02T05:04:05Z\n"
    );
    run(&gateway, "drift status --limit 1").done();
    assert_eq!(
        gateway.lines()[0],
        "GET /api/drift?app=orders&alerting=true&page_size=1"
    );
    assert_eq!(gateway.lines()[1], "GET /api/drift?page_size=1");
}

#[test]
fn a_fleet_is_shown_with_what_it_should_run_and_who_does_not() {
    let gateway = Gateway::always(|| Reply::json(200, &one(&["pod-7"], "")));
    let ran = run(&gateway, "drift status orders prod --label main");
    assert_eq!(
        ran.err,
        "1 of 53 that don't run what they should are shown\n"
    );
    let out = ran.done();
    assert_eq!(
        out,
        "fleet      orders/prod on main\n\
         instances  1000: 1 failed, 52 drifted, 2 stale, 50 canary, 895 in sync\n\
         drift      5.31%\n\
         alert      a1\n\
         silenced   until 2026-01-02T05:04:05Z\n\
         next       `vortex drift remediate orders prod` asks them to fetch again\n\
         \n\
         EXPECTED   SHARE  ARMS\n\
         v1         95%    -\n\
         not valid  5%     canary of r1\n\
         \n\
         RUNNING  STATE    INSTANCES\n\
         v1       in_sync  895\n\
         \n\
         INSTANCE  STATE   RUNS  SHOULD RUN  SINCE                 LAST SEEN             ERROR\n\
         pod-7     failed  v1    v2          2026-01-02T03:04:05Z  2026-01-02T03:05:05Z  no such pool\n"
    );
    assert_eq!(
        gateway.asked_once().line,
        "GET /api/drift/orders/prod?label=main"
    );
    let json = run(&gateway, "drift status orders prod -o json").done();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["newer"], true);
}

#[test]
fn all_who_drifted_are_told_page_by_page_up_to_the_limit() {
    let gateway = Gateway::start(|asked, _| {
        let page = match asked.line.contains("page_token=t") {
            true => one(&["pod-8", "pod-9"], ""),
            false => one(&["pod-7"], "t"),
        };
        Reply::json(200, &page)
    });
    let told = |arguments: &str| -> Vec<String> {
        let out = run(&gateway, arguments).done();
        let json: Value = serde_json::from_str(&out).unwrap();
        let drifted = json["drifted"].as_array().unwrap().iter();
        drifted
            .map(|of| of["instance_id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        told("drift status orders prod -o json"),
        ["pod-7", "pod-8", "pod-9"]
    );
    assert_eq!(
        told("drift status orders prod -o json --limit 2"),
        ["pod-7", "pod-8"]
    );
}

#[test]
fn instances_are_listed_by_state_and_version() {
    let gateway = Gateway::always(|| {
        let page = json!({"instances": [instance()], "next_page_token": ""});
        Reply::json(200, &page)
    });
    let arguments = "drift instances orders prod --state drifted,failed --version v1";
    assert_eq!(
        run(&gateway, arguments).done(),
        "INSTANCE  STATE   RUNS  SHOULD RUN  STATUS   SINCE                 LAST SEEN             HOST\n\
         pod-7     failed  v1    v2          healthy  2026-01-02T03:04:05Z  2026-01-02T03:05:05Z  node-1\n"
    );
    assert_eq!(
        gateway.lines(),
        ["GET /api/instances/orders/prod?state=drifted%2Cfailed&version=v1&page_size=1000"]
    );
    let told = run(&gateway, "drift instances orders prod --state lost").failed(2);
    assert!(told.contains("unknown_version"), "{told}");
}

#[test]
fn one_instance_is_shown() {
    let gateway = Gateway::always(|| Reply::json(200, &instance()));
    assert_eq!(
        run(&gateway, "drift instances orders prod a/b").done(),
        "instance     pod-7\n\
         fleet        orders/prod on main\n\
         state        failed since 2026-01-02T03:04:05Z\n\
         runs         v1\n\
         should run   v2\n\
         arms         canary of r1\n\
         status       healthy\n\
         refused      v2: no such pool\n\
         warning      two processes report under this id by turns\n\
         last seen    2026-01-02T03:05:05Z\n\
         host         node-1\n\
         namespace    shop\n\
         application  1.2\n"
    );
    assert_eq!(gateway.lines(), ["GET /api/instances/orders/prod/a%2Fb"]);
    let missing = Gateway::always(|| Reply::problem(404, "INSTANCE_NOT_FOUND", "no pod-7"));
    let told = run(&missing, "drift instances orders prod pod-7").failed(3);
    assert!(told.contains("hint: `vortex drift instances"), "{told}");
}

#[test]
fn instances_are_asked_to_fetch_again() {
    let gateway =
        Gateway::always(|| Reply::json(200, &json!({"asked": 2, "asked_before": 1, "skipped": 0})));
    let named = "drift remediate orders prod --instance pod-7 --instance pod-8 --label v2";
    assert_eq!(
        run(&gateway, named).done(),
        "2 instances are asked with the next report, 1 asked less than five minutes ago; next: \
         `vortex drift status orders prod --label v2`\n"
    );
    let asked = gateway.asked_once();
    assert_eq!(asked.line, "POST /api/drift/orders/prod/remediate?label=v2");
    assert_eq!(asked.json(), json!({"instances": ["pod-7", "pod-8"]}));
    run(&gateway, "drift remediate orders prod --yes").done();
    assert_eq!(gateway.asked()[1].json(), json!({}));
}

#[test]
fn nobody_is_asked_to_fetch_again_where_there_is_nobody_to_confirm_it() {
    let gateway = Gateway::always(|| Reply::json(200, &one(&["pod-7"], "")));
    let told = run(&gateway, "drift remediate orders prod").failed(2);
    assert!(told.contains("--yes"), "{told}");
    assert!(gateway.asked().is_empty());
}
