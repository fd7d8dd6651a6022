//! Many reports at once.

use serde_json::{Value, json};
use vortex_proto::heartbeat::v1::{report_result::Result as Of, *};

use super::{JSON, post, reply, reply_json, seconds};
use crate::mesh::{Mesh, start};

const PATH: &str = "/api/heartbeats";

fn beat(instance: &str) -> Value {
    json!({"app": "orders", "instance_id": instance})
}

fn results(mesh: &Mesh, results: Vec<Of>) {
    let results = results.into_iter().map(|result| ReportResult {
        result: Some(result),
    });
    let reply = ReportBatchResponse {
        results: results.collect(),
    };
    mesh.heartbeats.reply("report_batch", reply);
}

#[tokio::test]
async fn each_report_is_taken_or_refused_by_itself_in_their_order() {
    let mesh = start().await;
    let limited = RefusedHeartbeat {
        reason: "RATE_LIMITED".into(),
        message: "too many".into(),
        retry_after: seconds(2),
    };
    let long = RefusedHeartbeat {
        reason: "INVALID_ARGUMENT".into(),
        message: "heartbeats[2].fleet.app: is long".into(),
        retry_after: None,
    };
    let taken = Of::Reply(reply());
    results(&mesh, vec![taken, Of::Refused(limited), Of::Refused(long)]);
    let mut wrong = beat("i-2");
    wrong["metrics"] = json!([{"requests": 1, "errors": 0, "sketch": "!"}]);
    let body = json!([beat("i-1"), wrong, beat("i-3"), beat("i-4")]);
    let answer = post(&mesh, PATH, &body).await;
    assert_eq!(
        (answer.status, answer.json()),
        (
            200,
            json!([
                reply_json(),
                {"code": "INVALID_ARGUMENT",
                 "detail": "metrics[0].sketch: is not valid base64", "retry_after": null},
                {"code": "RATE_LIMITED", "detail": "too many", "retry_after": "2s"},
                {"code": "INVALID_ARGUMENT", "detail": "app: is long", "retry_after": null},
            ])
        )
    );
    let asked: ReportBatchRequest = mesh.heartbeats.asked("report_batch");
    let sent: Vec<_> = asked
        .heartbeats
        .into_iter()
        .map(|of| of.instance_id)
        .collect();
    assert_eq!(sent, ["i-1", "i-3", "i-4"]);
}

#[tokio::test]
async fn a_thousand_are_taken_and_one_more_is_refused() {
    let mesh = start().await;
    results(&mesh, vec![Of::Reply(HeartbeatReply::default()); 1_000]);
    let mut body = vec![beat("i"); 1_000];
    let answer = post(&mesh, PATH, &body.clone().into()).await;
    assert_eq!(answer.json().as_array().unwrap().len(), 1_000);
    body.push(beat("i"));
    let problem = post(&mesh, PATH, &body.into())
        .await
        .problem(400, "INVALID_ARGUMENT");
    assert_eq!(
        problem["detail"],
        "body: has 1001 reports, and may have 1000"
    );
    assert_eq!(mesh.heartbeats.calls("report_batch"), 1);
}

#[tokio::test]
async fn who_calls_is_asked_for_even_if_nothing_can_be_sent_on() {
    let mesh = start().await;
    results(&mesh, vec![]);
    assert_eq!(post(&mesh, PATH, &json!([])).await.json(), json!([]));
    let nobody = json!([{"instance_id": "i"}]);
    let answer = post(&mesh, PATH, &nobody).await.json();
    assert_eq!(answer[0]["detail"], "app: is missing");
    assert_eq!(mesh.heartbeats.calls("report_batch"), 2);
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_or_size_is_refused_as_a_whole() {
    let mesh = start().await;
    for (body, field) in [
        (json!([beat("i"), {"instance_id": 5}]), "[1].instance_id"),
        (json!([beat("i"), 5]), "[1]"),
        (beat("i"), "body"),
    ] {
        let problem = post(&mesh, PATH, &body)
            .await
            .problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], field, "{body}");
    }
    let huge = mesh
        .send("POST /api/heartbeats", &[JSON], &" ".repeat((1 << 20) + 1))
        .await;
    huge.problem(413, "MESSAGE_TOO_LARGE");
}

#[tokio::test]
async fn results_that_are_missing_are_a_fault_of_the_server() {
    let mesh = start().await;
    results(&mesh, vec![Of::Reply(reply())]);
    let answer = post(&mesh, PATH, &json!([beat("i-1"), beat("i-2")])).await;
    answer.problem(500, "INTERNAL");
}
