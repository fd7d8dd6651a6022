//! `vortex rollout list`.

use vortex_rest::Rollouts;

use super::show;
use crate::{
    client::{self, Call, collect},
    command::config::{limit, note_more},
    error::Error,
    session::Session,
};

/// List rollouts, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without a label those of all labels are listed.

Examples:
  vortex rollout list
  vortex rollout list --state running,paused
  vortex rollout list --app orders --limit 1 -o json | jq -r '.rollouts[0].id'")]
pub(crate) struct Args {
    /// Only those in these states
    #[arg(long, value_delimiter = ',', value_parser = [
        "created", "running", "paused", "completed", "rolled_back", "superseded",
    ])]
    state: Vec<String>,
    /// Only those with a document of this application, or judged by what it reports
    #[arg(long)]
    app: Option<String>,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let states = Some(self.state.join(",")).filter(|states| !states.is_empty());
        let call = session
            .labelled(Call::get(["api", "rollouts"]))
            .query("state", states)
            .query("app", self.app);
        let list = collect(&session.client, call, "rollouts", self.limit).await?;
        let server = session.client.server();
        session.console.print(&list, |list| {
            let list: Rollouts = client::read(list, server)?;
            Ok(show::table(list.rollouts))
        })?;
        note_more(session, &list)
    }
}
