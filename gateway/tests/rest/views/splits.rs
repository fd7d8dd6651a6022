//! Readers of a view with splits.

use std::collections::BTreeMap;

use serde_json::json;
use tokio::net::TcpStream;
use vortex_proto::config::v1::{SplitUnit, ViewSplit, ViewState, ViewVariant};
use vortex_views::{Arm, Forced, Reader, Seed, Share, Split, Unit};

use super::{PATH, at, until_held};
use crate::{
    mesh::{Mesh, start},
    views_stream::STORE,
    watch::{metric, open, until},
};

const SEED: u64 = 7;

fn split(share: u16) -> Split {
    Split {
        id: "r1".into(),
        change: "v2".into(),
        generation: 1,
        share: Share::from_hundredths(share).unwrap(),
        seed: Seed::from_bits(SEED),
        unit: Unit::Instance,
        forced: Forced::new(vec!["in".to_owned()], vec!["out".to_owned()]).unwrap(),
        moved_at: None,
    }
}

fn arm(share: u16, instance: &str) -> Arm {
    split(share).arm_of(&Reader::new(instance, ""))
}

/// A view at a position, of which a share gets the canary.
fn view(position: usize, share: u16) -> ViewState {
    let variant = |arm: &str| ViewVariant {
        version: arm.to_owned(),
        digest: format!("digest of {arm}"),
        config: format!(r#"{{"arm":"{arm}","b":"{}"}}"#, "x".repeat(100)).into(),
        ..ViewVariant::default()
    };
    ViewState {
        token: at(position).token,
        splits: vec![ViewSplit {
            id: "r1".to_owned(),
            change: "v2".to_owned(),
            generation: position as u64,
            share: share.into(),
            seed: SEED,
            unit: SplitUnit::Instance.into(),
            include: vec!["in".to_owned()],
            exclude: vec!["out".to_owned()],
            moved_at: None,
        }],
        variants: vec![variant("stable"), variant("canary")],
        ..ViewState::default()
    }
}

async fn mesh(share: u16) -> Mesh {
    let mesh = start().await;
    mesh.service.reply("get_config", at(7));
    mesh.service.views(|views| views.serve(view(7, share)));
    mesh
}

fn instances() -> impl Iterator<Item = String> {
    let pods = (0..40).map(|n| format!("pod-{n}"));
    pods.chain(["in".to_owned(), "out".to_owned()])
}

#[tokio::test]
async fn each_reader_is_answered_by_its_own_arm_and_counted() {
    let mesh = mesh(2_500).await;
    until_held(&mesh, &format!("{PATH}?instance=warm"), "get_config").await;
    let mut canaries = 0;
    for instance in instances() {
        let answer = mesh
            .get(&format!("{PATH}?instance={instance}"))
            .await
            .json();
        let expected = match arm(2_500, &instance) {
            Arm::Canary => "canary",
            Arm::Stable => "stable",
        };
        canaries += u64::from(expected == "canary");
        assert_eq!(answer["config"]["arm"], expected, "{instance}");
        let is_forced = ["in", "out"].contains(&&*instance);
        assert_eq!(
            answer["assignments"],
            json!([{"split": "r1", "change": "v2", "generation": 7, "arm": expected,
                "unit": "instance", "forced": is_forced}])
        );
    }
    assert!((2..30).contains(&canaries), "{canaries}");
    // config-svc is told, within a second or so
    mesh.service
        .until(|views| {
            let told = views.answered();
            let splits = told.iter().flat_map(|told| &told.splits);
            let splits: Vec<_> = splits.collect();
            let reads: u64 = splits.iter().map(|of| of.stable + of.canary).sum();
            let told: u64 = splits.iter().map(|of| of.canary).sum();
            let warm = u64::from(arm(2_500, "warm") == Arm::Canary);
            // those that warmed it up are in it, and each key once
            let keys: usize = splits.iter().map(|of| of.cells.len()).sum();
            reads >= 43 && told >= canaries + warm && keys == 41
        })
        .await;
}

/// Opens a watch for an instance, and reads what it begins with.
async fn watch(mesh: &Mesh, instance: &str) -> (TcpStream, String) {
    let mut stream = open(mesh, &format!("?instance={instance}"), "").await;
    let first = until(&mut stream, "\n\n\r\n").await;
    (stream, first)
}

#[tokio::test]
async fn exactly_those_whose_bucket_a_share_reaches_are_told_of_it() {
    let mesh = mesh(100).await;
    let mut streams = BTreeMap::new();
    for instance in instances() {
        let (stream, first) = watch(&mesh, &instance).await;
        let is_canary = first.contains(r#""arm":"canary","b""#);
        assert_eq!(is_canary, arm(100, &instance) == Arm::Canary, "{instance}");
        streams.insert(instance, stream);
    }
    mesh.service.views(|views| views.serve(view(8, 5_000)));
    for (instance, stream) in &mut streams {
        let changes = arm(100, instance) != arm(5_000, instance);
        // a second's word comes after what has changed
        let told = until(stream, &format!(": progress {STORE}:8\n")).await;
        assert_eq!(told.contains("event: "), changes, "{instance}: {told}");
        if changes {
            let patch = r#"[{"op":"replace","path":"/arm","value":"canary"}]"#;
            assert!(
                told.contains("event: change") && told.contains(patch),
                "{told}"
            );
        }
    }
    assert_eq!(mesh.service.calls("watch_config"), 0);
}

#[tokio::test]
async fn a_thousand_watchers_of_a_view_with_splits_cost_one_view_and_each_difference_once() {
    const WATCHERS: usize = 1_000;
    let mesh = mesh(5_000).await;
    let mut streams = Vec::new();
    for n in 0..WATCHERS {
        streams.push(watch(&mesh, &format!("pod-{n}")).await.0);
    }
    assert_eq!(mesh.service.views(|views| views.followed()), 1);
    let mut moved = view(8, 5_000);
    for variant in &mut moved.variants {
        let config = String::from_utf8(variant.config.to_vec()).unwrap();
        variant.config = config.replace("\"b\"", "\"c\"").into();
        variant.digest.push_str(", moved");
        variant.version.push_str("-moved");
    }
    mesh.service.views(|views| views.serve(moved));
    for stream in &mut streams {
        until(stream, "event: ").await;
    }
    // a snapshot and a change for each arm
    let written = metric(&mesh, "vortex_watch_events_written_total").await;
    let sent = metric(&mesh, "vortex_watch_events_sent_total").await;
    assert_eq!((&*written, &*sent), ("4", "2000"));
    assert_eq!(mesh.service.calls("watch_config"), 0);
}
