//! `vortex drift status`.

use vortex_rest::{Fleet, Fleets};

use super::{Target, fleet, told};
use crate::{
    client::{self, Call, collect},
    command::config::{limit, note_more},
    console::{Table, moment},
    error::Error,
    session::Session,
};

/// Show how fleets stand: how many of their instances run what they should.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A fleet is all instances that read the same configuration. WRONG counts those that drifted, refused
their version, or run an unknown one; the ratio is their part of those that are not stale. Without a
profile the fleets of all labels are listed.

Examples:
  vortex drift status
  vortex drift status orders --alerting
  vortex drift status orders prod
  vortex drift status orders prod -o json | jq .drift_ratio")]
pub(crate) struct Args {
    /// Only fleets of this application
    app: Option<String>,
    /// The profiles of the fleet to show, separated by commas
    profile: Option<String>,
    /// Only fleets of which an alert is firing
    #[arg(long, conflicts_with = "profile")]
    alerting: bool,
    /// The maximum number of fleets to list, or of instances to name
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        match (self.app, self.profile) {
            (Some(app), Some(profile)) => {
                fleet::show(session, &Target { app, profile }, self.limit).await
            }
            (app, _) => {
                let call = Call::get(["api", "drift"])
                    .query("app", app)
                    .flag("alerting", self.alerting);
                list(session, call, self.limit).await
            }
        }
    }
}

async fn list(session: &mut Session, call: Call, limit: usize) -> Result<(), Error> {
    let list = collect(&session.client, call, "fleets", limit).await?;
    let server = session.client.server();
    session.console.print(&list, |list| {
        let list: Fleets = client::read(list, server)?;
        let table = Table::new([
            "APP",
            "PROFILE",
            "LABEL",
            "INSTANCES",
            "WRONG",
            "RATIO",
            "STALE",
            "ALERT",
            "SILENCED UNTIL",
        ]);
        Ok(table.with(list.fleets.into_iter().map(row)))
    })?;
    note_more(session, &list)
}

fn row(fleet: Fleet) -> [String; 9] {
    [
        fleet.app,
        fleet.profile,
        fleet.label,
        fleet.total.to_string(),
        told::wrong(&fleet.states).to_string(),
        told::ratio(fleet.drift_ratio),
        fleet.states.stale.to_string(),
        fleet.alert,
        moment(fleet.silenced_until.as_deref()),
    ]
}
