//! `vortex bench heartbeats`: how many reports are taken, and how long each takes.

mod load;
mod reports;
mod tally;

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use crate::{console::Table, error::Error, session::Session};

use load::Load;
use reports::Reports;
use tally::{QUANTILES, Tally};

/// Measure how many heartbeats are taken, and how long each takes.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Reports as instances of an application named bench-…, at a rate that does not slow down when the
server does: a time runs from the moment a report was due, so that reports which had to wait behind
others count with their wait. At the end all instances report that they stop, and what they run is
deleted. Reports that are refused, as by a limit, are counted by their code.

Examples:
  vortex bench heartbeats --instances 1000 --rate 500
  vortex bench heartbeats --instances 100000 --rate 200000 --batch 100 --for 30s -o json")]
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
    /// How long to report
    #[arg(long = "for", value_name = "TIME", default_value = "10s", value_parser = vortex_kit::settings::positive_duration)]
    time: Duration,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let app = format!("bench-{}", Uuid::new_v4().simple());
        let reports = Reports::new(app, session.label.clone(), self.instances, self.batch);
        let load = Load {
            client: session.client.clone(),
            reports,
            requests: self.requests(),
            every: self.every(),
            clients: self.clients,
        };
        let tally = load.run(session.console.notes()).await?;
        self.print(session, &tally)
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
