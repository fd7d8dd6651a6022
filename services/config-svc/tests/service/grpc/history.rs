//! What happened, and undoing it.

use vortex_kit::error::Reason;
use vortex_proto::config::v1::{self as pb, record::Body};

use super::{
    Node, Way, both_ways,
    node::{change, document, put, written},
};

fn release(name: &str) -> pb::ReleaseChangeRequest {
    pb::ReleaseChangeRequest {
        name: name.to_owned(),
        author: "ada".to_owned(),
        message: "raise the limit".to_owned(),
        ..Default::default()
    }
}

fn undo(change: &str) -> pb::UndoChangeRequest {
    pb::UndoChangeRequest {
        change: change.to_owned(),
        ..Default::default()
    }
}

/// What each event did: the change set, and the versions before and after of what it moved.
fn told(events: &[pb::Event]) -> Vec<(String, String)> {
    events
        .iter()
        .map(|event| {
            let record = event.record.as_ref().unwrap();
            let what = match record.body.as_ref().unwrap() {
                Body::Change(change) => format!("write {}", change.name),
                Body::Released(released) => format!("release {}", released.name),
                Body::Discarded(discarded) => format!("discard {}", discarded.name),
                other => format!("{other:?}"),
            };
            let moved = record.moved.iter();
            let moved = moved.map(|moved| format!("{} {}>{}", moved.path, moved.from, moved.to));
            (what, moved.collect::<Vec<_>>().join(" "))
        })
        .collect()
}

fn pair(what: &str, moved: &str) -> (String, String) {
    (what.to_owned(), moved.to_owned())
}

/// Two versions of `orders`, one staged first, one of `billing`, and one for all applications.
async fn play(node: &mut Node) {
    node.config
        .put_document(put("orders", "v1", "a: 1"))
        .await
        .unwrap();
    let mut staged = put("orders", "v2", "a: 2");
    staged.stage_only = true;
    node.config.put_document(staged).await.unwrap();
    node.config
        .put_document(put("billing", "b1", "a: 1"))
        .await
        .unwrap();
    node.config
        .put_document(put("application", "s1", "a: 1"))
        .await
        .unwrap();
    node.config.release_change(release("v2")).await.unwrap();
}

