//! `vortex config release`.

use reqwest::header::IF_MATCH;
use serde_json::json;

use super::Target;
use crate::{
    client::{Call, entity_tag},
    command::changes,
    error::Error,
    session::Session,
};

/// Make a version of a document stable: a staged one, or an earlier one.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
All documents of the version's change set move together.

Examples:
  vortex config release orders prod --version v2 -m 'raise the limit'
  vortex config release orders prod --version v1   # go back
  vortex config release orders prod --version v3 --hotfix --reason 'orders are lost'
  vortex config release orders prod --version v1 --force   # and end the rollout that is under way")]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// The version
    #[arg(long, value_name = "NAME")]
    version: String,
    #[command(flatten)]
    force: changes::Force,
    #[command(flatten)]
    trace: changes::Trace,
    /// Only if the stable version has this digest
    #[arg(long, value_name = "DIGEST")]
    if_match: Option<String>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let if_match = self.if_match.as_deref().map(entity_tag);
        let call = Call::post(self.target.path(&["release"]));
        let call = self
            .trace
            .on(self.force.on(call))
            .header(IF_MATCH, if_match.as_deref())?
            .json(&json!({ "version": self.version }));
        let reply = session.client.send(session.labelled(call)).await?.json()?;
        changes::tell_release(session, &reply).await
    }
}
