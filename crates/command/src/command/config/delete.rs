//! `vortex config delete`.

use reqwest::header::IF_MATCH;
use vortex_rest::Deleted;

use super::{Record, Target};
use crate::{
    client::{self, Call, entity_tag},
    console::{Table, short},
    error::Error,
    session::Session,
};

/// Delete the document of an application and profile.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The deletion is a version like any other: releasing an earlier one undoes it.

Examples:
  vortex config delete orders dev
  vortex config delete orders dev --stage -m 'no longer used'")]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    record: Record,
    /// Only if the stable version has this digest
    #[arg(long, value_name = "DIGEST")]
    if_match: Option<String>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let if_match = self.if_match.as_deref().map(entity_tag);
        let call = Call::delete(self.target.path(&[])).header(IF_MATCH, if_match.as_deref())?;
        let call = self.record.on(session.labelled(call));
        let reply = session.client.send(call).await?.json()?;
        let server = session.client.server();
        session.console.print(&reply, |reply| {
            let deleted: Deleted = client::read(reply, server)?;
            let table = Table::new(["APP", "PROFILE", "LABEL", "VERSION", "TOKEN"]);
            Ok(table.with([[
                deleted.app,
                deleted.profile,
                deleted.label,
                short(&deleted.version),
                deleted.token,
            ]]))
        })
    }
}
