//! `vortex drift alerts`.

use vortex_rest::{Alert, Alerts};

use super::told;
use crate::{
    client::{self, Call, collect},
    command::config::{limit, note_more},
    console::{Table, moment},
    error::Error,
    session::Session,
};

/// List alerts, newest first: those that are firing, and those resolved within 30 days.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vortex drift alerts --firing
  vortex drift alerts --app orders -o json | jq '.alerts[] | [.id, .worst]'")]
pub(crate) struct Args {
    /// Only those that are firing
    #[arg(long)]
    firing: bool,
    /// Only those about this application
    #[arg(long)]
    app: Option<String>,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "drift", "alerts"])
            .query("app", self.app)
            .flag("firing", self.firing);
        let list = collect(&session.client, call, "alerts", self.limit).await?;
        let server = session.client.server();
        session.console.print(&list, |list| {
            let list: Alerts = client::read(list, server)?;
            let heading = [
                "ID",
                "STATE",
                "CAUSE",
                "INSTANCES",
                "FLEET",
                "STARTED",
                "RESOLVED",
                "SEEN BY",
                "COMMENT",
            ];
            Ok(Table::new(heading).with(list.alerts.into_iter().map(row)))
        })?;
        note_more(session, &list)
    }
}

fn row(alert: Alert) -> [String; 9] {
    let fleet = told::named(&alert.app, &alert.profile, &alert.label);
    [
        alert.id,
        alert.state.to_string(),
        alert.cause.to_string(),
        format!("{}/{}", alert.instances, alert.total),
        fleet,
        moment(alert.started_at.as_deref()),
        moment(alert.resolved_at.as_deref()),
        alert.acknowledged_by,
        alert.comment,
    ]
}
