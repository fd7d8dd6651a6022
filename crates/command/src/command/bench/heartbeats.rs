//! `vortex bench heartbeats`: how many reports are taken, and how long each takes.

mod grpc;
mod load;
mod reports;
mod sender;
mod tally;

use std::time::Duration;

use reqwest::Url;
use serde_json::json;
use uuid::Uuid;

use crate::{client::Client, console::Table, error::Error, session::Session};

use grpc::Grpc;
use load::Load;
use reports::Reports;
use sender::Sender;
use tally::{QUANTILES, Tally};

/// Measure how many heartbeats are taken, and how long each takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reports as instances of an application named bench-…, at a rate that does not slow down when the
server does: a time runs from the moment a report was due, so that reports which had to wait behind
others count with their wait. At the end all instances report that they stop, and what they run is
deleted. Reports that are refused, as by a limit, are counted by their code.

By gRPC reports go to heartbeat-ingest itself; all else goes to the gateway, as always.

Examples:
  vortex bench heartbeats --instances 1000 --rate 500
  vortex bench heartbeats --instances 100000 --rate 200000 --batch 100 --for 30s -o json
  vortex bench heartbeats --protocol grpc --ingest http://localhost:9094")]
pub(crate) struct Args {
    /// Instances that report
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    instances: u32,
    /// Reports a second, of all of them
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    rate: u32,
    /// Reports in a request; 1 sends each by itself
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    batch: u32,
    /// Requests under way at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1_024))]
    clients: u32,
    /// How reports are sent
    #[arg(long, value_enum, default_value_t = Protocol::Rest)]
    protocol: Protocol,
    /// Where heartbeat-ingest serves gRPC, with --protocol grpc; the server's host and port 9094 if
    /// left out
    #[arg(long, value_name = "URL")]
    ingest: Option<Url>,
    /// How long to report
    #[arg(long = "for", value_name = "TIME", default_value = "10s", value_parser = vortex_kit::settings::positive_duration)]
    time: Duration,
}

/// How reports are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Protocol {
    /// To the gateway, as JSON
    Rest,
    /// To heartbeat-ingest
    Grpc,
}

impl Protocol {
    fn name(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Grpc => "grpc",
        }
    }
}

/// Where heartbeat-ingest is, unless it is said.
const INGEST_PORT: u16 = 9094;
/// The connections by gRPC, each of which has many calls at once.
const CONNECTIONS: u32 = 8;

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let app = format!("bench-{}", Uuid::new_v4().simple());
        let reports = Reports::new(app, session.label.clone(), self.instances, self.batch);
        let load = Load {
            client: session.client.clone(),
            senders: self.senders(&session.client)?,
            reports,
            requests: self.requests(),
            every: self.every(),
            clients: self.clients,
        };
        let tally = load.run(session.console.notes()).await?;
        self.print(session, &tally)
    }

    fn senders(&self, client: &Client) -> Result<Vec<Sender>, Error> {
        if self.protocol == Protocol::Rest {
            return match &self.ingest {
                Some(_) => Err(Error::Usage("--ingest needs --protocol grpc".to_owned())),
                None => Ok(vec![Sender::Rest(Box::new(client.clone()))]),
            };
        }
        let ingest = self
            .ingest
            .clone()
            .unwrap_or_else(|| beside(client.server()));
        let connections = 0..self.clients.min(CONNECTIONS);
        let connections = connections.map(|_| Grpc::new(&ingest, client).map(Box::new));
        let connections = connections.map(|connection| connection.map(Sender::Grpc));
        connections.collect()
    }

    /// Requests in all.
    fn requests(&self) -> u64 {
        let reports = self.time.as_secs_f64() * f64::from(self.rate);
        (reports / f64::from(self.batch)).ceil().max(1.0) as u64
    }

    /// From one request to the next.
    fn every(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.batch) / f64::from(self.rate))
    }

    fn print(&self, session: &mut Session, tally: &Tally) -> Result<(), Error> {
        let result = json!({
            "protocol": self.protocol.name(),
            "instances": self.instances,
            "batch": self.batch,
            "rate": self.rate,
            "sent": tally.sent(),
            "taken": tally.taken(),
            "taken_per_second": tally.rate().round(),
            "refused": tally.refused(),
            "latency": tally.figures(),
        });
        session.console.print(&result, |_| {
            let [p50, p90, p99, p999] = QUANTILES.map(|(name, _)| name);
            let head = ["SENT", "TAKEN", "TAKEN/S", "REFUSED", p50, p90, p99, p999];
            Ok(Table::new(head).with([tally.row()]))
        })
    }
}

/// Where heartbeat-ingest is on the gateway's host.
fn beside(gateway: &Url) -> Url {
    let mut ingest = gateway.clone();
    // neither fails for http:// and https://, which a gateway's address is
    let _ = ingest.set_port(Some(INGEST_PORT));
    ingest.set_path("");
    ingest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heartbeat_ingest_is_looked_for_on_the_gateways_host() {
        let beside = |gateway: &str| beside(&Url::parse(gateway).unwrap()).to_string();
        assert_eq!(beside("http://localhost:8080"), "http://localhost:9094/");
        assert_eq!(beside("https://vortex/base/"), "https://vortex:9094/");
    }
}
