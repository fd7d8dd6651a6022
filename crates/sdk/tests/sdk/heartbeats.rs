//! Heartbeats.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::runtime::Handle;
use vortex_sdk::{Metadata, Refusal, Status};

use crate::{
    gateway::{Settings, soon},
    receiver::{Answer, Receiver},
};

const LATENCY: Duration = Duration::from_millis(10);

fn canary(generation: u64) -> Value {
    json!([{"split": "s", "change": "v2", "generation": generation, "arm": "canary",
        "unit": "instance", "forced": false}])
}

/// Requests by arm, as `split:generation:arm=requests/errors`.
fn measured(report: &Value) -> Vec<String> {
    let metrics = report["metrics"].as_array().into_iter().flatten();
    let text = |value: &Value| value.to_string().replace('"', "");
    let shown = metrics.map(|of| {
        format!(
            "{}:{}:{}={}/{}",
            text(&of["split"]),
            text(&of["generation"]),
            text(&of["arm"]),
            of["requests"],
            of["errors"]
        )
    });
    shown.collect()
}

#[tokio::test]
async fn a_report_says_what_runs_and_where() {
    let receiver = Receiver::start().await;
    let metadata = Metadata {
        host: "node-1".to_owned(),
        ..Metadata::default()
    };
    let client = receiver.client().label("blue").metadata(metadata);
    let client = client.app_version("1.2.3").build().unwrap();
    receiver.answer(Answer::Reply(json!({
        "next_interval": "30s", "jitter": "3s", "expected_version": "v2", "drift": true,
        "expected_assignments": [], "resend_full": false, "fetch": false,
    })));
    client.fetch::<Settings>().await.unwrap();
    client.set_status(Status::Degraded);
    let expected = client.report_now().await.unwrap();
    assert_eq!((expected.version.as_str(), expected.drift), ("v2", true));
    assert_eq!(client.expected(), Some(expected));
    let mut report = receiver.reports().remove(0);
    let members = report.as_object_mut().unwrap();
    let boot = members.remove("boot_id").unwrap().as_u64().unwrap();
    // microseconds since 1970, this century
    assert!((1e15..4.2e15).contains(&(boot as f64)), "{boot}");
    assert!(
        members
            .remove("sent_at")
            .unwrap()
            .as_str()
            .unwrap()
            .ends_with('Z')
    );
    assert_eq!(
        report,
        json!({
            "app": "orders", "profile": "prod", "label": "blue", "instance_id": "orders-1",
            "sequence": 1, "version": "v1", "token": "s:1", "status": "degraded",
            "metadata": {"host": "node-1", "namespace": "", "zone": "", "app_version": "1.2.3"},
        })
    );
}

#[tokio::test]
async fn requests_count_once_and_for_the_arm_that_served_them() {
    let receiver = Receiver::start().await;
    let client = receiver.client().build().unwrap();
    receiver.serve("v2", &json!({"workers": 2}), canary(1));
    client.fetch::<Settings>().await.unwrap();
    client.record_request(Duration::ZERO, true);
    let began_before = client.begin_request();
    receiver.serve("v2", &json!({"workers": 2}), canary(2));
    client.fetch::<Settings>().await.unwrap();
    client.record_request(Duration::ZERO, false);
    began_before.end(true);
    client.report_now().await.unwrap();
    client.report_now().await.unwrap();
    let reports = receiver.reports();
    assert_eq!(measured(&reports[0]), ["s:1:canary=2/0", "s:2:canary=1/1"]);
    assert_eq!(measured(&reports[1]), [""; 0]);
    assert_eq!(
        (&reports[0]["sequence"], &reports[1]["sequence"]),
        (&json!(1), &json!(2))
    );
}

#[tokio::test]
async fn a_subject_counts_for_its_own_arm() {
    let receiver = Receiver::start().await;
    let client = receiver.client().build().unwrap();
    client.fetch::<Settings>().await.unwrap();
    receiver.serve("v2", &json!({"workers": 2}), canary(1));
    let config = client.fetch_for::<Settings>("user-7").await.unwrap();
    client.record_for(&config, LATENCY, true);
    assert_eq!(client.version(), "v1");
    client.report_now().await.unwrap();
    assert_eq!(measured(&receiver.reports()[0]), ["s:1:canary=1/0"]);
}

#[tokio::test]
async fn figures_of_a_report_that_was_refused_come_with_the_next() {
    let receiver = Receiver::start().await;
    let client = receiver.client().build().unwrap();
    client.record_request(LATENCY, true);
    receiver.answer(Answer::Refuse(503));
    client.report_now().await.unwrap_err();
    client.record_request(LATENCY, false);
    client.report_now().await.unwrap();
    let reports = receiver.reports();
    assert_eq!(measured(&reports[1]), ["null:null:null=2/1"]);
    assert_eq!(reports[1]["sequence"], 1);
}

#[tokio::test]
async fn a_report_without_an_answer_is_made_again_under_its_number() {
    let receiver = Receiver::start().await;
    let client = receiver.client().timeout(Duration::from_millis(200));
    let client = client.build().unwrap();
    client.record_request(LATENCY, true);
    receiver.answer(Answer::Silence);
    client.report_now().await.unwrap_err();
    client.record_request(LATENCY, false);
    client.report_now().await.unwrap();
    client.report_now().await.unwrap();
    let reports = receiver.reports();
    let told: Vec<_> = reports
        .iter()
        .map(|report| (report["sequence"].as_u64().unwrap(), measured(report)))
        .collect();
    let first = || (1, vec!["null:null:null=1/0".to_owned()]);
    let second = (2, vec!["null:null:null=1/1".to_owned()]);
    assert_eq!(told, [first(), first(), second]);
}

