//! What was served before, over restarts.

use vortex_proto::config::v1 as pb;
use vortex_views::{Arms, View};

use super::{Stream, by_arms, fleet, splits::moves, with_history, write};
use crate::{
    grpc::{Node, Way, settings},
    sources::Work,
};

#[tokio::test]
async fn what_was_served_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::start(Way::InProcess, settings(&folder)).await;
    // so many that the next start begins with a checkpoint
    for n in 1..=120 {
        write(&node, "orders", &format!("v{n}"), &format!("a: {n}")).await;
    }
    let mut stream = Stream::open(&node).await;
    stream.add(with_history(1, "orders")).await;
    let before = stream.state().await;
    assert_eq!(before.history.len(), 16);
    assert_eq!(before.history[0].digest, before.variants[0].digest);
    assert_eq!(before.history[15].names, ["v105"]);
    drop(stream);
    node.stop().await;

    let node = Node::start(Way::InProcess, settings(&folder)).await;
    let mut stream = Stream::open(&node).await;
    stream.add(with_history(1, "orders")).await;
    let after = stream.state().await;
    assert_eq!(after.history, before.history);
    let view = View::read(after, &fleet("orders"), None).unwrap();
    assert_eq!(view.steps_back(Arms::STABLE, "v118"), Some(2));
    // later, what has joined it
    let token = write(&node, "orders", "v121", "a: 121").await;
    let mut states = stream.until(&token).await;
    let later = states.pop().unwrap();
    assert_eq!(later.history.len(), 1);
    let view = View::read(later, &fleet("orders"), Some(&view)).unwrap();
    assert_eq!(view.steps_back(Arms::STABLE, "v121"), Some(0));
    assert_eq!(view.steps_back(Arms::STABLE, "v118"), Some(3));
    node.stop().await;
}

#[tokio::test]
async fn a_canary_that_was_rolled_back_is_still_known() {
    let (_folder, node) = Node::new(Way::InProcess).await;
    write(&node, "orders", "v1", "a: 1").await;
    let mut stream = Stream::open(&node).await;
    stream.add(with_history(1, "orders")).await;
    let first = View::read(stream.state().await, &fleet("orders"), None).unwrap();
    let token = moves::begin(&node, "orders", "v2", "a: 2").await;
    let state = stream.until(&token).await.pop().unwrap();
    let arms = by_arms(&state.history);
    assert_eq!((&arms[&0], &arms[&1]), (&vec!["v1"], &vec!["v2", "v1"]));
    let split = View::read(state, &fleet("orders"), Some(&first)).unwrap();
    let canary = Arms::STABLE.with_canary(0);
    assert_eq!(split.steps_back(canary, "v1"), Some(1));
    assert_eq!(split.steps_back(Arms::STABLE, "v2"), None);
    let token = moves::remove(&node).await;
    let state = stream.until(&token).await.pop().unwrap();
    let ended = View::read(state, &fleet("orders"), Some(&split)).unwrap();
    assert_eq!(ended.steps_back(Arms::STABLE, "v2"), None);
    let known: Vec<_> = ended.served("v2").collect();
    assert_eq!((known.len(), known[0].arms), (1, None));
    node.stop().await;
}

#[tokio::test]
async fn the_commits_of_a_source_are_names_of_what_was_served() {
    let work = Work::new();
    let mut commits = Vec::new();
    commits.push(work.commit_file("orders.yml", "a: 1"));
    let node = work.serve(|_| ()).await;
    look(&node).await;
    commits.push(work.commit_file("billing.yml", "a: 1"));
    look(&node).await;
    let mut stream = Stream::open(&node).await;
    stream.add(with_history(1, "orders")).await;
    let first = stream.state().await;
    assert_eq!(first.variants[0].environment_version, commits[1]);
    let view = View::read(first, &fleet("orders"), None).unwrap();
    commits.push(work.commit_file("orders.yml", "a: 2"));
    look(&node).await;
    let state = stream.state().await;
    let view = View::read(state, &fleet("orders"), Some(&view)).unwrap();
    commits.push(work.commit_file("billing.yml", "a: 2"));
    look(&node).await;
    let state = stream.state().await;
    let view = View::read(state, &fleet("orders"), Some(&view)).unwrap();
    let steps = |view: &View| -> Vec<Option<usize>> {
        let steps = commits
            .iter()
            .map(|name| view.steps_back(Arms::STABLE, name));
        steps.collect()
    };
    assert_eq!(steps(&view), [Some(1), Some(1), Some(0), Some(0)]);
    assert!(view.expected("pod").unwrap().is_right(&commits[3]));
    drop(stream);
    node.stop().await;

    let node = work.serve(|_| ()).await;
    let mut stream = Stream::open(&node).await;
    stream.add(with_history(1, "orders")).await;
    let again = View::read(stream.state().await, &fleet("orders"), None).unwrap();
    assert_eq!(steps(&again), steps(&view));
    node.stop().await;
}

async fn look(node: &Node) {
    let request = pb::SyncSourceRequest {
        name: "git".to_owned(),
    };
    node.sources.clone().sync_source(request).await.unwrap();
}
