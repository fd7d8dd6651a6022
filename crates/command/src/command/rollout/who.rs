//! `vortex rollout who`.

use std::path::PathBuf;

use serde_json::{Value, json};
use vortex_rest::{Arm, ResolvedArm, ResolvedArms};

use super::argument::lines;
use crate::{
    client::{self, Call},
    console::Table,
    error::Error,
    session::Session,
};

/// How many keys one call asks for.
const AT_ONCE: usize = 1_000;

/// Ask which arm a rollout gives instances or subjects, and why.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A key's bucket, 0 to 9,999, decides: it gets the new version while the bucket is below 100 times the
percentage, unless the rollout includes or excludes the key.

Examples:
  vortex rollout who ID pod-1 pod-2
  vortex rollout who ID -f pods.txt --arm canary
  vortex rollout who ID -f users.txt -o json | jq -r '.arms[].key'")]
pub(crate) struct Args {
    /// The rollout's id
    id: String,
    /// Instances, or subjects for a rollout by subject
    #[arg(value_name = "KEY", required_unless_present = "file")]
    keys: Vec<String>,
    /// A file of keys, one a line; - is standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Only those of this arm
    #[arg(long, value_parser = ["stable", "canary"])]
    arm: Option<String>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let mut keys = self.keys.clone();
        if let Some(file) = &self.file {
            keys.extend(lines(file)?);
        }
        let mut answer = json!({ "arms": [] });
        for some in keys.chunks(AT_ONCE) {
            let call = Call::post(["api", "rollouts", &self.id, "arms"]);
            let call = call.json(&json!({ "keys": some }));
            let reply = session.client.send(call).await?.json()?;
            join(&mut answer, reply);
        }
        if let (Some(wanted), Some(arms)) = (&self.arm, answer["arms"].as_array_mut()) {
            arms.retain(|resolved| resolved["arm"] == **wanted);
        }
        print(session, &answer)
    }
}

/// Adds the keys of a further reply; all else is as the newest reply says.
fn join(answer: &mut Value, mut reply: Value) {
    if let (Some(before), Some(more)) =
        (answer["arms"].as_array_mut(), reply["arms"].as_array_mut())
    {
        before.append(more);
        *more = std::mem::take(before);
    }
    *answer = reply;
}

fn print(session: &mut Session, answer: &Value) -> Result<(), Error> {
    let server = session.client.server();
    session.console.print(answer, |answer| {
        let resolved: ResolvedArms = client::read(answer, server)?;
        let percentage = resolved.percentage;
        let rows = resolved.arms.into_iter();
        let rows = rows.map(|resolved| {
            let why = why(&resolved, percentage);
            [
                resolved.key,
                resolved.arm.to_string(),
                resolved.bucket.to_string(),
                why,
            ]
        });
        Ok(Table::new(["KEY", "ARM", "BUCKET", "WHY"]).with(rows))
    })
}

fn why(resolved: &ResolvedArm, percentage: f64) -> String {
    match (resolved.forced, &resolved.arm) {
        (true, Arm::Canary) => "included".to_owned(),
        (true, _) => "excluded".to_owned(),
        (false, Arm::Canary) => format!("in the first {percentage}%"),
        (false, _) => format!("not in the first {percentage}%"),
    }
}