both_ways! {
    async fn what_happened_is_told_newest_first_and_by_what_an_application_reads(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        play(&mut node).await;
        let all = node.config.list_events(pb::ListEventsRequest::default()).await.unwrap();
        let all = all.into_inner();
        assert_eq!(
            told(&all.events),
            [
                pair("release v2", "orders.yml v1>v2"),
                pair("write s1", "application.yml >s1"),
                pair("write b1", "billing.yml >b1"),
                pair("write v2", ""),
                pair("write v1", "orders.yml >v1"),
            ]
        );
        assert_eq!(all.next_page_token, "");
        let first = &all.events[0];
        assert_eq!((&*first.author, &*first.message), ("ada", "raise the limit"));
        assert_eq!((&*first.app, &*first.profile, &*first.label), ("orders", "default", "main"));
        let undo = |event: &pb::Event| event.undo();
        let undos: Vec<_> = all.events.iter().map(undo).collect();
        // nothing was stable before what was written first
        assert_eq!(undos[0], pb::Undo::Change);
        assert_eq!(&undos[1..], [pb::Undo::Unspecified; 4]);
        let of = |app: &str, author: &str| pb::ListEventsRequest {
            app: app.to_owned(),
            author: author.to_owned(),
            ..Default::default()
        };
        let billing = node.config.list_events(of("billing", "")).await.unwrap().into_inner();
        assert_eq!(
            told(&billing.events),
            [
                pair("write s1", "application.yml >s1"),
                pair("write b1", "billing.yml >b1"),
            ]
        );
        let ada = node.config.list_events(of("", "ada")).await.unwrap().into_inner();
        assert_eq!(ada.events.len(), 1);
        node.stop().await;
    }

    async fn events_come_in_pages_that_end(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        play(&mut node).await;
        let mut token = String::new();
        let mut found = Vec::new();
        loop {
            let request = pb::ListEventsRequest {
                page_size: 2,
                page_token: token,
                ..Default::default()
            };
            let page = node.config.list_events(request).await.unwrap().into_inner();
            let sequence = |event: &pb::Event| event.record.as_ref().unwrap().sequence;
            found.extend(page.events.iter().map(sequence));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(found, [5, 4, 3, 2, 1]);
        node.stop().await;
    }

    async fn a_version_says_when_and_by_whom_it_became_stable(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        play(&mut node).await;
        let request = pb::ListVersionsRequest {
            document: document("orders", ""),
            ..Default::default()
        };
        let versions = node.config.list_versions(request).await.unwrap().into_inner().versions;
        let by: Vec<_> = versions
            .iter()
            .map(|version| (&*version.name, &*version.release_author, version.released_at.is_some()))
            .collect();
        assert_eq!(by, [("v2", "ada", true), ("v1", "", true)]);
        assert!(!versions[0].released_by.is_empty());
        node.stop().await;
    }

    async fn a_release_is_undone_and_told(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        play(&mut node).await;
        let by_document = pb::UndoChangeRequest {
            document: document("orders", ""),
            validate_only: true,
            ..Default::default()
        };
        let planned = node.config.undo_change(by_document.clone()).await.unwrap().into_inner();
        let goes = &planned.documents[0];
        assert_eq!((&*goes.from, &*goes.to), ("v2", "v1"));
        assert_eq!((&goes.from_content[..], &goes.to_content[..]), (&b"a: 2"[..], &b"a: 1"[..]));
        assert_eq!(planned.apps, ["orders"]);
        let sequence = planned.undone.unwrap().sequence;
        let request = pb::UndoChangeRequest {
            validate_only: false,
            request_id: "once".to_owned(),
            change_sequence: sequence,
            reason: "errors".to_owned(),
            ..by_document
        };
        let undone = node.config.undo_change(request.clone()).await.unwrap().into_inner();
        assert_eq!(undone.change.as_ref().unwrap().name, "v1");
        // C5: a repeat does not redo it
        assert_eq!(node.config.undo_change(request).await.unwrap().into_inner(), undone);
        let events = node.config.list_events(pb::ListEventsRequest::default()).await.unwrap();
        let events = events.into_inner().events;
        assert_eq!(told(&events)[0], pair("release v1", "orders.yml v2>v1"));
        assert_eq!(events[0].message, "Undoes v2: errors");
        // to undo it again is to redo
        let redone = node.config.undo_change(undo("v1")).await.unwrap().into_inner();
        assert_eq!(redone.change.unwrap().name, "v2");
        node.stop().await;
    }

    async fn what_all_applications_read_is_read_by_all_that_are_known(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        play(&mut node).await;
        node.config.put_document(put("application", "s2", "a: 2")).await.unwrap();
        let request = pb::UndoChangeRequest { validate_only: true, ..undo("s2") };
        let planned = node.config.undo_change(request).await.unwrap().into_inner();
        assert_eq!((planned.apps, planned.app_count), (vec!["billing".to_owned(), "orders".to_owned()], 2));
        node.stop().await;
    }

    async fn there_may_be_nothing_to_undo(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let first = change("v1", vec![written("orders.yml", "a: 1")]);
        node.config.apply_change(first).await.unwrap();
        let mut config = node.config.clone();
        let fault = node.refused(config.undo_change(undo("v1"))).await;
        assert_eq!(fault.reason(), Reason::NothingToUndo);
        let fault = node.refused(config.undo_change(undo("v9"))).await;
        assert_eq!(fault.reason(), Reason::ChangeNotFound);
        let both = pb::UndoChangeRequest { document: document("orders", ""), ..undo("v1") };
        let fault = node.refused(config.undo_change(both)).await;
        assert_eq!(fault.reason(), Reason::InvalidArgument);
        node.stop().await;
    }

    async fn change_sets_are_listed_by_author_application_and_time(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        play(&mut node).await;
        let names = |request| async {
            let changes = node.config.clone().list_changes(request).await.unwrap().into_inner();
            changes.changes.into_iter().map(|change| change.name).collect::<Vec<_>>()
        };
        let of_orders = pb::ListChangesRequest { app: "orders".to_owned(), ..Default::default() };
        assert_eq!(names(of_orders).await, ["s1", "v2", "v1"]);
        let of_nobody = pb::ListChangesRequest { author: "eve".to_owned(), ..Default::default() };
        assert!(names(of_nobody).await.is_empty());
        let later = prost_types::Timestamp { seconds: 32_503_680_000, nanos: 0 };
        let since = pb::ListChangesRequest { since: Some(later), ..Default::default() };
        assert!(names(since).await.is_empty());
        node.stop().await;
    }
}