#[tokio::test]
async fn what_the_server_will_not_take_is_not_sent_for_ever() {
    let receiver = Receiver::start().await;
    let client = receiver.client().build().unwrap();
    client.record_request(LATENCY, true);
    receiver.answer(Answer::Refuse(400));
    client.report_now().await.unwrap_err();
    client.report_now().await.unwrap();
    assert_eq!(measured(&receiver.reports()[1]), [""; 0]);
}

#[tokio::test]
async fn reports_come_at_the_servers_pace_and_the_last_one_says_so() {
    let receiver = Receiver::start().await;
    let client = receiver.client().interval(Duration::from_millis(100));
    let client = client.build().unwrap();
    client.start_heartbeats().unwrap();
    receiver.until(|report| report["sequence"] == 3).await;
    client.record_request(LATENCY, true);
    client.stop().await.unwrap();
    let reports = receiver.reports();
    let last = reports.last().unwrap();
    assert_eq!(last["status"], "stopping");
    let numbers: Vec<_> = reports
        .iter()
        .map(|report| report["sequence"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (1..=reports.len() as u64).collect::<Vec<_>>());
    let told = reports.iter().flat_map(measured).collect::<Vec<_>>();
    assert_eq!(told, ["null:null:null=1/0"]);
}

#[tokio::test]
async fn a_server_that_is_away_for_a_while_gets_the_figures_of_that_time() {
    let receiver = Receiver::start().await;
    let client = receiver.client().interval(Duration::from_millis(100));
    let client = client.build().unwrap();
    receiver.answer(Answer::Refuse(503));
    receiver.answer(Answer::Refuse(503));
    client.record_request(LATENCY, true);
    client.start_heartbeats().unwrap();
    receiver.until(|_| receiver.reports().len() >= 3).await;
    client.stop().await.unwrap();
    assert_eq!(measured(&receiver.reports()[2]), ["null:null:null=1/0"]);
}

#[tokio::test]
async fn the_arm_that_changes_nothing_is_learnt_from_the_reply() {
    let receiver = Receiver::start().await;
    let client = receiver.client().build().unwrap();
    client.fetch::<Settings>().await.unwrap();
    let mut stable = canary(4);
    stable[0]["arm"] = json!("stable");
    receiver.answer(Answer::Reply(
        json!({"expected_version": "v1", "expected_assignments": stable}),
    ));
    client.report_now().await.unwrap();
    client.record_request(Duration::ZERO, true);
    client.report_now().await.unwrap();
    assert_eq!(measured(&receiver.reports()[1]), ["s:4:stable=1/0"]);
    assert!(client.prometheus_text().contains(r#"arm="stable""#));
}

#[tokio::test]
async fn a_refused_version_is_told_until_another_is_in_use() {
    let receiver = Receiver::start().await;
    let client = receiver.client().build().unwrap();
    let mut watch = client.watch::<Settings>();
    soon(watch.next()).await.unwrap().accept();
    receiver.serve("v2", &json!({"workers": 0}), json!([]));
    receiver.answer(Answer::Reply(json!({"fetch": true})));
    client.report_now().await.unwrap();
    let update = soon(watch.next()).await.unwrap();
    update.refuse(&Refusal::new("no workers"));
    // asked for it, the client offers it to the application again
    receiver.answer(Answer::Reply(json!({"fetch": true})));
    client.report_now().await.unwrap();
    let update = soon(watch.next()).await.unwrap();
    assert_eq!(update.config().version(), "v2");
    update.accept();
    client.report_now().await.unwrap();
    let reports = receiver.reports();
    let refused = json!({"version": "v2", "error": "no workers"});
    assert_eq!(
        (&reports[1]["refused"], &reports[1]["version"]),
        (&refused, &json!("v1"))
    );
    assert_eq!(
        (reports[2].get("refused"), &reports[2]["version"]),
        (None, &json!("v2"))
    );
}

#[tokio::test]
async fn a_version_that_does_not_fit_is_told_too() {
    let receiver = Receiver::start().await;
    receiver.serve("v2", &json!({"workers": "many"}), json!([]));
    let client = receiver.client().build().unwrap();
    client.fetch::<Settings>().await.unwrap_err();
    client.report_now().await.unwrap();
    let refused = &receiver.reports()[0]["refused"];
    assert_eq!(refused["version"], "v2");
    assert!(
        refused["error"].as_str().unwrap().starts_with("workers: "),
        "{refused}"
    );
}

#[tokio::test]
async fn a_version_may_be_set_by_hand() {
    let receiver = Receiver::start().await;
    let client = receiver.client().build().unwrap();
    client.set_version("of Spring");
    client.report_now().await.unwrap();
    let report = &receiver.reports()[0];
    assert_eq!(
        (&report["version"], report.get("token")),
        (&json!("of Spring"), None)
    );
}

#[tokio::test]
async fn the_task_ends_with_the_last_client() {
    let receiver = Receiver::start().await;
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let client = receiver.client().build().unwrap();
    client.start_heartbeats().unwrap();
    let clone = client.clone();
    receiver.until(|_| true).await;
    drop(client);
    assert!(tasks() > before);
    drop(clone);
    soon(async {
        while tasks() > before {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
