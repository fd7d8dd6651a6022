//! Every client and server of the contract takes messages above tonic's own limit of 4 MiB.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

use std::{
    convert::Infallible,
    fs,
    future::ready,
    path::{Path, PathBuf},
    task::{Context, Poll},
};

use http_body_util::{BodyExt as _, Full};
use prost::{Message, bytes::Bytes};
use tonic::{
    Code,
    body::Body,
    codegen::{BoxFuture, Service, http},
    server::NamedService,
};
use vortex_kit::{channel::Channel, clock::System, grpc::Server, process::Runtime};
use vortex_proto::{
    config::v1::{
        GetDocumentRequest, GetSourceRequest, GetSplitRequest,
        config_service_client::ConfigServiceClient, config_service_server,
        source_service_client::SourceServiceClient, source_service_server,
        split_service_client::SplitServiceClient, split_service_server,
    },
    rollout::v1::{
        GetRolloutRequest, rollout_service_client::RolloutServiceClient, rollout_service_server,
    },
};
use vortex_service::Limited as _;

/// Above tonic's own limit, and below ours.
const LARGE: usize = 5 << 20;

/// A message of which any other reads one field that it does not know.
#[derive(Clone, PartialEq, Message)]
struct Unknown {
    #[prost(bytes = "bytes", tag = "1000")]
    field: Bytes,
}

/// Answers every call with a large message.
macro_rules! large {
    ($($name:ident $service:expr;)+) => {
        $(
            #[derive(Clone)]
            struct $name;

            impl NamedService for $name {
                const NAME: &'static str = $service;
            }

            impl Service<http::Request<Body>> for $name {
                type Response = http::Response<Body>;
                type Error = Infallible;
                type Future = BoxFuture<Self::Response, Infallible>;

                fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                    Poll::Ready(Ok(()))
                }

                fn call(&mut self, _: http::Request<Body>) -> Self::Future {
                    Box::pin(ready(Ok(large_answer())))
                }
            }
        )+
    };
}

large! {
    LargeConfig config_service_server::SERVICE_NAME;
    LargeSource source_service_server::SERVICE_NAME;
    LargeSplit split_service_server::SERVICE_NAME;
    LargeRollout rollout_service_server::SERVICE_NAME;
}

fn large_answer() -> http::Response<Body> {
    let field = Bytes::from(vec![0; LARGE]);
    let message = Unknown { field }.encode_to_vec();
    let mut framed = vec![0];
    framed.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    framed.extend(message);
    let mut trailers = http::HeaderMap::new();
    trailers.insert("grpc-status", http::HeaderValue::from_static("0"));
    let body = Full::new(Bytes::from(framed)).with_trailers(ready(Some(Ok(trailers))));
    http::Response::builder()
        .header("content-type", "application/grpc")
        .body(Body::new(body))
        .unwrap()
}

async fn channel() -> Channel {
    let runtime = Runtime::new("large", "0.1.0", System::shared());
    let server = Server::builder(&runtime)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(LargeConfig)
        .service(LargeSource)
        .service(LargeSplit)
        .service(LargeRollout)
        .build()
        .await;
    server.unwrap().channel()
}

#[tokio::test]
async fn every_client_reads_large_messages() {
    let channel = channel().await;
    let get = ConfigServiceClient::limited(channel.clone())
        .get_document(GetDocumentRequest::default())
        .await;
    assert!(get.is_ok(), "{get:?}");
    let get = SourceServiceClient::limited(channel.clone())
        .get_source(GetSourceRequest::default())
        .await;
    assert!(get.is_ok(), "{get:?}");
    let get = SplitServiceClient::limited(channel.clone())
        .get_split(GetSplitRequest::default())
        .await;
    assert!(get.is_ok(), "{get:?}");
    let get = RolloutServiceClient::limited(channel.clone())
        .get_rollout(GetRolloutRequest::default())
        .await;
    assert!(get.is_ok(), "{get:?}");
    // a client of tonic's own limit does not
    let get = SplitServiceClient::new(channel)
        .get_split(GetSplitRequest::default())
        .await;
    assert_eq!(get.unwrap_err().code(), Code::OutOfRange);
}

#[test]
fn no_client_or_server_is_made_without_its_limit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for part in ["crates", "services", "gateway"] {
        sources(&root.join(part), &mut files);
    }
    assert!(files.len() > 100, "the sources were not found: {files:?}");
    let faults: Vec<String> = files
        .iter()
        .flat_map(|file| faults(file, &fs::read_to_string(file).unwrap()))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn one_that_is_made_without_its_limit_is_found() {
    for bad in [
        "let client = SplitServiceClient::new(channel);",
        ".service(pb::split_service_server::SplitServiceServer::from_arc(grpc))",
    ] {
        assert_eq!(faults(Path::new("lib.rs"), bad).len(), 1, "{bad}");
    }
    for good in [
        "let client = SplitServiceClient::limited(channel);",
        "SplitServiceClient::with_origin(connection, origin)\n    .max_decoding_message_size(LIMIT)",
        "/// For clients: `SplitServiceClient::new(channel)`.",
        "client: SplitServiceClient<Channel>,",
        "use vortex_proto::config::v1::split_service_client::SplitServiceClient;",
    ] {
        assert!(faults(Path::new("lib.rs"), good).is_empty(), "{good}");
    }
}

/// The lines that make a client or server by another function than `limited`, and do not say its
/// limit in the next line.
fn faults(file: &Path, source: &str) -> Vec<String> {
    let made = |line: &str| {
        let line = line.split("//").next().unwrap_or_default();
        ["ServiceClient::", "ServiceServer::"].iter().any(|made| {
            let mut calls = line.match_indices(made);
            calls.any(|(at, _)| !line[at + made.len()..].starts_with("limited("))
        })
    };
    let following = source.lines().skip(1).chain([""]);
    let is_limited = |next: &str| next.trim_start().starts_with(".max_decoding_message_size(");
    let lines = source.lines().zip(following).enumerate();
    let lines = lines.filter(|(_, (line, next))| made(line) && !is_limited(next));
    lines
        .map(|(index, (line, _))| format!("{}:{}: {}", file.display(), index + 1, line.trim()))
        .collect()
}

/// The Rust files of every `src` folder.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.components().any(|part| part.as_os_str() == "src")
        {
            files.push(path);
        }
    }
}
