//! Rollouts from a staged version to their end, moved by figures alone.

use vortex_proto::{
    config::v1::{self as config, SplitState},
    rollout::v1::{self as pb, RolloutState},
};

use crate::mesh::{Mesh, by_hand, rollout};

#[tokio::test]
async fn a_canary_that_is_fine_becomes_stable() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh
        .create(pb::CreateRolloutRequest {
            start: true,
            ..rollout("orders")
        })
        .await;
    assert_eq!(started.apps, ["orders"]);
    assert_eq!(mesh.stable("orders").await, "v1");
    let completed = mesh
        .report_until(&started.id, 0, RolloutState::Completed)
        .await;
    assert_eq!(mesh.stable("orders").await, "v2");
    assert_eq!(
        mesh.split(&completed.id).await.state(),
        SplitState::Released
    );
    let actions = mesh.actions(&completed.id).await;
    assert_eq!(
        actions,
        ["create", "start", "promote", "promote", "complete"]
    );
    mesh.stop().await;
}

#[tokio::test]
async fn a_canary_that_fails_is_taken_back_and_the_audit_says_why() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh
        .create(pb::CreateRolloutRequest {
            start: true,
            ..rollout("orders")
        })
        .await;
    let ended = mesh
        .report_until(&started.id, 20, RolloutState::RolledBack)
        .await;
    assert!(ended.reason.contains("20.0 %"), "{}", ended.reason);
    assert_eq!(mesh.stable("orders").await, "v1");
    assert_eq!(mesh.split(&ended.id).await.state(), SplitState::Removed);
    let last = mesh.audit(&ended.id).await.pop().unwrap();
    assert_eq!(
        (last.action.as_str(), last.principal.as_str()),
        ("roll_back", "rollout-svc")
    );
    let errors = last
        .evidence
        .iter()
        .find(|gate| gate.gate == "errors")
        .unwrap();
    assert_eq!(errors.verdict(), pb::Verdict::Fail);
    assert_eq!(errors.canary, Some(0.2));
    mesh.stop().await;
}

#[tokio::test]
async fn without_figures_a_rollout_pauses_and_goes_neither_way() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let mut request = rollout("orders");
    request.start = true;
    if let Some(analysis) = &mut request.analysis {
        analysis.no_data_limit = Some(1);
    }
    let started = mesh.create(request).await;
    let paused = mesh.wait_for(&started.id, RolloutState::Paused).await;
    assert_eq!(paused.stage_index, Some(0));
    assert!(paused.reason.contains("no data"), "{}", paused.reason);
    mesh.stop().await;
}

#[tokio::test]
async fn a_rollout_is_told_of_as_long_as_it_is_under_way() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let id = mesh.create(by_hand("orders")).await.id;
    mesh.confirmed(&id).await;
    let told = format!(
        r#"vortex_rollout_info{{id="{id}",app="orders",label="main",change="v2",state="running",stage="0"}} 1"#
    );
    assert!(mesh.metrics().contains(&told), "{}", mesh.metrics());
    let standing = |state: &str| {
        let metrics = mesh.metrics();
        let told = format!("vortex_rollouts{{state=\"{state}\"}} 1\n");
        assert!(metrics.contains(&told), "{metrics}");
    };
    standing("running");
    let analysis = mesh.analysis(&id).await;
    assert_eq!(analysis.keyless_reads, None, "nobody has read");
    let read = config::GetConfigRequest {
        app: "orders".to_owned(),
        ..Default::default()
    };
    for instance in ["", "one", "two", "three"] {
        let request = config::GetConfigRequest {
            instance: instance.to_owned(),
            ..read.clone()
        };
        mesh.config.clone().get_config(request).await.unwrap();
    }
    assert_eq!(mesh.analysis(&id).await.keyless_reads, Some(0.25));
    let roll_back = pb::RollBackRolloutRequest {
        id: id.clone(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .roll_back_rollout(roll_back)
        .await
        .unwrap();
    mesh.wait_for(&id, RolloutState::RolledBack).await;
    assert!(!mesh.metrics().contains(&id), "{}", mesh.metrics());
    standing("rolled_back");
    mesh.stop().await;
}
