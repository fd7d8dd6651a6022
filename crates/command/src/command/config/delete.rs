//! `vortex config delete`.

use reqwest::header::IF_MATCH;
use vortex_rest::Deleted;

use super::{Record, Target, on, target};
use crate::{
    client::{self, Call, entity_tag},
    console::short,
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
        let staged = self.record.stage;
        session.console.told(&reply, |reply| {
            let deleted: Deleted = client::read(reply, server)?;
            Ok(sentence(&deleted, staged))
        })
    }
}

/// What was done, and what may be done next.
fn sentence(deleted: &Deleted, staged: bool) -> String {
    let (document, on) = (target(&deleted.app, &deleted.profile), on(&deleted.label));
    let (label, version) = (&deleted.label, short(&deleted.version));
    match staged {
        false => format!(
            "{document} is deleted on {label}, as version {version}; `vortex config versions \
             {document}{on}` lists what may be released again"
        ),
        true => format!(
            "the deletion of {document} is staged on {label}, as version {version}; `vortex config \
             release {document}{on} --version {version}` makes it so for everybody"
        ),
    }
}
