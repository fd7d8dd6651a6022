//! What the service tells of all that it keeps, as text that fields to come don't change.

use std::fmt::Write as _;

use vortex_proto::{
    access::v1::{self as access, watch_keys_response::Event},
    config::v1::{self as pb, record::Body},
};

use super::scene::split;
use crate::grpc::Node;

/// The log, the change sets, the documents, the splits, the labels of sources, and what readers
/// get.
pub(super) async fn of(node: &Node) -> String {
    let mut told = String::new();
    log(node, &mut told).await;
    changes(node, &mut told).await;
    documents(node, &mut told).await;
    for id in ["active", "removed", "released", "forced", "never"] {
        if let Some(split) = split(node, id).await {
            of_split(&mut told, &split);
        }
    }
    sources(node, &mut told).await;
    for instance in ["pod-1", "pod-2", "pod-3", "pod-4", "pod-5", "pod-6"] {
        read(node, &mut told, "active", "", "", instance).await;
    }
    read(node, &mut told, "orders", "", "", "").await;
    read(node, &mut told, "orders", "prod", "", "").await;
    read(node, &mut told, "orders", "", "release", "").await;
    told
}

/// What stores have that were written in the second format, beside that.
pub(super) async fn since_v2(node: &Node) -> String {
    let mut told = String::new();
    for record in records(node).await {
        match record.body.unwrap() {
            Body::Released(released) if !released.reason.is_empty() => {
                writeln!(told, "released {} for {:?}", released.name, released.reason).unwrap();
            }
            Body::SourceImported(source) => {
                writeln!(
                    told,
                    "{} left {:?} unread",
                    source.source, source.unread_labels
                )
                .unwrap();
            }
            _ => {}
        }
    }
    let mut config = node.config.clone();
    let listed = config.list_changes(pb::ListChangesRequest::default()).await;
    for change in listed.unwrap().into_inner().changes {
        if !change.rolled_back_by.is_empty() {
            let (name, by, state) = (&change.name, &change.rolled_back_by, change.state());
            writeln!(told, "{name} {} by {by}", state.as_str_name()).unwrap();
        }
    }
    for id in [
        "removed", "released", "forced", "never", "anyway", "given-up",
    ] {
        let ended = split(node, id).await.unwrap();
        let (by, why, revert) = (&ended.ended_by, &ended.end_reason, &ended.revert);
        writeln!(
            told,
            "split {id} ended by {by}: {why:?}, taken back by {revert:?}"
        )
        .unwrap();
    }
    read(node, &mut told, "orders", "", "earlier", "").await;
    freezes(node, &mut told).await;
    overrides(node, &mut told).await;
    keys(node, &mut told).await;
    told
}

async fn freezes(node: &Node, told: &mut String) {
    let mut freezes = node.freezes.clone();
    let listed = freezes.list_freezes(pb::ListFreezesRequest::default());
    for freeze in listed.await.unwrap().into_inner().freezes {
        writeln!(told, "{freeze:?}").unwrap();
    }
}

async fn overrides(node: &Node, told: &mut String) {
    let mut overrides = node.overrides.clone();
    let listed = overrides.list_overrides(pb::ListOverridesRequest::default());
    for set in listed.await.unwrap().into_inner().overrides {
        writeln!(told, "{set:?}").unwrap();
    }
}

/// With their hashes, as services get them.
async fn keys(node: &Node, told: &mut String) {
    let mut keys = node.keys.clone();
    let watch = keys.watch_keys(access::WatchKeysRequest {}).await;
    let first = watch.unwrap().into_inner().message().await.unwrap();
    let Some(Event::Snapshot(all)) = first.unwrap().event else {
        panic!("no snapshot");
    };
    for key in all.keys {
        writeln!(told, "{key:?}").unwrap();
    }
}

async fn log(node: &Node, told: &mut String) {
    for record in records(node).await {
        of_record(told, &record);
    }
}

async fn records(node: &Node) -> Vec<pb::Record> {
    let head = node.head().await;
    let (store, _) = head.split_once(':').unwrap();
    let from_the_start = pb::WatchLogRequest {
        after: format!("{store}:0"),
        ..Default::default()
    };
    let mut config = node.config.clone();
    let watch = config.watch_log(from_the_start).await;
    let mut watch = watch.unwrap().into_inner();
    let mut records = Vec::new();
    while let Some(reply) = watch.message().await.unwrap() {
        match reply.event.unwrap() {
            pb::watch_log_response::Event::Record(record) => records.push(record),
            pb::watch_log_response::Event::Progress(_) => break,
        }
    }
    records
}

