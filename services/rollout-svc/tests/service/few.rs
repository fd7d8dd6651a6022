//! `min_instances`, over a drift-svc that knows what it is told.

use vortex_proto::rollout::v1::{self as pb, RolloutState};

use crate::mesh::{Mesh, refusal, rollout};

fn started() -> pb::CreateRolloutRequest {
    pb::CreateRolloutRequest {
        start: true,
        auto_promote: Some(false),
        ..rollout("orders")
    }
}

const SAID: &str = "raised from 10 % to 17.01 %, so that 1 instance gets it: 5 are known";

#[tokio::test]
async fn a_share_is_raised_for_one_of_five_instances_and_asked_for_once() {
    let mesh = Mesh::new().await;
    mesh.drift.know(&[1_700, 2_500, 4_000, 6_000, 9_999], true);
    mesh.stage("orders").await;
    let created = mesh.create(started()).await;
    assert_eq!(created.share_in_force, 17.01);
    assert_eq!(created.share_reason, SAID);
    assert_eq!((created.min_instances, created.share_raised_for), (1, 1));
    assert_eq!(mesh.split(&created.id).await.percentage, 17.01);
    let audit = mesh.audit(&created.id).await;
    assert_eq!(audit[1].share_reason, SAID);
    assert_eq!(audit[1].percentage, Some(17.01));
    let mesh = mesh.restart().await;
    let again = mesh.get(&created.id).await;
    assert_eq!(
        (again.share_in_force, again.share_reason),
        (17.01, SAID.to_owned())
    );
    let asked = mesh.drift.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].split.as_str(), asked[0].count),
        (created.id.as_str(), 1)
    );
    assert_eq!(asked[0].owners[0].app, "orders");
    // the last stage includes everybody
    let promote = pb::PromoteRolloutRequest {
        id: created.id.clone(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .promote_rollout(promote)
        .await
        .unwrap();
    let promoted = mesh.confirmed(&created.id).await;
    assert_eq!(
        (promoted.share_in_force, promoted.share_raised_for),
        (100.0, 0)
    );
    assert_eq!(promoted.share_reason, "");
    assert_eq!(mesh.drift.asked().len(), 1);
    mesh.stop().await;
}

#[tokio::test]
async fn a_start_does_not_wait_for_a_drift_svc_that_hangs() {
    let mesh = Mesh::new().await;
    mesh.drift.hang(true);
    mesh.stage("orders").await;
    let created = mesh.create(started()).await;
    assert_eq!(
        (created.share_in_force, created.share_raised_for),
        (10.0, 0)
    );
    let audit = mesh.audit(&created.id).await;
    let said = &audit[1].share_reason;
    assert!(
        said.starts_with("not raised from 10 % for 1 instance: drift-svc did not answer"),
        "{said}"
    );
    mesh.stop().await;
}

#[tokio::test]
async fn instances_that_are_not_all_known_yet_raise_nothing() {
    let mesh = Mesh::new().await;
    mesh.drift.know(&[9_000], false);
    mesh.stage("orders").await;
    let created = mesh.create(started()).await;
    assert_eq!(created.share_in_force, 10.0);
    let said = &mesh.audit(&created.id).await[1].share_reason;
    assert!(
        said.ends_with("long enough to know all instances"),
        "{said}"
    );
    mesh.stop().await;
}

#[tokio::test]
async fn a_promotion_by_itself_raises_the_next_stage() {
    let mesh = Mesh::new().await;
    mesh.drift.know(&[100, 8_000], true);
    mesh.stage("orders").await;
    let stage = |percentage| pb::Stage {
        percentage,
        ..Default::default()
    };
    let created = mesh
        .create(pb::CreateRolloutRequest {
            auto_promote: None,
            stages: [10.0, 20.0, 100.0].map(stage).into(),
            min_instances: Some(2),
            ..started()
        })
        .await;
    assert_eq!(created.share_in_force, 80.01);
    mesh.drift.know(&[100, 9_000], true);
    mesh.report_until(&created.id, 0, RolloutState::Completed)
        .await;
    let audit = mesh.audit(&created.id).await;
    let second = &audit[2];
    assert_eq!(second.percentage, Some(90.01));
    assert_eq!(
        second.share_reason,
        "raised from 20 % to 90.01 %, so that 2 instances get it: 2 are known"
    );
    mesh.stop().await;
}

#[tokio::test]
async fn a_rollout_by_subject_has_no_instances_to_count() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let request = pb::CreateRolloutRequest {
        unit: pb::Unit::Subject.into(),
        min_instances: Some(1),
        ..started()
    };
    let fault = refusal(mesh.rollouts.clone().create_rollout(request)).await;
    assert_eq!(fault.fields()[0].field, "min_instances");
    mesh.stop().await;
}
