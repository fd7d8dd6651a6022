//! Stores of older versions stay readable.
//!
//! `tests/data/stored/v<N>.jsonl` has all entries of a store that a program wrote in version `N` of
//! the format (ADR 26), and `v<N>.txt` what that program answered about it. Neither is ever edited,
//! unless a later program is meant to answer something else about the same store. To add those of a
//! new version, or of a newer program, run
//! `VORTEX_WRITE_STORED=v<N> cargo test -p vortex-rollout-svc --test service stored`.

mod scene;
mod summary;

use std::{fs, path::PathBuf, sync::Arc};

use bytes::Bytes;
use serde_json::{Value, json};
use vortex_kit::{channel::Slot, clock::Manual};
use vortex_rollout_svc::{Settings, StoreLocation};
use vortex_store::{Embedded, Options, Range, Store as _, Transaction};

use crate::mesh::{start_service_at, stop};

#[tokio::test]
async fn what_any_version_stored_is_read() {
    let mut versions = 0;
    for file in fs::read_dir(data()).unwrap() {
        let stored = file.unwrap().path();
        if stored
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            let told = fs::read_to_string(stored.with_extension("txt")).unwrap();
            let entries = fs::read_to_string(&stored).unwrap();
            assert_eq!(told_of(&entries).await, told, "{}", stored.display());
            versions += 1;
        }
    }
    assert!(versions > 0, "there is no file to read");
}

#[tokio::test]
async fn what_this_version_stores_is_read_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let told = scene::play(folder.path()).await;
    let entries = entries_in(folder.path()).await;
    assert_eq!(told_of(&entries).await, told);
    if let Some(name) = std::env::var_os("VORTEX_WRITE_STORED") {
        let file = data().join(name);
        fs::write(file.with_extension("jsonl"), entries).unwrap();
        fs::write(file.with_extension("txt"), told).unwrap();
    }
}

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/stored")
}

/// The answers of the service about a store with these entries, at the time they were written,
/// while config-svc is away.
async fn told_of(entries: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    let mut lines = entries.lines().map(parsed);
    let clock = Manual::starting_at(text(&lines.next().unwrap(), "at").parse().unwrap());
    fill(store.clone(), lines).await;
    let settings = Settings::new(StoreLocation::Embedded(store));
    let (runtime, rollouts) =
        start_service_at(settings, Slot::new().channel(), None, Arc::new(clock)).await;
    let told = summary::of(rollouts).await;
    stop(&runtime).await;
    told
}

async fn fill(store: PathBuf, entries: impl Iterator<Item = Value>) {
    let engine = open(store).await;
    for entry in entries {
        let key = Bytes::from(text(&entry, "key").to_owned());
        let put = Transaction::new().put(key, value(&entry));
        engine.commit(put).await.unwrap();
    }
    engine.close().await.unwrap();
}

/// All entries of a store, one per line, after a line with the time.
async fn entries_in(store: &std::path::Path) -> String {
    let engine = open(store.to_owned()).await;
    let mut lines = format!("{}\n", json!({"at": jiff::Timestamp::now().to_string()}));
    let mut rest = Some(Range::prefix(""));
    while let Some(range) = rest {
        let page = engine.range(range.clone()).await.unwrap();
        for entry in &page.entries {
            let key = String::from_utf8(entry.key.to_vec()).unwrap();
            let line = json!({"key": key, "hex": hex::encode(&entry.value)});
            lines.push_str(&format!("{line}\n"));
        }
        rest = range.after(&page);
    }
    engine.close().await.unwrap();
    lines
}

/// Values of version 1 as text, all others in hexadecimal.
fn value(entry: &Value) -> Bytes {
    match entry.get("hex") {
        Some(_) => hex::decode(text(entry, "hex")).unwrap().into(),
        None => text(entry, "value").to_owned().into(),
    }
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name].as_str().unwrap()
}

async fn open(store: PathBuf) -> Arc<Embedded> {
    let opened = tokio::task::spawn_blocking(|| Embedded::open(store, Options::default()));
    Arc::new(opened.await.unwrap().unwrap())
}
