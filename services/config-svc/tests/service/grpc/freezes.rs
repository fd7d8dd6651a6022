//! Freezes: set, met, listed, ended by hand and by themselves.

use vortex_kit::{
    clock::Manual,
    error::{Fault, Reason},
};
use vortex_proto::config::v1 as pb;

use super::{Node, Way, both_ways, node::put, settings};

fn freeze(apps: &[&str]) -> pb::SetFreezeRequest {
    pb::SetFreezeRequest {
        all: apps.is_empty(),
        apps: apps.iter().map(|app| (*app).to_owned()).collect(),
        reason: "the audit".to_owned(),
        author: "ada".to_owned(),
        ..Default::default()
    }
}

fn lasting(seconds: i64) -> pb::SetFreezeRequest {
    pb::SetFreezeRequest {
        lasts: Some(prost_types::Duration { seconds, nanos: 0 }),
        ..freeze(&[])
    }
}

async fn set(node: &Node, request: pb::SetFreezeRequest) -> pb::Freeze {
    let set = node.freezes.clone().set_freeze(request).await;
    set.unwrap().into_inner().freeze.unwrap()
}

async fn end(node: &Node, request: pb::EndFreezeRequest) -> Vec<String> {
    let ended = node.freezes.clone().end_freeze(request).await;
    ended.unwrap().into_inner().ids
}

fn by_id(id: &str) -> pb::EndFreezeRequest {
    pb::EndFreezeRequest {
        id: id.to_owned(),
        ..Default::default()
    }
}

async fn list(node: &Node, request: pb::ListFreezesRequest) -> pb::ListFreezesResponse {
    let listed = node.freezes.clone().list_freezes(request).await;
    listed.unwrap().into_inner()
}

fn ids(listed: &pb::ListFreezesResponse) -> Vec<&str> {
    listed.freezes.iter().map(|freeze| &*freeze.id).collect()
}

both_ways! {
async fn what_is_frozen_is_refused_and_says_by_what(way: Way) {
    let (_folder, mut node) = Node::new(way).await;
    node.config
        .put_document(put("orders", "v1", "n: 1"))
        .await
        .unwrap();
    let freeze = set(&node, freeze(&["orders", "billing", "orders"])).await;
    assert_eq!(freeze.apps, ["billing", "orders"]);
    assert!(freeze.since.is_some() && freeze.until.is_none());
    assert_eq!(
        (&*freeze.principal, &*freeze.author),
        ("anonymous", "ada")
    );
    let mut config = node.config.clone();
    let write = config.put_document(put("orders", "v2", "n: 2"));
    let refused = node.refused(write).await;
    assert_eq!(refused.reason(), Reason::Frozen);
    let facts = refused.metadata();
    assert_eq!(facts["freeze"], freeze.id);
    assert_eq!(facts["reason"], "the audit");
    assert_eq!(facts["by"], "anonymous");
    assert!(refused.message().contains("the audit"), "{refused}");
    node.config
        .put_document(put("users", "v1", "n: 1"))
        .await
        .unwrap();
    assert_eq!(end(&node, by_id(&freeze.id)).await, [&*freeze.id]);
    let mut config = node.config.clone();
    config
        .put_document(put("orders", "v2", "n: 2"))
        .await
        .unwrap();
    let mut freezes = node.freezes.clone();
    let gone = node.refused(freezes.end_freeze(by_id(&freeze.id))).await;
    assert_eq!(gone.reason(), Reason::FreezeNotFound);
    assert_eq!(gone.metadata()["freeze"], freeze.id);
    node.stop().await;
}

async fn a_repeated_request_gets_the_same_answer(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let request = pb::SetFreezeRequest {
        request_id: "once".to_owned(),
        ..lasting(3_600)
    };
    let first = set(&node, request.clone()).await;
    assert_eq!(set(&node, request.clone()).await, first);
    let ending = pb::EndFreezeRequest {
        all: true,
        request_id: "end-once".to_owned(),
        ..Default::default()
    };
    assert_eq!(end(&node, ending.clone()).await, [&*first.id]);
    assert_eq!(end(&node, ending).await, [&*first.id]);
    // also when it has ended since
    assert_eq!(set(&node, request).await, first);
    assert!(list(&node, pb::ListFreezesRequest::default()).await.freezes.is_empty());
    node.stop().await;
}

async fn freezes_are_listed_by_what_they_concern(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let orders = set(&node, freeze(&["orders"])).await.id;
    let all = set(&node, freeze(&[])).await.id;
    let billing = set(&node, freeze(&["billing"])).await.id;
    let whole = list(&node, pb::ListFreezesRequest::default()).await;
    assert_eq!(ids(&whole), [&*orders, &*all, &*billing]);
    assert_eq!(whole.next_page_token, "");
    let of_orders = pb::ListFreezesRequest {
        app: "orders".to_owned(),
        page_size: 1,
        ..Default::default()
    };
    let first = list(&node, of_orders.clone()).await;
    assert_eq!(ids(&first), [&*orders]);
    let second = pb::ListFreezesRequest {
        page_token: first.next_page_token,
        ..of_orders
    };
    let second = list(&node, second).await;
    assert_eq!((ids(&second), &*second.next_page_token), (vec![&*all], ""));
    node.stop().await;
}

async fn what_makes_no_freeze_is_refused_by_its_field(way: Way) {
    let (_folder, node) = Node::new(way).await;
    let some = || freeze(&["orders"]);
    let early = prost_types::Timestamp {
        seconds: 1,
        nanos: 0,
    };
    let cases = [
        ("apps", pb::SetFreezeRequest { apps: vec![], ..some() }),
        ("apps", pb::SetFreezeRequest { all: true, ..some() }),
        (
            "apps",
            pb::SetFreezeRequest {
                apps: vec!["a".to_owned(); 101],
                ..some()
            },
        ),
        (
            "reason",
            pb::SetFreezeRequest {
                reason: " ".to_owned(),
                ..some()
            },
        ),
        (
            "until",
            pb::SetFreezeRequest {
                until: Some(early),
                ..some()
            },
        ),
        (
            "lasts",
            pb::SetFreezeRequest {
                until: Some(early),
                ..lasting(1)
            },
        ),
    ];
    let mut freezes = node.freezes.clone();
    for (field, request) in cases {
        let refused = node.refused(freezes.set_freeze(request)).await;
        assert_eq!(refused.reason(), Reason::InvalidArgument, "{refused}");
        assert_eq!(refused.fields()[0].field, field, "{refused}");
    }
    let unknown = pb::SetFreezeRequest {
        label: "nowhere".to_owned(),
        ..some()
    };
    let refused = node.refused(freezes.set_freeze(unknown)).await;
    assert_eq!(refused.reason(), Reason::LabelNotFound);
    for (id, all) in [("", false), ("x", false), ("f1", true)] {
        let request = pb::EndFreezeRequest { all, ..by_id(id) };
        let refused = node.refused(freezes.end_freeze(request)).await;
        assert_eq!(refused.fields()[0].field, "id", "{refused}");
    }
    node.stop().await;
}
}

