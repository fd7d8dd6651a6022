//! Who sends reports: by REST to the gateway, or by gRPC to heartbeat-ingest.

use serde::Deserialize;

use crate::{
    client::{Call, Client},
    error::Error,
};

use super::{grpc::Grpc, reports::Reports};

/// Sends reports by one protocol.
#[derive(Clone, Debug)]
pub(super) enum Sender {
    Rest(Box<Client>),
    Grpc(Box<Grpc>),
}

impl Sender {
    /// Sends a request once. Answers with the codes of its reports that were refused, or with that
    /// of the request.
    pub(super) async fn send(&self, reports: &Reports, number: u64) -> Result<Vec<String>, String> {
        match self {
            Self::Rest(client) => {
                let body = reports.body(number);
                let sent = by_rest(client, body, reports.is_list()).await;
                sent.map_err(|error| code(&error))
            }
            Self::Grpc(grpc) => grpc.send(reports.messages(number)).await,
        }
    }
}

async fn by_rest(client: &Client, body: String, is_list: bool) -> Result<Vec<String>, Error> {
    if !is_list {
        client
            .once(&Call::post(["heartbeat"]).json_text(body))
            .await?;
        return Ok(Vec::new());
    }
    let call = Call::post(["api", "heartbeats"]).json_text(body);
    let answer = client.once(&call).await?;
    let results: Vec<Outcome> = serde_json::from_slice(answer.body())
        .map_err(|error| Error::garbage(client.server(), error.to_string()))?;
    let refused = results.into_iter().filter_map(|result| result.code);
    Ok(refused.collect())
}

/// A report's result, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Outcome {
    code: Option<String>,
}

/// What a failure counts as.
fn code(error: &Error) -> String {
    match error {
        Error::Problem(problem) => {
            let status = || problem.status.to_string();
            problem.code.clone().unwrap_or_else(status)
        }
        Error::TimedOut { .. } => "TIMED_OUT".to_owned(),
        Error::Unreachable { .. } => "UNREACHABLE".to_owned(),
        _ => "NOT_UNDERSTOOD".to_owned(),
    }
}
