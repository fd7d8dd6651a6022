//! Bad input: each gets a clear error, and nothing changes.

use vortex_kit::error::{Fault, Reason};
use vortex_proto::rollout::v1::{self as pb, create_rollout_request::Target};

use crate::mesh::{Mesh, arm, by_hand, refusal, rollout};

fn stage(percentage: f64, seconds: i64) -> pb::Stage {
    pb::Stage {
        percentage,
        min_duration: Some(prost_types::Duration { seconds, nanos: 0 }),
        ..Default::default()
    }
}

async fn refused(mesh: &Mesh, request: pb::CreateRolloutRequest) -> Fault {
    let fault = refusal(mesh.rollouts.clone().create_rollout(request)).await;
    let listed = mesh
        .rollouts
        .clone()
        .list_rollouts(pb::ListRolloutsRequest::default())
        .await;
    assert!(
        listed.unwrap().into_inner().rollouts.is_empty(),
        "{fault:?}"
    );
    fault
}

#[tokio::test]
async fn a_large_request_is_refused_for_what_it_says() {
    let mesh = Mesh::new().await;
    // above tonic's own limit
    let request = pb::CreateRolloutRequest {
        description: "x".repeat(5 << 20),
        ..rollout("orders")
    };
    let fault = refused(&mesh, request).await;
    assert_eq!(fault.reason(), Reason::InvalidArgument, "{fault}");
}

#[tokio::test]
async fn stages_that_no_rollout_can_have() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let day = 24 * 3_600;
    for stages in [
        vec![stage(50.0, 0)],
        vec![stage(50.0, 0), stage(20.0, 0), stage(100.0, 0)],
        vec![stage(101.0, 0)],
        vec![stage(0.0, 0), stage(100.0, 0)],
        vec![stage(f64::NAN, 0), stage(100.0, 0)],
        vec![stage(0.001, 0), stage(100.0, 0)],
        vec![stage(100.0, -1)],
        vec![stage(100.0, 8 * day)],
    ] {
        let request = pb::CreateRolloutRequest {
            stages: stages.clone(),
            ..rollout("orders")
        };
        let fault = refused(&mesh, request).await;
        assert_eq!(
            fault.reason(),
            Reason::InvalidArgument,
            "{stages:?}: {fault}"
        );
        let named = fault
            .fields()
            .iter()
            .any(|field| field.field.starts_with("stages"));
        assert!(named, "{stages:?}: {fault:?}");
    }
    mesh.stop().await;
}

#[tokio::test]
async fn a_custom_strategy_without_stages_and_stages_of_another() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let mut request = rollout("orders");
    request.stages.clear();
    request.set_strategy(pb::Strategy::Custom);
    assert_eq!(
        refused(&mesh, request).await.reason(),
        Reason::InvalidArgument
    );
    // an empty list differs from one that was left out
    let mut request = rollout("orders");
    request.stages.clear();
    request.stage_list = Some(pb::StageList::default());
    let fault = refused(&mesh, request).await;
    assert_eq!(fault.reason(), Reason::InvalidArgument);
    assert_eq!(fault.fields()[0].field, "stages");
    let mut request = rollout("orders");
    request.set_strategy(pb::Strategy::Aggressive);
    assert_eq!(
        refused(&mesh, request).await.reason(),
        Reason::InvalidArgument
    );
    mesh.stop().await;
}

#[tokio::test]
async fn thresholds_and_limits_out_of_range() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let thresholds = [
        pb::Thresholds {
            max_error_rate: Some(1.5),
            ..Default::default()
        },
        pb::Thresholds {
            min_success_rate: Some(f64::NAN),
            ..Default::default()
        },
        pb::Thresholds {
            min_requests: Some(0),
            ..Default::default()
        },
    ];
    for thresholds in thresholds {
        let request = pb::CreateRolloutRequest {
            thresholds: Some(thresholds),
            ..rollout("orders")
        };
        let fault = refused(&mesh, request).await;
        assert_eq!(fault.reason(), Reason::InvalidArgument, "{fault}");
        assert!(
            fault.fields()[0].field.starts_with("thresholds."),
            "{fault:?}"
        );
    }
    let analyses = [
        pb::Analysis {
            consecutive_failures: Some(0),
            ..Default::default()
        },
        pb::Analysis {
            interval: Some(prost_types::Duration {
                seconds: 3_601,
                nanos: 0,
            }),
            ..Default::default()
        },
    ];
    for analysis in analyses {
        let request = pb::CreateRolloutRequest {
            analysis: Some(analysis),
            ..rollout("orders")
        };
        let fault = refused(&mesh, request).await;
        assert!(
            fault.fields()[0].field.starts_with("analysis."),
            "{fault:?}"
        );
    }
    mesh.stop().await;
}

