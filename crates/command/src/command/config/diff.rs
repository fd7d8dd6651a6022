//! `vortex config diff`.

use std::path::{Path, PathBuf};

use serde_json::Value;
use vortex_rest::Diff;

use super::Target;
use crate::{
    client::{self, Answer, Call},
    console::Format,
    difference,
    error::Error,
    file,
    session::Session,
};

/// Show what differs between two versions, or between a file and what is served.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With -o json or yaml it is an RFC 6902 JSON Patch over the parsed content.

Examples:
  vortex config diff orders prod --from v1 --to v2
  vortex config diff orders prod --from v1          # v1 against the stable version
  vortex config diff orders prod -f orders-prod.yml # what is served against the file
  vortex config diff orders prod --from v1 --to v2 -o json")]
pub(crate) struct Args {
    #[command(flatten)]
    target: Target,
    /// The older side; the stable version otherwise
    #[arg(long, value_name = "VERSION")]
    from: Option<String>,
    /// The newer side; the stable version otherwise
    #[arg(long, value_name = "VERSION", conflicts_with = "file")]
    to: Option<String>,
    /// A file as the newer side; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        if self.from.is_none() && self.to.is_none() && self.file.is_none() {
            let message = "say what to compare with the stable version: --from, --to or -f";
            return Err(Error::Usage(message.to_owned()));
        }
        match &self.file {
            Some(file) => self.against_file(session, file).await,
            None => self.between_versions(session).await,
        }
    }

    async fn between_versions(&self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(self.target.path(&["diff"]))
            .query("from", self.from.as_deref())
            .query("to", self.to.as_deref());
        let answer = session.client.send(session.labelled(call)).await?.json()?;
        if session.console.format() != Format::Table {
            return session.console.data(&answer["patch"]);
        }
        let sides: Diff = client::read(&answer, session.client.server())?;
        print(
            session,
            (&sides.from, &sides.from_content),
            (&sides.to, &sides.to_content),
        )
    }

    async fn against_file(&self, session: &mut Session, path: &Path) -> Result<(), Error> {
        let content = file::read(path)?;
        let call = Call::get(self.target.path(&[])).query("version", self.from.as_deref());
        let served = session.client.send(session.labelled(call)).await?;
        let name = file::name(path).display().to_string();
        if session.console.format() != Format::Table {
            let patch = patch(&served, path, &name, &content)?;
            return session.console.data(&patch);
        }
        let version = served
            .header("x-vortex-version")
            .unwrap_or("served")
            .to_owned();
        let content = file::text(path, content)?;
        let served = String::from_utf8_lossy(served.body());
        print(session, (&version, &served), (&name, &content))
    }
}

fn print(session: &mut Session, from: (&str, &str), to: (&str, &str)) -> Result<(), Error> {
    let text = difference::unified(from, to, session.console.palette());
    if text.is_empty() {
        session.console.note(format_args!("no difference"))?;
    }
    session.console.write(text.as_bytes())
}

/// The patch from what is served to a file, which is of the same format unless its extension says
/// another.
fn patch(served: &Answer, path: &Path, name: &str, content: &[u8]) -> Result<Value, Error> {
    let served_format = served.header("content-type").and_then(file::format);
    let format = file::media_type(path)
        .and_then(file::format)
        .or(served_format);
    let (Some(served_format), Some(format)) = (served_format, format) else {
        return Err(Error::Input {
            code: "UNSUPPORTED_FORMAT",
            detail: "what is served is not YAML, JSON or properties".to_owned(),
        });
    };
    let from = difference::parse("what is served", served_format, served.body())?;
    let to = difference::parse(name, format, content)?;
    difference::patch(&from, &to)
}
