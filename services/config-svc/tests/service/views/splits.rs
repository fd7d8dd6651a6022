//! Views under splits: what each arm gets, and who is in which.

use vortex_proto::config::v1 as pb;

use super::{Stream, by_arms, read, versions, view, with_history, write};
use crate::grpc::{Node, Way, change, put, written};

pub(super) async fn staged(node: &Node, app: &str, version: &str, text: &str) -> u64 {
    let stage = pb::PutDocumentRequest {
        stage_only: true,
        ..put(app, version, text)
    };
    node.config.clone().put_document(stage).await.unwrap();
    planned(node, version).await
}

/// The position of a change set that is to be split.
async fn planned(node: &Node, version: &str) -> u64 {
    let target = pb::plan_split_request::Target::Change(pb::ChangeTarget {
        name: version.to_owned(),
        label: String::new(),
    });
    let plan = pb::PlanSplitRequest {
        target: Some(target),
        ..Default::default()
    };
    let planned = node.splits.clone().plan_split(plan).await.unwrap();
    planned.into_inner().change_sequence
}

pub(super) fn moving(
    id: &str,
    change: u64,
    percentage: f64,
    generation: u64,
) -> pb::SetSplitRequest {
    pb::SetSplitRequest {
        id: id.to_owned(),
        change_sequence: change,
        percentage,
        unit: pb::SplitUnit::Instance.into(),
        generation,
        ..Default::default()
    }
}

pub(super) async fn set(node: &Node, request: pb::SetSplitRequest) -> String {
    let set = node.splits.clone().set_split(request).await;
    set.unwrap().into_inner().token
}

pub(super) async fn end(node: &Node, id: &str, generation: u64, release: bool) -> String {
    let request = pb::EndSplitRequest {
        id: id.to_owned(),
        generation,
        release,
        ..Default::default()
    };
    let ended = node.splits.clone().end_split(request).await;
    ended.unwrap().into_inner().token
}

/// What config-svc answers an instance.
pub(super) async fn answered(node: &Node, instance: &str) -> pb::GetConfigResponse {
    let request = pb::GetConfigRequest {
        app: "orders".to_owned(),
        instance: instance.to_owned(),
        ..Default::default()
    };
    node.config
        .clone()
        .get_config(request)
        .await
        .unwrap()
        .into_inner()
}

/// From a state follows for every instance what it is answered.
async fn says_what_is_answered(node: &Node, state: &pb::ViewState) {
    let view = read(state.clone(), "orders");
    let instances = (0..50).map(|n| format!("pod-{n}"));
    for instance in instances.chain(["in".to_owned(), "out".to_owned()]) {
        let answered = answered(node, &instance).await;
        let expected = view.expected(&instance).unwrap();
        assert_eq!(
            (expected.version(), expected.digest()),
            (&*answered.version, &*answered.digest)
        );
        let assigned: Vec<pb::Assignment> = expected.assignments().map(Into::into).collect();
        assert_eq!(assigned, answered.assignments, "{instance}");
    }
}

#[tokio::test]
async fn from_a_view_follows_what_every_instance_is_answered() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    write(&node, "orders", "v1", "a: 1").await;
    write(&node, "application", "s1", "b: 1").await;
    let v2 = staged(&node, "orders", "v2", "a: 2").await;
    let s2 = staged(&node, "application", "s2", "b: 2").await;
    let mut stream = Stream::open(&node).await;
    stream.add(view(1, "orders")).await;
    assert_eq!(stream.state().await.variants.len(), 1);

    let forcing = |percentage, generation| pb::SetSplitRequest {
        include: vec!["in".to_owned()],
        exclude: vec!["out".to_owned()],
        ..moving("r1", v2, percentage, generation)
    };
    let token = set(&node, forcing(30.0, 1)).await;
    let states = stream.until(&token).await;
    let state = states.last().unwrap();
    assert_eq!((state.variants.len(), state.splits[0].share), (2, 3_000));
    says_what_is_answered(&node, state).await;

    let token = set(&node, moving("r2", s2, 50.0, 1)).await;
    let states = stream.until(&token).await;
    assert_eq!(states.last().unwrap().variants.len(), 4);
    says_what_is_answered(&node, states.last().unwrap()).await;

    let token = set(&node, forcing(60.0, 2)).await;
    let states = stream.until(&token).await;
    assert_eq!(states.last().unwrap().splits[0].generation, 2);
    says_what_is_answered(&node, states.last().unwrap()).await;

    let token = end(&node, "r1", 3, true).await;
    let states = stream.until(&token).await;
    assert_eq!(states.last().unwrap().variants.len(), 2);
    says_what_is_answered(&node, states.last().unwrap()).await;
    let token = end(&node, "r2", 2, false).await;
    let states = stream.until(&token).await;
    assert_eq!(states.last().unwrap().variants.len(), 1);
    says_what_is_answered(&node, states.last().unwrap()).await;
    node.stop().await;
}

#[tokio::test]
async fn a_split_of_another_application_is_none_of_its_concern() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    write(&node, "orders", "v1", "a: 1").await;
    write(&node, "billing", "b1", "a: 1").await;
    let b2 = staged(&node, "billing", "b2", "a: 2").await;
    let mut stream = Stream::open(&node).await;
    stream.add(view(1, "orders")).await;
    assert_eq!(versions(&stream.state().await), ["v1"]);
    let token = set(&node, moving("r1", b2, 10.0, 1)).await;
    assert!(stream.until(&token).await.is_empty());
    let token = set(&node, moving("r1", b2, 20.0, 2)).await;
    assert!(stream.until(&token).await.is_empty());
    node.stop().await;
}

#[tokio::test]
async fn of_more_than_three_splits_the_arms_have_to_be_asked_for() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    let documents = [
        "application",
        "orders",
        "application-default",
        "orders-default",
    ];
    // nobody has read the view yet, so that it has so many is not known
    for (n, name) in documents.into_iter().enumerate() {
        let path = format!("{name}.yml");
        let mut config = node.config.clone();
        let first = change(&format!("a{n}"), vec![written(&path, "a: 1")]);
        config.apply_change(first).await.unwrap();
        let second = pb::ApplyChangeRequest {
            stage_only: true,
            ..change(&format!("b{n}"), vec![written(&path, "a: 2")])
        };
        config.apply_change(second).await.unwrap();
        let staged = planned(&node, &format!("b{n}")).await;
        set(&node, moving(&format!("r{n}"), staged, 10.0, 1)).await;
    }
    let mut stream = Stream::open(&node).await;
    stream.add(with_history(1, "orders")).await;
    let state = stream.state().await;
    assert!(state.resolved_only && state.variants.is_empty());
    assert_eq!(state.splits.len(), 4);
    assert_eq!(by_arms(&state.history).keys().collect::<Vec<_>>(), [&0]);
    let token = end(&node, "r3", 2, false).await;
    let states = stream.until(&token).await;
    assert_eq!(states.last().unwrap().variants.len(), 8);
    node.stop().await;
}

pub(super) mod moves {
    //! For the tests of histories.

    use super::*;

    pub(in super::super) async fn begin(
        node: &Node,
        app: &str,
        version: &str,
        text: &str,
    ) -> String {
        let change = staged(node, app, version, text).await;
        set(node, moving("r1", change, 10.0, 1)).await
    }

    pub(in super::super) async fn remove(node: &Node) -> String {
        end(node, "r1", 2, false).await
    }
}
