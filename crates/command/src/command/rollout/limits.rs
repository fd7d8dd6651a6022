//! Options for gates and their limits, of a new rollout and of one that is edited. What is not given
//! is not sent.

use serde::Serialize;
use serde_json::{Map, Value};
use vortex_rest::Span;

use super::argument::{finite, ratio, time};
use crate::error::Error;

/// The names of what a gate compares with.
const BASELINES: [&str; 4] = ["either", "absolute", "relative", "both"];

/// What follows from the verdicts.
#[derive(Debug, clap::Args, Serialize)]
pub(super) struct Conduct {
    /// What happens when it fails [server's default: rollback]
    #[arg(long, value_name = "DEED", value_parser = ["rollback", "pause"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    on_failure: Option<String>,
    /// Slices in a row that pass until it goes on by itself, after inconclusive slices or an outage
    /// of both arms paused it; 0 for never [server's default: 0]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    resume_after_passes: Option<u32>,
}

/// What the canary has to keep to.
#[derive(Debug, clap::Args, Serialize)]
#[command(next_help_heading = "What the new version has to keep to")]
pub(super) struct Thresholds {
    /// A slice passes with at least this part without errors [server's default: 99%]
    #[arg(long, value_name = "RATE", value_parser = ratio)]
    #[serde(skip_serializing_if = "Option::is_none")]
    min_success_rate: Option<f64>,
    /// A slice fails above this part with errors [server's default: 5%]
    #[arg(long, value_name = "RATE", value_parser = ratio)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_error_rate: Option<f64>,
    /// What errors are compared with: `both` fails only above the limit and worse than stable, so
    /// that an outage of both arms pauses [server's default: either]
    #[arg(long, value_name = "NAME", value_parser = BASELINES)]
    #[serde(skip_serializing_if = "Option::is_none")]
    errors_baseline: Option<String>,
    /// A slice fails when its p99 is above stable's by this factor [server's default: 1.5]
    #[arg(long, value_name = "FACTOR", value_parser = finite)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_latency_ratio: Option<f64>,
    /// A slice fails when its p99 is above this
    #[arg(long, value_name = "TIME", value_parser = time)]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_latency_p99: Option<Span>,
    /// What latencies are compared with, as --errors-baseline [server's default: either]
    #[arg(long, value_name = "NAME", value_parser = BASELINES)]
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_baseline: Option<String>,
    /// Requests of each arm that a slice needs [server's default: 100]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    min_requests: Option<u32>,
}

/// How many slices decide.
#[derive(Debug, clap::Args, Serialize)]
#[command(next_help_heading = "How it is judged")]
pub(super) struct Counts {
    /// Slices in a row that fail until it is rolled back, or that show an outage of both arms until
    /// it pauses [server's default: 2]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    consecutive_failures: Option<u32>,
    /// Slices in all that fail until it is rolled back [server's default: 5]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_failures: Option<u32>,
    /// Inconclusive slices in a row until it pauses [server's default: 10]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    inconclusive_limit: Option<u32>,
    /// Slices without data in a row until it pauses [server's default: 10]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    no_data_limit: Option<u32>,
}

/// What is sent of options: without groups in which nothing is given.
pub(super) fn body(options: &impl Serialize) -> Result<Map<String, Value>, Error> {
    let unsendable = |why: String| Error::Usage(format!("the rollout can't be sent: {why}"));
    match serde_json::to_value(options) {
        Ok(Value::Object(mut body)) => {
            body.retain(|_, value| value.as_object().is_none_or(|members| !members.is_empty()));
            Ok(body)
        }
        Ok(other) => Err(unsendable(other.to_string())),
        Err(error) => Err(unsendable(error.to_string())),
    }
}
