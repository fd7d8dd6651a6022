//! `vortex rollout edit`.

use serde::Serialize;

use super::{
    limits::{Conduct, Counts, Thresholds, body},
    show,
};
use crate::{client::Call, error::Error, session::Session};

/// Change settings of a rollout.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What is not given stays as it is: the defaults above are those of a new rollout. Changes count from
the next slice on; the open one is judged by the settings that it began by. `audit` tells old and new
values. --max-latency-p99 0s takes that limit away.

Examples:
  vortex rollout edit ID --max-error-rate 8%
  vortex rollout edit ID --on-failure pause --reason 'the database is slow today'
  vortex rollout edit ID --errors-baseline both --resume-after-passes 3")]
pub(crate) struct Args {
    /// The rollout's id
    id: String,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

/// As they are sent.
#[derive(Debug, clap::Args, Serialize)]
struct Settings {
    #[command(flatten)]
    #[serde(flatten)]
    conduct: Conduct,
    #[command(flatten)]
    thresholds: Thresholds,
    #[command(flatten)]
    #[serde(rename = "analysis")]
    counts: Counts,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let mut body = body(&self.settings)?;
        if body.is_empty() {
            let why = "nothing is to be changed: give a setting, such as --max-error-rate 8%";
            return Err(Error::Usage(why.to_owned()));
        }
        body.extend(
            self.reason
                .map(|reason| ("reason".to_owned(), reason.into())),
        );
        let call = Call::patch(["api", "rollouts", &self.id]).json(&body.into());
        let reply = session.client.send(call).await?.json()?;
        show::print(session, &reply)
    }
}
