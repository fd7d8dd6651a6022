//! What older versions stored is read for ever.
//!
//! `tests/data/stored/v<N>-log.jsonl` and `v<N>-checkpoint.jsonl` hold all entries of a store that
//! a version with the format `N` wrote, the one without and the other with a checkpoint, and
//! `v<N>.txt` what that version told of both. None is ever edited, but where a later version is
//! meant to tell something else of the same. `v<N>-<WHAT>` in place of `v<N>` is of a later version
//! with the same format, which keeps more kinds of records. To add those of a new format, or of new
//! records, run `VORTEX_WRITE_STORED=v<N> cargo test -p vortex-config-svc --test service stored`.

mod history;
mod scene;
mod summary;

use std::{
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use serde_json::{Value, json};
use vortex_config_svc::{ReleasePolicy, Settings, StoreLocation};
use vortex_kit::clock::Manual;
use vortex_store::{Range, Store as _, Transaction};

use crate::{
    grpc::{Node, Way},
    service::{Service, embedded},
};

/// What a version kept.
#[derive(Clone, Copy)]
struct Kept {
    format: u8,
    /// Whether checkpoints have what was served before, too.
    history: bool,
}

/// What is kept now.
const WRITTEN: Kept = Kept {
    format: 2,
    history: true,
};

impl Kept {
    fn by(version: &str) -> Self {
        let version = version.strip_prefix('v').unwrap();
        let (format, what) = version.split_once('-').unwrap_or((version, ""));
        Self {
            format: format.parse().unwrap(),
            history: what == "history",
        }
    }
}

#[tokio::test]
async fn what_any_version_stored_is_read() {
    let mut versions = 0;
    for file in fs::read_dir(data()).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let version = file.file_stem().unwrap().to_str().unwrap();
        let kept = Kept::by(version);
        let expected = fs::read_to_string(&file).unwrap();
        for kind in ["log", "checkpoint"] {
            let stored = data().join(name(&file, kind));
            let entries = fs::read_to_string(&stored).unwrap();
            let told = told_of(&entries, kept).await;
            assert_eq!(told, expected, "{}", stored.display());
        }
        versions += 1;
    }
    assert!(versions > 0, "there is no file to read");
}

#[tokio::test]
async fn what_this_version_stores_is_read_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let told = scene::play(&store).await;
    let log = entries_in(&store).await;
    assert_eq!(told_of(&log, WRITTEN).await, told);
    keep_checkpoint(&store).await;
    let checkpoint = entries_in(&store).await;
    assert_eq!(told_of(&checkpoint, WRITTEN).await, told);
    if let Some(version) = std::env::var_os("VORTEX_WRITE_STORED") {
        let file = data().join(version);
        fs::write(data().join(name(&file, "log")), log).unwrap();
        fs::write(data().join(name(&file, "checkpoint")), checkpoint).unwrap();
        fs::write(file.with_extension("txt"), told).unwrap();
    }
}

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/stored")
}

fn name(version: &Path, kind: &str) -> String {
    let version = version.file_stem().unwrap().to_str().unwrap();
    format!("{version}-{kind}.jsonl")
}

/// What the service tells of a store of such a version.
async fn told(node: &Node, kept: Kept) -> String {
    let mut told = summary::of(node).await;
    if kept.format >= 2 {
        told += &summary::since_v2(node).await;
    }
    if kept.history {
        told += &history::of(node).await;
    }
    told
}

/// What the service tells of a store with these entries, at the time they were written.
async fn told_of(entries: &str, kept: Kept) -> String {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let mut lines = entries.lines().map(parsed);
    let clock = Manual::starting_at(text(&lines.next().unwrap(), "at").parse().unwrap());
    let engine = embedded(&store);
    for entry in lines {
        let bytes = |name| Bytes::from(hex::decode(text(&entry, name)).unwrap());
        let put = Transaction::new().put(bytes("key"), bytes("value"));
        engine.commit(put).await.unwrap();
    }
    engine.close().await.unwrap();
    drop(engine);
    let node = Node::start_at(Way::InProcess, settings(&store, None), &clock).await;
    let told = told(&node, kept).await;
    node.stop().await;
    told
}

/// All entries of a store, a line each, after one that says when that is.
async fn entries_in(store: &Path) -> String {
    let engine = embedded(store);
    let mut lines = format!("{}\n", json!({"at": jiff::Timestamp::now().to_string()}));
    let mut rest = Some(Range::prefix(""));
    while let Some(range) = rest {
        let page = engine.range(range.clone()).await.unwrap();
        for entry in &page.entries {
            let (key, value) = (hex::encode(&entry.key), hex::encode(&entry.value));
            let line = json!({"key": key, "value": value});
            lines.push_str(&format!("{line}\n"));
        }
        rest = range.after(&page);
    }
    engine.close().await.unwrap();
    lines
}

async fn keep_checkpoint(store: &Path) {
    let service = Service::open(store).await;
    let state = (*service.state()).clone();
    service.store().save_checkpoint(state).await.unwrap();
    service.close().await;
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap()
}

fn settings(store: &Path, git: Option<&Path>) -> Settings {
    Settings {
        store: StoreLocation::Embedded(store.to_owned()),
        git: git.map(|path| path.to_owned().into()),
        git_name: Settings::default_git_name(),
        git_poll: std::time::Duration::from_secs(3600),
        git_timeout: Settings::DEFAULT_GIT_TIMEOUT,
        git_release: ReleasePolicy::Rollout,
        git_mirror: None,
        cluster: Default::default(),
        git_credentials_file: None,
        git_search_paths: Vec::new(),
        overrides_file: None,
        ciphers: Default::default(),
        own_key: Default::default(),
    }
}