#[tokio::test]
async fn a_freeze_ends_by_itself_and_that_is_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Manual::starting_at("2026-01-02T03:04:05Z".parse().unwrap());
    let node = Node::start_at(Way::InProcess, settings(&folder), &clock).await;
    let mut config = node.config.clone();
    let watched = pb::WatchLogRequest {
        kinds: vec![pb::RecordKind::FreezeEnded.into()],
        ..Default::default()
    };
    let mut log = config.watch_log(watched).await.unwrap().into_inner();
    let freeze = set(&node, lasting(60)).await;
    assert_eq!(
        (freeze.since.unwrap().seconds, freeze.until.unwrap().seconds),
        (1_767_323_045, 1_767_323_105)
    );
    let write = |version: &str| put("orders", version, "n: 1");
    let refused = config.put_document(write("v1")).await.unwrap_err();
    assert_eq!(Fault::from_status(&refused).reason(), Reason::Frozen);
    clock.advance(std::time::Duration::from_secs(60));
    // at once, whatever is in the log
    config.put_document(write("v1")).await.unwrap();
    let record = loop {
        let reply = log.message().await.unwrap().unwrap();
        if let Some(pb::watch_log_response::Event::Record(record)) = reply.event {
            break record;
        }
    };
    assert_eq!(record.principal, "expiry");
    let Some(pb::record::Body::FreezeEnded(ended)) = record.body else {
        panic!("{record:?}");
    };
    assert_eq!((ended.ids, ended.expired), (vec![freeze.id], true));
    node.stop().await;
}

#[tokio::test]
async fn a_freeze_outlives_the_process_and_is_told_in_health_and_metrics() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(Way::InProcess, settings(&folder)).await;
    let id = set(&node, freeze(&[])).await.id;
    node.stop().await;
    let node = Node::start(Way::InProcess, settings(&folder)).await;
    let listed = list(&node, pb::ListFreezesRequest::default()).await;
    assert_eq!(ids(&listed), [&*id]);
    let rendered = node.runtime.metrics.render();
    assert!(rendered.contains("\nvortex_freezes 1\n"), "{rendered}");
    // told by a task, as soon as it sees it
    let told = loop {
        let report = node.runtime.health.snapshot();
        if let Some(told) = report.checks.get("freezes") {
            assert!(report.degradations.is_empty(), "{report:?}");
            break told.clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(
        (&told["count"], &told["first"][0]["id"]),
        (&1.into(), &id.into())
    );
    node.stop().await;
}
