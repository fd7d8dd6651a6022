//! A store with a record of each kind, and what the service tells of it.

use std::path::Path;

use vortex_config_svc::Settings;
use vortex_proto::{access::v1 as access, config::v1 as pb};

use super::{WRITTEN, settings, told};
use crate::{
    grpc::{Node, Way, change, document, put, written},
    sources::Work,
};

/// Plays the scene, leaves the store at `store`, and answers what the service told before.
pub(super) async fn play(store: &Path) -> String {
    let earlier = Work::new();
    earlier.git(&["branch", "-m", "earlier"]);
    earlier.commit_file("orders.yml", "from: an earlier source");
    let settings_then = Settings {
        git_name: "earlier".parse().unwrap(),
        ..settings(store, Some(&earlier.path))
    };
    let node = Node::start(Way::InProcess, settings_then).await;
    look(&node, "earlier").await;
    node.stop().await;
    let work = Work::new();
    work.git(&["branch", "-m", "release"]);
    work.write("broken.yml", "a: [");
    work.commit_file("orders.yml", "from: git");
    work.git(&["tag", "gone"]);
    work.write(".git/refs/heads/unread", "");
    let node = Node::start(Way::InProcess, settings(store, Some(&work.path))).await;
    look(&node, "git").await;
    detach(&node, "earlier").await;
    documents(&node).await;
    changes(&node).await;
    splits(&node).await;
    rolled_back(&node).await;
    labels(&node, &work).await;
    freezes(&node).await;
    overrides(&node).await;
    keys(&node).await;
    let told = told(&node, WRITTEN).await;
    node.stop().await;
    told
}

async fn look(node: &Node, source: &str) {
    let request = pb::SyncSourceRequest {
        name: source.to_owned(),
    };
    node.sources.clone().sync_source(request).await.unwrap();
}

async fn detach(node: &Node, source: &str) {
    let request = pb::DetachSourceRequest {
        name: source.to_owned(),
    };
    node.sources.clone().detach_source(request).await.unwrap();
}

