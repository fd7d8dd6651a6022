//! `vortex rollout report`.

use serde::Serialize;
use vortex_rest::ReportTaken;

use super::argument::finite;
use crate::{
    client::{self, Call},
    error::Error,
    session::Session,
};

/// Report what was measured of an arm since the last report.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Figures are those since the last report, not totals. A report is counted once, however often it is
sent under the same --request-id. Latencies are judged once some are reported, and then every slice
needs --min-requests of them: report as many of both arms, or none.

Examples:
  vortex rollout report ID --arm canary --requests 1000 --errors 12
  vortex rollout report ID --arm canary --requests 3 --errors 0 --latency-ms 12,15,80
  vortex rollout report ID --version v2 --app orders --requests 10 --errors 0 --generation 3")]
pub(crate) struct Args {
    /// The rollout's id
    id: String,
    #[command(flatten)]
    report: Report,
}

/// As it is sent: only what was said.
#[derive(Debug, clap::Args, Serialize)]
struct Report {
    /// Which arm
    #[arg(long, value_parser = ["stable", "canary"], required_unless_present = "version")]
    #[serde(skip_serializing_if = "Option::is_none")]
    arm: Option<String>,
    /// The version that was served, in place of an arm, as reads answer it
    #[arg(long, value_name = "VERSION", conflicts_with = "arm")]
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// Requests
    #[arg(long, value_name = "N")]
    requests: u64,
    /// Requests with errors among them
    #[arg(long, value_name = "N")]
    errors: u64,
    /// Latencies in milliseconds, by commas or given several times
    #[arg(long = "latency-ms", value_name = "MS", value_delimiter = ',', value_parser = finite)]
    #[serde(rename = "latencies_ms", skip_serializing_if = "Vec::is_empty")]
    latencies: Vec<f64>,
    /// The application, where the rollout has several
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<String>,
    /// The profile, for people
    #[arg(long)]
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    /// The generation that was served; figures of an older one are refused
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<u64>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let body = serde_json::to_value(&self.report)
            .map_err(|error| Error::Usage(format!("the figures can't be sent: {error}")))?;
        let call = Call::post(["api", "rollouts", &self.id, "metrics"]).json(&body);
        let reply = session.client.send(call).await?.json()?;
        let server = session.client.server();
        let (id, requests) = (&self.id, self.report.requests);
        session.console.told(&reply, |reply| {
            let reported: ReportTaken = client::read(reply, server)?;
            let generation = reported.generation;
            Ok(match reported.repeated {
                true => format!("{id} had counted these {requests} requests already"),
                false => format!("{id} counts {requests} requests, of generation {generation}"),
            })
        })
    }
}
