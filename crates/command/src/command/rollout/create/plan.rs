//! Options of `vortex rollout create` for stages, gates and analysis.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use vortex_rest::{RolloutStage, Span};

use crate::{
    command::rollout::{
        argument::{finite, time},
        limits::{Conduct, Counts, Thresholds, body},
    },
    error::Error,
};

/// As it is sent: only what was said.
#[derive(Debug, clap::Args, Serialize)]
pub(super) struct Plan {
    /// By which stages [server's default: conservative]
    #[arg(long, value_name = "NAME", value_parser = ["conservative", "aggressive", "immediate"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    strategy: Option<String>,
    /// A stage, such as 5%:10m; given several times, in their order
    #[arg(long = "stage", value_name = "STAGE", value_parser = stage, conflicts_with = "strategy")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stages: Vec<RolloutStage>,
    /// What is told apart: who reads, or on whose behalf [server's default: instance]
    #[arg(long, value_parser = ["instance", "subject"])]
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// Instances that get it at least, whatever the share: 0 to 100 [server's default: 1]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    min_instances: Option<u32>,
    /// Go to the next stage only when an operator promotes
    #[arg(long = "no-auto-promote")]
    #[serde(
        rename = "auto_promote",
        serialize_with = "not",
        skip_serializing_if = "is_not"
    )]
    no_auto_promote: bool,
    /// Only pause it when it fails: the same as --on-failure pause
    #[arg(long = "no-auto-rollback", conflicts_with = "on_failure")]
    #[serde(
        rename = "auto_rollback",
        serialize_with = "not",
        skip_serializing_if = "is_not"
    )]
    no_auto_rollback: bool,
    /// An application that must be judged; given several times [server's default: those the
    /// documents were written for]
    #[arg(long = "app", value_name = "APP")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    apps: Vec<String>,
    /// Why, for people
    #[arg(long, value_name = "TEXT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[command(flatten)]
    #[serde(flatten)]
    conduct: Conduct,
    #[command(flatten)]
    thresholds: Thresholds,
    #[command(flatten)]
    analysis: Analysis,
}

/// How the canary is judged.
#[derive(Debug, clap::Args, Serialize)]
#[command(next_help_heading = "How it is judged")]
struct Analysis {
    /// Slices are whole numbers of it [server's default: 30s]
    #[arg(long, value_name = "TIME", value_parser = time)]
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<Span>,
    #[command(flatten)]
    #[serde(flatten)]
    counts: Counts,
}

impl Plan {
    /// What is posted of it.
    pub(super) fn body(&self) -> Result<Map<String, Value>, Error> {
        body(self)
    }
}

/// `[NAME=]PERCENT[%][:TIME]`
fn stage(text: &str) -> Result<RolloutStage, String> {
    let (name, rest) = match text.split_once('=') {
        Some((name, rest)) => (name.to_owned(), rest),
        None => (String::new(), text),
    };
    let (percent, least) = match rest.split_once(':') {
        Some((percent, least)) => (percent, Some(least)),
        None => (rest, None),
    };
    let percentage = finite(percent.strip_suffix('%').unwrap_or(percent))
        .map_err(|_| "must be a stage, such as 5%:10m or 100%".to_owned())?;
    Ok(RolloutStage {
        name,
        percentage,
        min_duration: least.map(time).transpose()?,
    })
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde wants it
fn not<S: Serializer>(is: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(!is)
}

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde wants it
fn is_not(is: &bool) -> bool {
    !is
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_stage_is_a_percentage_perhaps_with_a_name_and_a_time() {
        let of = |name: &str, percentage, minutes: Option<u64>| RolloutStage {
            name: name.to_owned(),
            percentage,
            min_duration: minutes.map(|minutes| Duration::from_secs(60 * minutes).into()),
        };
        assert_eq!(stage("5%:10m"), Ok(of("", 5.0, Some(10))));
        assert_eq!(stage("12.5"), Ok(of("", 12.5, None)));
        assert_eq!(stage("all=100%"), Ok(of("all", 100.0, None)));
        for text in ["", "%", "x%", "5%:", "5%:10", "NaN", "5%:-1s", "inf%"] {
            assert!(stage(text).is_err(), "{text}");
        }
    }
}
