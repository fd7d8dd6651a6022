//! What happened, and undoing it.

use serde_json::json;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::{config::v1::*, rollout::v1 as rollout};

use super::document;
use crate::mesh::start;

fn at(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 0 })
}

fn event(sequence: u64, seconds: i64, body: record::Body) -> Event {
    Event {
        record: Some(Record {
            sequence,
            time: Some(HybridTime {
                wall: at(seconds),
                logical: 0,
            }),
            principal: "anonymous".into(),
            body: Some(body),
            moved: vec![Moved {
                path: "orders.yml".into(),
                from: "v1".into(),
                from_sequence: 1,
                to: "v2".into(),
            }],
            moved_count: 1,
            ..Record::default()
        }),
        author: "ada".into(),
        label: "main".into(),
        undo: Undo::Change.into(),
        page_token: format!("e{sequence}"),
        ..Event::default()
    }
}

fn released() -> record::Body {
    record::Body::Released(Released {
        name: "v2".into(),
        label: "main".into(),
        ..Released::default()
    })
}

fn moved() -> record::Body {
    record::Body::SplitMoved(Split {
        id: "r1".into(),
        change: "v3".into(),
        ..Split::default()
    })
}

fn transition(number: u64, seconds: i64) -> rollout::Transition {
    rollout::Transition {
        rollout: "r1".into(),
        change: "v3".into(),
        can_roll_back: true,
        stage_count: 3,
        page_token: format!("t{number}"),
        entry: Some(rollout::AuditEntry {
            number,
            time: at(seconds),
            action: "promote".into(),
            to_stage: Some(1),
            percentage: Some(25.0),
            ..rollout::AuditEntry::default()
        }),
        ..rollout::Transition::default()
    }
}

#[tokio::test]
async fn the_log_and_rollouts_are_told_as_one_newest_first() {
    let mesh = start().await;
    mesh.service.reply(
        "list_events",
        ListEventsResponse {
            events: vec![event(9, 90, moved()), event(5, 50, released())],
            ..ListEventsResponse::default()
        },
    );
    mesh.rollouts.reply(
        "list_transitions",
        rollout::ListTransitionsResponse {
            transitions: vec![transition(2, 70), transition(1, 40)],
            ..rollout::ListTransitionsResponse::default()
        },
    );
    let line = "GET /api/timeline?app=orders&author=ada&since=1970-01-01T00:00:30Z";
    let answer = mesh.send(line, &[], "").await;
    assert_eq!(answer.status, 200);
    let answer = answer.json();
    let entries = answer["entries"].as_array().unwrap();
    let told: Vec<_> = entries.iter().map(|entry| &entry["what"]).collect();
    // the split's move is told by the rollout
    assert_eq!(
        told,
        [
            "promoted v3 (stage 2 of 3, 25 %)",
            "released v2",
            "promoted v3 (stage 2 of 3, 25 %)",
        ]
    );
    assert_eq!(entries[0]["undo"], "vortex rollout rollback r1");
    assert_eq!(entries[1]["undo"], "vortex config undo --change v2");
    assert_eq!(
        entries[1]["moved"],
        json!([{ "path": "orders.yml", "from": "v1", "to": "v2" }])
    );
    assert_eq!(
        (&answer["next_page_token"], &answer["incomplete"]),
        (&json!(""), &json!([]))
    );
    let asked: ListEventsRequest = mesh.service.asked("list_events");
    assert_eq!(
        (asked.app.as_str(), asked.author.as_str(), asked.since),
        ("orders", "ada", at(30))
    );
}

#[tokio::test]
async fn what_rollouts_did_is_missing_while_their_service_is_away() {
    let mesh = start().await;
    mesh.service.reply(
        "list_events",
        ListEventsResponse {
            events: vec![event(9, 90, moved())],
            ..ListEventsResponse::default()
        },
    );
    mesh.rollouts
        .fail("list_transitions", Fault::new(Reason::Unavailable, "away"));
    let answer = mesh.send("GET /api/timeline", &[], "").await.json();
    assert_eq!(answer["incomplete"], json!(["rollout-svc"]));
    assert_eq!(answer["entries"][0]["kind"], "split");
}

#[tokio::test]
async fn a_time_or_a_page_that_can_not_be_is_refused() {
    let mesh = start().await;
    for line in [
        "GET /api/timeline?since=soon",
        "GET /api/timeline?page_token=zz",
        "GET /api/timeline?page_size=1001",
        "GET /api/changes?since=soon",
    ] {
        mesh.send(line, &[], "")
            .await
            .problem(400, "INVALID_ARGUMENT");
    }
}

#[tokio::test]
async fn a_document_and_a_change_set_are_undone() {
    let mesh = start().await;
    let reply = UndoChangeResponse {
        undone: Some(Change {
            name: "v2".into(),
            sequence: 7,
            ..Change::default()
        }),
        documents: vec![UndoneDocument {
            path: "orders.yml".into(),
            from: "v2".into(),
            to: "v1".into(),
            from_content: "a: 2".into(),
            to_content: "a: 1".into(),
            content_left_out: false,
        }],
        document_count: 1,
        ..UndoChangeResponse::default()
    };
    mesh.service.reply("undo_change", reply.clone());
    let line = "POST /api/configs/orders/dev/undo?label=main&validate_only=true";
    let answer = mesh.send(line, &[], "").await;
    assert_eq!(
        (answer.status, &answer.json()["change"]),
        (200, &json!(null))
    );
    assert_eq!(answer.json()["documents"][0]["to_content"], "a: 1");
    let asked: UndoChangeRequest = mesh.service.asked("undo_change");
    assert_eq!(
        asked,
        UndoChangeRequest {
            document: Some(document()),
            validate_only: true,
            ..UndoChangeRequest::default()
        }
    );
    mesh.service.reply("undo_change", reply);
    let line = "POST /api/changes/v2/undo?label=next&change_sequence=7&request_id=once";
    assert_eq!(mesh.send(line, &[], "").await.status, 200);
    let asked: UndoChangeRequest = mesh.service.asked("undo_change");
    assert_eq!(
        asked,
        UndoChangeRequest {
            change: "v2".into(),
            label: "next".into(),
            change_sequence: 7,
            request_id: "once".into(),
            ..UndoChangeRequest::default()
        }
    );
}
