//! `vortex config explain`.

use serde_json::Value;
use vortex_rest::{
    Arm, Assignment, ExplainedAssignment, ExplainedValue, Explanation, HiddenValue, ValueOrigin,
};

use super::{Reader, View};
use crate::{
    client::{self, Call},
    console::{Format, Table, cell, short},
    error::Error,
    session::Session,
};

/// Show where each value comes from, and what it hides.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vortex config explain orders prod
  vortex config explain orders prod --path server.port
  vortex config explain orders prod --instance pod-7   # which arm of each rollout, and why
  vortex config explain orders prod -o json | jq '.considered'")]
pub(crate) struct Args {
    #[command(flatten)]
    view: View,
    #[command(flatten)]
    reader: Reader,
    /// Only this key and those below it
    #[arg(long, value_name = "KEY")]
    path: Option<String>,
    /// Never answer older than this token, as a write gave it
    #[arg(long, value_name = "TOKEN")]
    min_token: Option<String>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "explain", &self.view.app, &self.view.profiles]);
        let call = self
            .reader
            .on(call)
            .query("path", self.path.as_deref())
            .query("min_token", self.min_token.as_deref());
        let answer = session.client.send(session.labelled(call)).await?.json()?;
        let empty = answer["values"].as_array().is_some_and(Vec::is_empty);
        match self.path.as_deref().filter(|_| empty) {
            None => print(session, &answer),
            Some(path) => {
                if session.console.format() != Format::Table {
                    session.console.data(&answer)?;
                    session.console.flush()?;
                }
                Err(self.no_match(path))
            }
        }
    }

    fn no_match(&self, path: &str) -> Error {
        let View { app, profiles } = &self.view;
        Error::NoMatch(format!("{app} with {profiles} has no key {path}"))
    }
}

fn print(session: &mut Session, answer: &Value) -> Result<(), Error> {
    let server = session.client.server();
    session.console.print(answer, |answer| {
        let explanation: Explanation = client::read(answer, server)?;
        let table = Table::new(["KEY", "VALUE", "ORIGIN", "VERSION", "HIDES"]);
        Ok(table.with(explanation.values.into_iter().map(row)))
    })?;
    if session.console.format() == Format::Table {
        let explanation: Explanation = client::read(answer, server)?;
        for assignment in &explanation.assignments {
            session.console.note(format_args!("{}", why(assignment)))?;
        }
    }
    Ok(())
}

/// Why a reader got its arm of a rollout, for people.
fn why(explained: &ExplainedAssignment) -> String {
    let ExplainedAssignment {
        assignment,
        percentage,
        bucket,
    } = explained;
    let Assignment {
        split,
        change,
        arm,
        unit,
        ..
    } = assignment;
    let reason = match (bucket, percentage * 100.0) {
        _ if assignment.forced => format!("this {unit} is forced into it"),
        (Some(bucket), limit) if f64::from(*bucket) < limit => {
            format!("its bucket {bucket} is below {limit}, which is {percentage}%")
        }
        (Some(bucket), limit) => {
            format!("its bucket {bucket} is not below {limit}, which is {percentage}%")
        }
        (None, _) if *arm == Arm::Canary => "all readers get it".to_owned(),
        (None, _) => format!("no {unit} was given, and {percentage}% of them get the canary"),
    };
    format!("rollout {split} of {change} gives {arm}: {reason}")
}

fn row(explained: ExplainedValue) -> [String; 5] {
    let hidden: Vec<_> = explained.hidden.iter().map(hides).collect();
    [
        explained.key,
        cell(&Value::from(&explained.value)),
        place(&explained.origin),
        short(&explained.origin.version),
        hidden.join(", "),
    ]
}

fn hides(hidden: &HiddenValue) -> String {
    format!(
        "{} ({})",
        cell(&Value::from(&hidden.value)),
        place(&hidden.origin)
    )
}

fn place(origin: &ValueOrigin) -> String {
    match origin.line {
        // an override has no lines
        0 => origin.path.clone(),
        line => format!("{}:{line}:{}", origin.path, origin.column),
    }
}
