//! Reads with ever more documents on the label.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use tonic::Request;
use vortex_config_svc::parts::{
    ClusterId, Command, ConfigStore, Configuration, Content, DocumentWrite, Grpc, Label,
    Request as Asked, Seq, Sha256, Sources, WriteChange,
};
use vortex_kit::{clock::System, shutdown::Lifecycle};
use vortex_proto::config::v1::{self as pb, config_service_server::ConfigService as _};
use vortex_store::{Embedded, Options};

use crate::latency::{Latencies, timed};

const WARM: usize = 100_000;
const MISSES: usize = 500;
/// Documents of one change set at most.
const TOGETHER: usize = 10_000;

pub(crate) async fn run() {
    for documents in [100, 1_000, 10_000, 100_000] {
        let folder = tempfile::tempdir().unwrap();
        let configuration = open(folder.path()).await;
        fill(&configuration, documents).await;
        measure(configuration, documents).await;
    }
}

pub(crate) async fn open(folder: &std::path::Path) -> Arc<Configuration> {
    let engine = Embedded::open(folder, Options::default()).unwrap();
    let store = ConfigStore::new(Arc::new(engine));
    let opened = Configuration::open(
        store,
        ClusterId::default(),
        HashMap::new(),
        System::shared(),
    )
    .await;
    let (configuration, writer) = opened.unwrap();
    tokio::spawn(writer);
    Arc::new(configuration)
}

/// Writes so many documents, of as many applications.
pub(crate) async fn fill(configuration: &Configuration, documents: usize) {
    let numbers: Vec<usize> = (0..documents).collect();
    for (index, some) in numbers.chunks(TOGETHER).enumerate() {
        let texts = some.iter().map(|n| (format!("app-{n}.yml"), text(*n, 0)));
        write(configuration, &format!("fill-{index}"), texts, false).await;
    }
}

fn text(document: usize, round: usize) -> String {
    format!("server:\n  port: 8080\nname: app-{document}\nround: {round}\nfeatures: [a, b, c]\n")
}

/// Writes documents under a name. Answers where.
pub(crate) async fn write(
    configuration: &Configuration,
    version: &str,
    texts: impl Iterator<Item = (String, String)>,
    stage_only: bool,
) -> Seq {
    let (mut documents, mut contents) = (Vec::new(), Vec::new());
    for (path, text) in texts {
        let bytes = Bytes::from(text);
        let sha256 = Sha256::of(&bytes);
        documents.push(DocumentWrite {
            path: path.parse().unwrap(),
            content: Content::present(sha256, bytes.len() as u32),
            written_for: None,
        });
        contents.push((sha256, bytes));
    }
    let change = WriteChange {
        label: Label::main(),
        name: Some(version.parse().unwrap()),
        message: String::new(),
        author: String::new(),
        documents,
        stage_only,
        precondition: None,
    };
    let asked = Asked {
        principal: "anonymous".to_owned(),
        key: None,
    };
    let written = configuration.write(asked, Command::Write(change), contents);
    written.await.unwrap().change
}

async fn measure(configuration: Arc<Configuration>, documents: usize) {
    let clock = System::new();
    let grpc = Grpc::new(configuration.clone(), Sources::default(), Lifecycle::new());
    let read = || {
        let request = pb::GetConfigRequest {
            app: format!("app-{}", documents / 2),
            profiles: vec!["dev".to_owned(), "eu".to_owned()],
            ..Default::default()
        };
        grpc.get_config(Request::new(request))
    };
    let mut missed = Latencies::default();
    for round in 0..MISSES {
        let read_document = documents / 2;
        let texts = [(
            format!("app-{read_document}.yml"),
            text(read_document, round + 1),
        )];
        write(
            &configuration,
            &format!("v{round}"),
            texts.into_iter(),
            false,
        )
        .await;
        let (reply, took) = timed(&clock, read()).await;
        reply.unwrap();
        missed.add(took);
    }
    let mut warm = Latencies::default();
    for _ in 0..WARM {
        let (reply, took) = timed(&clock, read()).await;
        reply.unwrap();
        warm.add(took);
    }
    warm.print(&format!("read, {documents} documents, warm"));
    missed.print(&format!("read, {documents} documents, miss, unparsed"));
}
