//! `vortex config put`.

use std::path::{Path, PathBuf};

use reqwest::header::{CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use vortex_rest::Written;

use super::{Record, Target, on, target};
use crate::{
    client::{self, Call, entity_tag},
    console::short,
    error::Error,
    file,
    session::Session,
};

/// Write the document of an application and profile.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vortex config put orders -f orders.yml
  vortex config put orders prod -f - --media-type application/json < orders.json
  vortex config put orders prod -f orders.yml --version v2 --stage -m 'larger pool'
  vortex config put orders -f orders.yml --if-none-match '*'   # only if there is none yet")]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// The file with the content; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    record: Record,
    /// Only if the stable version has this digest; `*` if there is one
    #[arg(long, value_name = "DIGEST", conflicts_with = "if_none_match")]
    if_match: Option<String>,
    /// `*`: only if there is no stable version
    #[arg(long, value_name = "*", value_parser = ["*"])]
    if_none_match: Option<String>,
    /// The content's media type; the file's extension says it otherwise
    #[arg(long, value_name = "TYPE")]
    media_type: Option<String>,
    /// Write a document of no bytes
    #[arg(long)]
    allow_empty: bool,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let media_type = match &self.media_type {
            Some(given) => Some(given.as_str()),
            None => file::known_media_type(&self.file)?,
        };
        let content = file::read(&self.file)?;
        if content.is_empty() && !self.allow_empty {
            return Err(empty(&self.file));
        }
        let if_match = self.if_match.as_deref().map(entity_tag);
        let call = Call::put(self.target.path(&[]))
            .flag("allow_empty", self.allow_empty)
            .header(CONTENT_TYPE, media_type)?
            .header(IF_MATCH, if_match.as_deref())?
            .header(IF_NONE_MATCH, self.if_none_match.as_deref())?
            .body(content);
        let call = self.record.on(session.labelled(call));
        let reply = session.client.send(call).await?.json()?;
        let server = session.client.server();
        let staged = self.record.stage;
        session.console.told(&reply, |reply| {
            let written: Written = client::read(reply, server)?;
            Ok(sentence(&written, staged))
        })
    }
}

/// What was done, and what may be done next.
fn sentence(written: &Written, staged: bool) -> String {
    let (path, label) = (&written.path, &written.label);
    let version = short(&written.version);
    if !written.created {
        return format!("{path} on {label} had version {version} already; nothing changed");
    }
    match staged {
        false => format!("{path} is at version {version} on {label}, stable"),
        true => format!(
            "{path} has version {version} on {label}, staged; `vortex config release {}{} \
             --version {version}` gives it to everybody",
            target(&written.app, &written.profile),
            on(label),
        ),
    }
}

/// More often a command before the pipe that failed than what was meant.
fn empty(path: &Path) -> Error {
    let name = file::name(path);
    Error::Input {
        code: "INVALID_ARGUMENT",
        detail: format!(
            "{} is empty; --allow-empty writes an empty document",
            name.display()
        ),
    }
}