fn of_record(told: &mut String, record: &pb::Record) {
    let time = record.time.unwrap();
    let body = match record.body.as_ref().unwrap() {
        Body::Change(change) => format!("change {} on {}", change.name, change.label),
        Body::Released(released) => format!(
            "released {} ({}) on {}: {:?}, ends {:?}",
            released.name,
            released.change_sequence,
            released.label,
            released.paths,
            released.detached_splits
        ),
        Body::Discarded(discarded) => format!("discarded {}", discarded.name),
        Body::LabelRemoved(removed) => format!("label {} removed", removed.label),
        Body::LabelDetached(detached) => format!("label {} detached", detached.label),
        Body::Restaged(restaged) => format!("restaged {}", restaged.name),
        Body::Unchanged(unchanged) => format!("unchanged {}", unchanged.name),
        Body::SourceImported(source) => format!("source {} imported", source.source),
        Body::SplitMoved(split) => format!("split {} at {}", split.id, hundredths(split)),
        Body::SplitEnded(split) => format!("split {} {}", split.id, split.state().as_str_name()),
        Body::FreezeSet(freeze) => format!("freeze {} set", freeze.id),
        Body::FreezeEnded(end) => format!("freezes {:?} ended", end.ids),
        Body::OverrideSet(set) => format!("override {} set", set.id),
        Body::OverrideEnded(end) => format!("overrides {:?} ended", end.overrides),
        Body::KeyCreated(key) => format!("key {} ({}) created", key.id, key.name),
        Body::KeyRotated(rotated) => format!("key rotated to {}", rotated.key.as_ref().unwrap().id),
        Body::OwnershipSet(owned) => format!("{} owned by {}", owned.pattern, owned.owner),
        Body::Retained(retained) => format!("retained from {:?}", retained.before),
        Body::KeyRevoked(revoked) => format!("key {} ({}) revoked", revoked.id, revoked.name),
    };
    let wall = time.wall.unwrap();
    writeln!(
        told,
        "{} {wall}+{} epoch {} {} {} by {}: {body}",
        record.sequence,
        time.logical,
        record.epoch,
        record.origin,
        record.origin_sequence,
        record.principal
    )
    .unwrap();
}

async fn changes(node: &Node, told: &mut String) {
    let mut config = node.config.clone();
    let listed = config.list_changes(pb::ListChangesRequest::default()).await;
    for change in listed.unwrap().into_inner().changes {
        writeln!(
            told,
            "change {} ({}) on {} {} {} of {} by {:?} {}: {:?}, awaits {}, {}",
            change.name,
            change.sequence,
            change.label,
            change.state().as_str_name(),
            change.digest,
            change.document_count,
            change.author,
            change.principal,
            change.message,
            change.awaits_rollout,
            change.written_at.unwrap()
        )
        .unwrap();
    }
}

async fn documents(node: &Node, told: &mut String) {
    let mut config = node.config.clone();
    let listed = config.list_documents(pb::ListDocumentsRequest::default());
    for document in listed.await.unwrap().into_inner().documents {
        writeln!(
            told,
            "document {} on {} for {:?} {:?}, {} {} of {} bytes, {:?}, {} versions, {}",
            document.path,
            document.label,
            document.app,
            document.profile,
            document.version,
            document.digest,
            document.size,
            document.defect,
            document.versions,
            document.written_at.unwrap_or_default()
        )
        .unwrap();
    }
    for app in ["orders", "gone", "billing", "released", "forced"] {
        let request = pb::ListVersionsRequest {
            document: crate::grpc::document(app, ""),
            ..Default::default()
        };
        let listed = config.list_versions(request).await.unwrap().into_inner();
        listed
            .versions
            .iter()
            .for_each(|version| of_version(told, app, version));
    }
}

fn of_version(told: &mut String, app: &str, version: &pb::Version) {
    writeln!(
        told,
        "{app} {} ({}) {} {} {} bytes, deleted {}, stable {}, by {:?} {}: {:?}, {}",
        version.name,
        version.sequence,
        version.state().as_str_name(),
        version.digest,
        version.size,
        version.deleted,
        version.stable,
        version.author,
        version.principal,
        version.message,
        version.written_at.unwrap()
    )
    .unwrap();
}

fn of_split(told: &mut String, split: &pb::Split) {
    writeln!(
        told,
        "split {} {} of {} ({}) on {}: {} {} generation {} {:?} {}",
        split.id,
        split.state().as_str_name(),
        split.change,
        split.change_sequence,
        split.label,
        hundredths(split),
        split.unit().as_str_name(),
        split.generation,
        split.paths,
        split.moved_at.unwrap_or_default()
    )
    .unwrap();
    // earlier versions had none
    if !(split.include.is_empty() && split.exclude.is_empty()) {
        let (include, exclude) = (&split.include, &split.exclude);
        writeln!(
            told,
            "split {} forces {include:?}, not {exclude:?}",
            split.id
        )
        .unwrap();
    }
}

/// Its share, as it was told first.
fn hundredths(split: &pb::Split) -> f64 {
    (100.0 * split.percentage).round()
}

async fn sources(node: &Node, told: &mut String) {
    let mut sources = node.sources.clone();
    let listed = sources
        .list_sources(pb::ListSourcesRequest::default())
        .await;
    for source in listed.unwrap().into_inner().sources {
        for label in source.labels {
            writeln!(
                told,
                "source {} label {} commit {} served {} awaits {}",
                source.name, label.label, label.commit, label.served_commit, label.awaits_rollout
            )
            .unwrap();
        }
    }
}

async fn read(
    node: &Node,
    told: &mut String,
    app: &str,
    profile: &str,
    label: &str,
    instance: &str,
) {
    let request = pb::GetConfigRequest {
        app: app.to_owned(),
        profiles: Vec::from_iter((!profile.is_empty()).then(|| profile.to_owned())),
        label: label.to_owned(),
        instance: instance.to_owned(),
        ..Default::default()
    };
    let read = node.config.clone().get_config(request).await;
    let read = read.unwrap().into_inner();
    let config = String::from_utf8(read.config.to_vec()).unwrap();
    let (version, digest) = (read.version, read.digest);
    writeln!(
        told,
        "{app} {profile} {label} {instance}: {config} {version} {digest}"
    )
    .unwrap();
}