/// Written, staged, released, gone back, deleted, unchanged.
async fn documents(node: &Node) {
    let mut config = node.config.clone();
    let first = pb::PutDocumentRequest {
        message: "Begin".to_owned(),
        author: "ada".to_owned(),
        request_id: "put-1".to_owned(),
        ..put("orders", "v1", "greeting: hello\nvia: ${shared}")
    };
    config.put_document(first).await.unwrap();
    let staged = pb::PutDocumentRequest {
        stage_only: true,
        ..put("orders", "v2", "greeting: good day")
    };
    config.put_document(staged).await.unwrap();
    release(node, "v2", "").await;
    config
        .put_document(put("orders", "v3", "greeting: hi"))
        .await
        .unwrap();
    config
        .put_document(put("orders", "v4", "greeting: hi"))
        .await
        .unwrap();
    release(node, "v1", "").await;
    let json = pb::PutDocumentRequest {
        media_type: "application/json".to_owned(),
        ..put("application", "v1", r#"{"shared": 1, "a.b": [1, null]}"#)
    };
    config.put_document(json).await.unwrap();
    let properties = pb::PutDocumentRequest {
        document: document("orders", "prod"),
        media_type: "text/x-java-properties".to_owned(),
        ..put("orders", "p1", "greeting=prod")
    };
    config.put_document(properties).await.unwrap();
    config
        .put_document(put("gone", "v1", "here: once"))
        .await
        .unwrap();
    let delete = pb::DeleteDocumentRequest {
        document: document("gone", ""),
        version: "v2".to_owned(),
        request_id: "delete-1".to_owned(),
        ..Default::default()
    };
    config.delete_document(delete).await.unwrap();
}

/// Of several documents; one given up, and one staged again after it was.
async fn changes(node: &Node) {
    let mut config = node.config.clone();
    let both = |n: u32| {
        vec![
            written("billing.yml", &format!("n: {n}")),
            written("billing-prod.yml", &format!("p: {n}")),
        ]
    };
    config.apply_change(change("r1", both(1))).await.unwrap();
    let staged = pb::ApplyChangeRequest {
        stage_only: true,
        ..change("r2", both(2))
    };
    config.apply_change(staged).await.unwrap();
    discard_of(node, "r2").await;
    for _ in 0..2 {
        let staged = pb::ApplyChangeRequest {
            stage_only: true,
            ..change("r3", both(3))
        };
        config.apply_change(staged).await.unwrap();
        discard_of(node, "r3").await;
    }
    let unchanged = pb::ApplyChangeRequest {
        request_id: "apply-again".to_owned(),
        ..change("r1", both(1))
    };
    config.apply_change(unchanged).await.unwrap();
}

/// Active, removed, released and taken back, ended by force, and ended before it began.
async fn splits(node: &Node) {
    for app in ["active", "removed", "released", "forced"] {
        let mut config = node.config.clone();
        config
            .put_document(put(app, "v1", "value: 1"))
            .await
            .unwrap();
        let staged = pb::PutDocumentRequest {
            stage_only: true,
            ..put(app, "v2", "value: 2")
        };
        config.put_document(staged).await.unwrap();
        begin(node, app, 1, 1.0).await;
    }
    begin(node, "active", 2, 25.0).await;
    end(node, "removed", false).await;
    end(node, "released", true).await;
    let revert = pb::StageRevertRequest {
        id: "released".to_owned(),
    };
    node.splits.clone().stage_revert(revert).await.unwrap();
    let staged = pb::PutDocumentRequest {
        stage_only: true,
        ..put("forced", "v3", "value: 3")
    };
    node.config.clone().put_document(staged).await.unwrap();
    release(node, "v3", "it can't wait").await;
    end(node, "never", false).await;
}

/// Imported, awaiting a rollout, with a file that is too large; and one that went.
async fn labels(node: &Node, work: &Work) {
    work.write("large.yml", "#".repeat(2 << 20));
    work.commit_file("orders.yml", "from: git again");
    work.git(&["tag", "-d", "gone"]);
    look(node, "git").await;
}

/// Rolled back: released all the same, and given up.
async fn rolled_back(node: &Node) {
    for (app, name) in [("anyway", "a2"), ("given-up", "g2")] {
        let mut config = node.config.clone();
        config
            .put_document(put(app, "v1", "value: 1"))
            .await
            .unwrap();
        let staged = pb::PutDocumentRequest {
            stage_only: true,
            ..put(app, name, "value: 2")
        };
        config.put_document(staged).await.unwrap();
        begin_to(node, app, name, 1, 1.0).await;
        end(node, app, false).await;
    }
    release(node, "a2", "it was the database").await;
    discard_of(node, "g2").await;
}

/// In force, and ended.
async fn freezes(node: &Node) {
    let mut freezes = node.freezes.clone();
    let some = pb::SetFreezeRequest {
        apps: vec!["orders".to_owned(), "billing".to_owned()],
        label: "main".to_owned(),
        reason: "the audit".to_owned(),
        author: "ada".to_owned(),
        ..Default::default()
    };
    freezes.set_freeze(some).await.unwrap();
    let all = pb::SetFreezeRequest {
        all: true,
        reason: "an incident".to_owned(),
        lasts: Some(prost_types::Duration {
            seconds: 1 << 33,
            nanos: 0,
        }),
        ..Default::default()
    };
    freezes.set_freeze(all.clone()).await.unwrap();
    let short = pb::SetFreezeRequest {
        label: "main".to_owned(),
        ..all
    };
    let short = freezes.set_freeze(short).await.unwrap().into_inner();
    let end = pb::EndFreezeRequest {
        id: short.freeze.unwrap().id,
        ..Default::default()
    };
    freezes.end_freeze(end).await.unwrap();
}

/// In force, and ended.
async fn overrides(node: &Node) {
    let mut overrides = node.overrides.clone();
    for profile in ["prod", "dev"] {
        let set = pb::SetOverrideRequest {
            target: document("orders", profile),
            values: r#"{"greeting":"hush","limits[0]":1.50}"#.into(),
            lasts: Some(prost_types::Duration {
                seconds: 86_400,
                nanos: 0,
            }),
            reason: "an incident".to_owned(),
            author: "ada".to_owned(),
            ..Default::default()
        };
        overrides.set_override(set).await.unwrap();
    }
    let removal = pb::RemoveOverrideRequest {
        target: document("orders", "dev"),
        reason: "over".to_owned(),
        ..Default::default()
    };
    overrides.remove_override(removal).await.unwrap();
}

/// Created with and without an end, rotated, revoked; known by their hashes.
async fn keys(node: &Node) {
    let mut keys = node.keys.clone();
    let day = |days: i64| prost_types::Duration {
        seconds: days * 86_400,
        nanos: 0,
    };
    for (letter, lasts) in [("a", None), ("b", Some(day(30))), ("c", Some(day(1)))] {
        let create = access::CreateKeyRequest {
            name: format!("key {letter}"),
            grants: vec![
                grant("reader", &["payments/**", "main:orders/prod"]),
                grant("admin", &["**"]),
            ],
            lasts,
            id: letter.repeat(16),
            sha256: vec![letter.as_bytes()[0]; 32].into(),
            request_id: format!("key-{letter}"),
            ..Default::default()
        };
        keys.create_key(create).await.unwrap();
    }
    let rotate = access::RotateKeyRequest {
        id: "b".repeat(16),
        overlap: Some(day(7)),
        new_id: "d".repeat(16),
        sha256: vec![b'd'; 32].into(),
        request_id: "rotate-b".to_owned(),
    };
    keys.rotate_key(rotate).await.unwrap();
    let revoke = access::RevokeKeyRequest {
        id: "c".repeat(16),
        request_id: String::new(),
    };
    keys.revoke_key(revoke).await.unwrap();
}

fn grant(role: &str, scopes: &[&str]) -> access::Grant {
    access::Grant {
        role: role.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    }
}

async fn discard_of(node: &Node, name: &str) {
    let request = pb::DiscardChangeRequest {
        name: name.to_owned(),
        ..Default::default()
    };
    node.config.clone().discard_change(request).await.unwrap();
}

/// Releases by force if there is a reason.
async fn release(node: &Node, name: &str, reason: &str) {
    let request = pb::ReleaseChangeRequest {
        name: name.to_owned(),
        force: !reason.is_empty(),
        reason: reason.to_owned(),
        ..Default::default()
    };
    node.config.clone().release_change(request).await.unwrap();
}

async fn begin(node: &Node, app: &str, generation: u64, percentage: f64) {
    begin_to(node, app, "v2", generation, percentage).await;
}

async fn begin_to(node: &Node, app: &str, to: &str, generation: u64, percentage: f64) {
    let target = pb::plan_split_request::Target::Document(pb::DocumentTarget {
        document: document(app, ""),
        from_version: "v1".to_owned(),
        to_version: to.to_owned(),
    });
    let plan = pb::PlanSplitRequest {
        target: Some(target),
        ..Default::default()
    };
    let mut splits = node.splits.clone();
    let planned = splits.plan_split(plan).await;
    let change_sequence = match planned {
        Ok(planned) => planned.into_inner().change_sequence,
        // it is held already
        Err(_) => split(node, app).await.unwrap().change_sequence,
    };
    let set = pb::SetSplitRequest {
        id: app.to_owned(),
        label: "main".to_owned(),
        change_sequence,
        percentage,
        unit: pb::SplitUnit::Instance.into(),
        generation,
        include: vec!["always".to_owned()],
        exclude: vec!["never".to_owned()],
        ..Default::default()
    };
    splits.set_split(set).await.unwrap();
}

async fn end(node: &Node, id: &str, release: bool) {
    let request = pb::EndSplitRequest {
        id: id.to_owned(),
        generation: 9,
        release,
        change_sequence: 0,
        reason: "the end of the scene".to_owned(),
    };
    node.splits.clone().end_split(request).await.unwrap();
}

/// A split, whether it is active or has ended.
pub(super) async fn split(node: &Node, id: &str) -> Option<pb::Split> {
    let request = pb::GetSplitRequest { id: id.to_owned() };
    let found = node.splits.clone().get_split(request).await.ok()?;
    found.into_inner().split
}
