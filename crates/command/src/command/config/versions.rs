//! `vortex config versions`.

use vortex_rest::{Version, Versions};

use super::{
    Target,
    list::{limit, note_more},
};
use crate::{
    client::{self, Call, collect},
    command::changes,
    console::{Table, moment, short},
    error::Error,
    session::Session,
};

/// List the versions kept of a document, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vortex config versions orders prod
  vortex config versions orders prod -o json | jq -r '.versions[] | select(.stable).version'")]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = session.labelled(Call::get(self.target.path(&["versions"])));
        let list = collect(&session.client, call, "versions", self.limit).await?;
        let server = session.client.server();
        session.console.print(&list, |list| {
            let list: Versions = client::read(list, server)?;
            let table = Table::new([
                "VERSION", "STATE", "DIGEST", "SIZE", "WRITTEN", "AUTHOR", "MESSAGE",
            ]);
            Ok(table.with(list.versions.into_iter().map(row)))
        })?;
        note_more(session, &list)
    }
}

fn row(version: Version) -> [String; 7] {
    let state = match version.stable {
        true => "stable".to_owned(),
        false => changes::state(&version.state, &version.rolled_back_by),
    };
    let digest = match version.deleted {
        true => "(deleted)".to_owned(),
        false => short(&version.digest),
    };
    [
        short(&version.version),
        state,
        digest,
        version.size.to_string(),
        moment(version.written_at.as_deref()),
        version.author,
        version.message,
    ]
}
