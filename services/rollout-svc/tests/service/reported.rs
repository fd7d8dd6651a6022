//! The applications whose figures are taken, and the arms that they count for.

use vortex_kit::error::Reason;
use vortex_proto::rollout::v1 as pb;

use crate::mesh::{Mesh, arm, by_hand};

fn served(version: &str) -> pb::ArmReport {
    pb::ArmReport {
        of: Some(pb::arm_report::Of::Version(version.to_owned())),
        ..arm("", 10, 0)
    }
}

fn of_app(app: &str) -> pb::ArmReport {
    pb::ArmReport {
        app: app.to_owned(),
        ..arm("canary", 10, 0)
    }
}

#[tokio::test]
async fn a_version_counts_for_the_arm_it_was_served_to_or_is_refused() {
    let mesh = Mesh::new().await;
    mesh.put("orders", "v0", false).await;
    mesh.stage("orders").await;
    mesh.put("orders", "v3", true).await;
    mesh.put("stock", "v4", false).await;
    let id = mesh.create(by_hand("orders")).await.id;
    mesh.confirmed(&id).await;
    let reports = ["v2", "v2+b33a1f94", "v1", "v1+b33a1f94", "v0"];
    mesh.report(&id, reports.map(served).into()).await.unwrap();
    // never stable, of another document, mistyped
    for version in ["v3", "v3+b33a1f94", "v4", "v22"] {
        let reports = vec![arm("canary", 1, 0), served(version)];
        let fault = mesh.report(&id, reports).await.unwrap_err();
        assert_eq!(fault.reason(), Reason::InvalidArgument, "{version}");
        assert_eq!(fault.fields()[0].field, "reports[1].version");
    }
    let total = mesh.analysis(&id).await.total;
    let arms: Vec<_> = total
        .iter()
        .map(|figures| (figures.arm.as_str(), figures.requests))
        .collect();
    assert_eq!(arms, [("stable", 30), ("canary", 20)]);
    mesh.stop().await;
}

#[tokio::test]
async fn who_reads_a_shared_document_is_judged_when_named_at_the_creation() {
    let mesh = Mesh::new().await;
    mesh.stage("application").await;
    let named = mesh
        .create(pb::CreateRolloutRequest {
            apps: vec!["orders".to_owned(), "stock".to_owned()],
            ..by_hand("application")
        })
        .await;
    assert_eq!(named.apps, ["orders", "stock"]);
    mesh.confirmed(&named.id).await;
    mesh.report(&named.id, vec![of_app("orders"), of_app("stock")])
        .await
        .unwrap();
    let fault = mesh.report(&named.id, vec![of_app("users")]).await;
    let fault = fault.unwrap_err();
    let field = &fault.fields()[0];
    assert_eq!(field.field, "reports[0].app");
    assert_eq!(
        field.description,
        "this rollout judges orders, stock, not users: to have users judged, name it in `apps` \
         when the rollout is created"
    );
    mesh.stop().await;
}

#[tokio::test]
async fn who_is_not_named_for_a_shared_document_is_told_how() {
    let mesh = Mesh::new().await;
    mesh.stage("application").await;
    let id = mesh.create(by_hand("application")).await.id;
    mesh.confirmed(&id).await;
    let fault = mesh.report(&id, vec![of_app("orders")]).await.unwrap_err();
    let why = &fault.fields()[0].description;
    assert!(why.starts_with("this rollout judges application"), "{why}");
    assert!(why.contains("name it in `apps`"), "{why}");
    mesh.stop().await;
}