#[tokio::test]
async fn versions_that_are_unknown_stable_or_without_a_baseline() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let of = |from: &str, to: &str| pb::CreateRolloutRequest {
        target: Some(Target::Document(pb::DocumentTarget {
            app: "orders".to_owned(),
            from_version: from.to_owned(),
            to_version: to.to_owned(),
            ..Default::default()
        })),
        ..rollout("orders")
    };
    let reason = async |request| refused(&mesh, request).await.reason();
    assert_eq!(reason(of("v1", "v1")).await, Reason::VersionIsBaseline);
    assert_eq!(reason(of("v1", "v9")).await, Reason::VersionNotFound);
    assert_eq!(reason(of("v2", "v2")).await, Reason::PreconditionFailed);
    let mut none = rollout("orders");
    none.target = None;
    assert_eq!(reason(none).await, Reason::InvalidArgument);
    let named = |name: &str| pb::CreateRolloutRequest {
        target: Some(Target::Change(pb::ChangeTarget {
            name: name.to_owned(),
            ..Default::default()
        })),
        ..rollout("orders")
    };
    assert_eq!(reason(named("v7")).await, Reason::ChangeNotFound);
    mesh.put("fresh", "first", true).await;
    assert_eq!(reason(named("first")).await, Reason::NoBaseline);
    mesh.stop().await;
}

#[tokio::test]
async fn figures_that_can_not_be_counted() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let created = mesh.create(rollout("orders")).await;
    let reason = async |reports| {
        mesh.report(&created.id, reports)
            .await
            .unwrap_err()
            .reason()
    };
    let early = vec![arm("canary", 1, 0)];
    assert_eq!(reason(early).await, Reason::RolloutWrongState);
    let start = pb::StartRolloutRequest {
        id: created.id.clone(),
        ..Default::default()
    };
    mesh.rollouts.clone().start_rollout(start).await.unwrap();
    mesh.confirmed(&created.id).await;
    let later = prost_types::Timestamp {
        seconds: 4_000_000_000,
        nanos: 0,
    };
    let bad = [
        arm("canary", 1, 2),
        arm("neither", 1, 0),
        pb::ArmReport {
            latencies_ms: vec![f64::NAN],
            ..arm("canary", 1, 0)
        },
        pb::ArmReport {
            latencies_ms: vec![-1.0],
            ..arm("canary", 1, 0)
        },
        pb::ArmReport {
            window_end: Some(later),
            ..arm("canary", 1, 0)
        },
        pb::ArmReport {
            app: "carts".to_owned(),
            ..arm("canary", 1, 0)
        },
    ];
    for report in bad {
        let both = vec![arm("canary", 1, 0), report.clone()];
        assert_eq!(reason(both).await, Reason::InvalidArgument, "{report:?}");
    }
    let old = pb::ArmReport {
        generation: Some(0),
        ..arm("canary", 1, 0)
    };
    assert_eq!(reason(vec![old]).await, Reason::GenerationOutdated);
    assert!(mesh.analysis(&created.id).await.total.is_empty());
    mesh.stop().await;
}

#[tokio::test]
async fn a_report_that_is_repeated_counts_once() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    mesh.confirmed(&started.id).await;
    let request = pb::ReportMetricsRequest {
        id: started.id.clone(),
        reports: vec![arm("canary", 10, 1)],
        request_id: "r-1".to_owned(),
    };
    for repeated in [false, true, true] {
        let taken = mesh
            .rollouts
            .clone()
            .report_metrics(request.clone())
            .await
            .unwrap();
        assert_eq!(taken.into_inner().repeated, repeated);
    }
    let analysis = mesh.analysis(&started.id).await;
    let canary = analysis
        .total
        .iter()
        .find(|figures| figures.arm == "canary")
        .unwrap();
    assert_eq!((canary.requests, canary.errors), (10, 1));
    mesh.stop().await;
}

#[tokio::test]
async fn commands_in_the_wrong_place() {
    let mesh = Mesh::new().await;
    mesh.stage("orders").await;
    let started = mesh.create(by_hand("orders")).await;
    mesh.confirmed(&started.id).await;
    let promote = pb::PromoteRolloutRequest {
        id: started.id.clone(),
        expected_stage: Some(1),
        ..Default::default()
    };
    let stale = refusal(mesh.rollouts.clone().promote_rollout(promote)).await;
    assert_eq!(stale.reason(), Reason::PreconditionFailed);
    let resume = pb::ResumeRolloutRequest {
        id: started.id.clone(),
        ..Default::default()
    };
    let running = refusal(mesh.rollouts.clone().resume_rollout(resume)).await;
    assert_eq!(running.reason(), Reason::RolloutWrongState);
    let delete = pb::DeleteRolloutRequest {
        id: started.id.clone(),
        ..Default::default()
    };
    let begun = refusal(mesh.rollouts.clone().delete_rollout(delete)).await;
    assert_eq!(begun.reason(), Reason::RolloutWrongState);
    assert_eq!(mesh.actions(&started.id).await, ["create", "start"]);
    mesh.stop().await;
}
