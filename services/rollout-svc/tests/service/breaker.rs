//! The breaker.

use vortex_proto::rollout::v1::{self as pb, RolloutState};

use crate::mesh::{Mesh, rollout};

#[tokio::test]
async fn after_too_many_rollbacks_nothing_goes_on_by_itself_until_a_reset() {
    let mesh = Mesh::over(0, 0, |settings| settings.breaker_max_rollbacks = 0).await;
    let started = |app: &str| pb::CreateRolloutRequest {
        start: true,
        ..rollout(app)
    };
    mesh.stage("bad").await;
    let bad = mesh.create(started("bad")).await;
    mesh.report_until(&bad.id, 50, RolloutState::RolledBack)
        .await;
    let breaker = breaker(&mesh).await;
    assert!(breaker.open);
    assert_eq!(breaker.rollbacks[0].id, bad.id);
    // operators may still act; a rollout that they start is held at its first stage
    mesh.stage("good").await;
    let good = mesh.create(started("good")).await;
    let held = hold(&mesh, &good.id).await;
    assert!(held.contains("breaker"), "{held}");
    let reset = pb::ResetBreakerRequest {
        reason: "looked at it".to_owned(),
        ..Default::default()
    };
    let closed = mesh.rollouts.clone().reset_breaker(reset).await.unwrap();
    let closed = closed.into_inner().breaker.unwrap();
    assert!(!closed.open);
    assert_eq!(closed.reset_by, "anonymous");
    mesh.report_until(&good.id, 0, RolloutState::Completed)
        .await;
    mesh.stop().await;
}

async fn breaker(mesh: &Mesh) -> pb::Breaker {
    let request = pb::GetBreakerRequest {};
    let found = mesh.rollouts.clone().get_breaker(request).await.unwrap();
    found.into_inner().breaker.unwrap()
}

/// The reason that holds a rollout once a slice of it has passed.
async fn hold(mesh: &Mesh, id: &str) -> String {
    let passed = mesh.wait(id, |seen| {
        let slices = &seen.analysis.as_ref().unwrap().slices;
        slices
            .iter()
            .any(|slice| slice.verdict() == pb::Verdict::Pass)
    });
    let rollout = mesh.report_while(id, 0, passed).await;
    assert_eq!(rollout.stage_index, Some(0));
    mesh.analysis(id).await.holds_because
}
