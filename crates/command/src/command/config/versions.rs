//! `vortex config versions`.

use vortex_rest::{Version, Versions};

use super::{
    Target,
    list::{limit, note_more},
};
use crate::{
    client::{self, Call, collect},
    command::changes,
    console::{Table, recent, short, shortened},
    error::Error,
    session::Session,
};

/// The widest columns, so that a row fits in 80.
const VERSION: usize = 14;
const STATE: usize = 11;
const BY: usize = 14;
const MESSAGE: usize = 22;

/// List the versions kept of a document, newest first, and who made each of them stable last.
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
            let table = Table::new(["VERSION", "STATE", "RELEASED", "BY", "MESSAGE"]);
            Ok(table.with(list.versions.into_iter().map(row)))
        })?;
        note_more(session, &list)
    }
}

/// The columns that people choose a version by, within 80; `-o json` has everything.
fn row(version: Version) -> [String; 5] {
    let state = match version.stable {
        true => "stable".to_owned(),
        false => changes::state(&version.state, &version.rolled_back_by),
    };
    let message = match version.deleted {
        true => format!("(deleted) {}", version.message),
        false => version.message.clone(),
    };
    [
        shortened(&short(&version.version), VERSION),
        shortened(&state, STATE),
        recent(version.released_at.as_deref()),
        shortened(by(&version), BY),
        shortened(message.trim_end(), MESSAGE),
    ]
}

/// What made it stable: the rollout, or else who released it, or else who wrote it.
fn by(version: &Version) -> &str {
    let names = [
        &version.rollout,
        &version.release_author,
        &version.released_by,
        &version.author,
        &version.principal,
    ];
    let known = names.into_iter().find(|name| !name.is_empty());
    known.map_or("", String::as_str)
}
