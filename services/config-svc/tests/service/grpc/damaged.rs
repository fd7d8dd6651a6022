//! Bits that flip in the store's tables: what is damaged is named, and all else is served.

use std::{fs, path::PathBuf};

use futures::executor::block_on;
use tempfile::TempDir;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;
use vortex_store::{Embedded, Options, Store as _};

use super::{
    Node, Way,
    node::{put, settings},
};
use crate::random;

const DOCUMENTS: usize = 40;
const FLIPS: usize = 30;

fn content(number: usize) -> String {
    let noise: Vec<String> = (0..400)
        .map(|_| format!("{:016x}", fastrand::u64(..)))
        .collect();
    format!("number: {number}\nnoise: {}\n", noise.join("-"))
}

/// A store with all that it holds in one table.
async fn table(folder: &TempDir) -> PathBuf {
    let node = Node::start(Way::InProcess, settings(folder)).await;
    for number in 0..DOCUMENTS {
        let written = put(&format!("app{number}"), "v1", &content(number));
        node.config.clone().put_document(written).await.unwrap();
    }
    node.stop().await;
    let store = folder.path().join("store");
    let engine = Embedded::open(&store, Options::default()).unwrap();
    block_on(engine.maintain()).unwrap();
    block_on(engine.close()).unwrap();
    let tables = fs::read_dir(store.join("db/keyspaces/1/tables")).unwrap();
    let mut tables: Vec<_> = tables.map(|table| table.unwrap().path()).collect();
    assert_eq!(tables.len(), 1, "{tables:?}");
    tables.remove(0)
}

/// Reads all documents; answers how many were damaged.
async fn read_all(node: &Node) -> usize {
    let mut damaged = 0;
    for number in 0..DOCUMENTS {
        let request = pb::GetConfigRequest {
            app: format!("app{number}"),
            ..Default::default()
        };
        match node.config.clone().get_config(request).await {
            Ok(read) => {
                let text = String::from_utf8_lossy(&read.into_inner().config).into_owned();
                assert!(text.contains(&format!("\"number\":{number}")), "{text:.80}");
            }
            Err(status) => {
                let fault = Fault::from_status(&status);
                assert_eq!(fault.reason(), Reason::StoreDamaged, "{fault}");
                assert_eq!(fault.metadata()["path"], format!("app{number}.yml"));
                assert_eq!(fault.metadata()["label"], "main");
                damaged += 1;
            }
        }
    }
    damaged
}

#[tokio::test]
async fn a_flipped_bit_is_named_with_its_document_and_all_others_are_served() {
    let mut random = fastrand::Rng::with_seed(random::seed("a flipped bit"));
    let folder = tempfile::tempdir().unwrap();
    let table = table(&folder).await;
    let whole = fs::read(&table).unwrap();
    let (mut refused, mut damaged) = (0, 0);
    for _ in 0..FLIPS {
        let mut bytes = whole.clone();
        let bit = random.usize(..8 * bytes.len());
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&table, bytes).unwrap();
        let runtime = vortex_kit::process::Runtime::new(
            "config-svc",
            "0.1.0",
            vortex_kit::clock::System::shared(),
        );
        // what holds the log may be hit: then the service does not start
        match vortex_config_svc::start(settings(&folder), &runtime).await {
            Ok(server) => {
                let node = Node::of(runtime, server.channel());
                damaged += read_all(&node).await;
                node.stop().await;
            }
            Err(_) => refused += 1,
        }
    }
    println!("{refused} starts were refused, {damaged} documents damaged");
    assert!(damaged > 0, "no flip hit a content");
}
