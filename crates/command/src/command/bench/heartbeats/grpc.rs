//! Reports by gRPC.

use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use reqwest::Url;
use tokio::time::timeout;
use tonic::{
    Request, Status,
    body::Body,
    codegen::http::Uri,
    metadata::{Ascii, MetadataValue},
};
use vortex_kit::{error::Fault, grpc::MAX_MESSAGE_BYTES};
use vortex_proto::heartbeat::v1::{
    Heartbeat, ReportBatchRequest, ReportRequest, ReportResult,
    heartbeat_service_client::HeartbeatServiceClient, report_result,
};

use crate::{client::Client, error::Error};

type Connection = legacy::Client<HttpsConnector<HttpConnector>, Body>;

/// A connection to heartbeat-ingest.
#[derive(Clone, Debug)]
pub(super) struct Grpc {
    client: HeartbeatServiceClient<Connection>,
    key: Option<MetadataValue<Ascii>>,
    timeout: Duration,
}

impl Grpc {
    /// A connection to `server` that trusts and shows what `client` does. It is made with the first
    /// report.
    pub(super) fn new(server: &Url, client: &Client) -> Result<Self, Error> {
        let key = client.key().map(|key| {
            let key = MetadataValue::try_from(key.as_bytes());
            key.map_err(|error| Error::Usage(error.to_string()))
        });
        let origin: Uri = server
            .as_str()
            .parse()
            .map_err(|error| Error::Usage(format!("{server}: {error}")))?;
        let connection = connection(client.trust(server)?);
        Ok(Self {
            client: HeartbeatServiceClient::with_origin(connection, origin)
                .max_decoding_message_size(MAX_MESSAGE_BYTES),
            key: key.transpose()?,
            timeout: client.timeout(),
        })
    }

    /// Sends reports once: one by itself, several as a batch. Answers with the codes of those that
    /// were refused, or with that of the call.
    pub(super) async fn send(&self, mut reports: Vec<Heartbeat>) -> Result<Vec<String>, String> {
        let mut client = self.client.clone();
        let sent = async {
            match (reports.pop(), reports.is_empty()) {
                (Some(only), true) => {
                    let heartbeat = Some(only);
                    let request = self.request(ReportRequest { heartbeat });
                    client.report(request).await.map(|_| Vec::new())
                }
                (last, _) => {
                    reports.extend(last);
                    let request = ReportBatchRequest {
                        heartbeats: reports,
                    };
                    let answer = client.report_batch(self.request(request)).await?;
                    Ok(answer.into_inner().results)
                }
            }
        };
        match timeout(self.timeout, Box::pin(sent)).await {
            Ok(Ok(results)) => Ok(results.into_iter().filter_map(refused).collect()),
            Ok(Err(status)) => Err(code(&status)),
            Err(_) => Err("TIMED_OUT".to_owned()),
        }
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(key) = &self.key {
            request.metadata_mut().insert("authorization", key.clone());
        }
        request
    }
}

fn connection(trust: rustls::ClientConfig) -> Connection {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let mut trust = trust;
    // the connector says it itself
    trust.alpn_protocols.clear();
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(trust)
        .https_or_http()
        .enable_http2()
        .wrap_connector(tcp);
    legacy::Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build(connector)
}

fn refused(result: ReportResult) -> Option<String> {
    match result.result {
        Some(report_result::Result::Refused(refused)) => Some(refused.reason),
        Some(report_result::Result::Reply(_)) | None => None,
    }
}

/// What a call that failed counts as.
fn code(status: &Status) -> String {
    match std::error::Error::source(status) {
        Some(_) => "UNREACHABLE".to_owned(),
        None => Fault::from_status(status).reason().name().to_owned(),
    }
}
