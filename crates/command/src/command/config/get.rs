//! `vortex config get`.

use vortex_rest::Environment;

use super::{Reader, View};
use crate::{
    client::{self, Call},
    console::{Format, Table, cell},
    error::Error,
    session::Session,
};

/// Read a document, or what an application gets.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A document is printed as it was written, byte by byte, whatever -o says. --effective prints the
merged configuration as YAML, and with -o json or yaml the whole answer: its version, digest,
token and sources too.

Examples:
  vortex config get orders
  vortex config get orders prod --version v1 > orders-prod.yml
  vortex config get orders dev,prod --effective
  vortex config get orders prod --effective -o json | jq .config.server.port
  vortex config get orders prod --spring")]
pub(crate) struct Args {
    #[command(flatten)]
    view: View,
    /// This version instead of the stable one
    #[arg(long, value_name = "NAME", conflicts_with_all = ["effective", "spring"])]
    version: Option<String>,
    /// The effective configuration: all documents that apply, merged
    #[arg(long, conflicts_with = "spring")]
    effective: bool,
    /// What a Spring client gets: flat keys by property source, highest first
    #[arg(long)]
    spring: bool,
    #[command(flatten)]
    reader: Reader,
    /// Never answer older than this token, as a write gave it
    #[arg(long, value_name = "TOKEN", conflicts_with = "spring")]
    min_token: Option<String>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let reader = self.reader.instance.is_some() || self.reader.key.is_some();
        if reader && !self.effective {
            let message = "--instance and --key apply only with --effective";
            return Err(Error::Usage(message.to_owned()));
        }
        match (self.effective, self.spring) {
            (true, _) => self.effective(session).await,
            (_, true) => self.spring(session).await,
            _ => self.document(session).await,
        }
    }

    async fn document(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "configs", &self.view.app, &self.view.profiles])
            .query("version", self.version)
            .query("min_token", self.min_token);
        let answer = session.client.send(session.labelled(call)).await?;
        session.console.write(answer.body())
    }

    async fn effective(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "effective", &self.view.app, &self.view.profiles])
            .query("min_token", self.min_token);
        let call = self.reader.on(session.labelled(call));
        let answer = session.client.send(call).await?.json()?;
        match session.console.format() {
            Format::Table => session.console.yaml(&answer["config"]),
            Format::Json | Format::Yaml => session.console.data(&answer),
        }
    }

    async fn spring(self, session: &mut Session) -> Result<(), Error> {
        // Spring writes a slash in a name so, since its routes split at slashes
        let label = session
            .label
            .as_ref()
            .map(|label| label.replace('/', "(_)"));
        let call = Call::get([self.view.app, self.view.profiles].into_iter().chain(label));
        let answer = session.client.send(call).await?.json()?;
        let server = session.client.server();
        session.console.print(&answer, |answer| {
            let environment: Environment = client::read(answer, server)?;
            let mut table = Table::new(["KEY", "VALUE", "SOURCE"]);
            for source in environment.property_sources {
                for (key, value) in source.source {
                    table.row([key, cell(&value), source.name.clone()]);
                }
            }
            Ok(table)
        })
    }
}
