//! `vortex config explain`.

use super::View;
use crate::{
    client::Call,
    console::{Table, cell, short},
    error::Error,
    session::Session,
    view::{self, Explained, Explanation, Hidden, Origin},
};

/// Show where each value comes from, and what it hides.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vortex config explain orders prod
  vortex config explain orders prod --path server.port
  vortex config explain orders prod -o json | jq '.considered'")]
pub(crate) struct Args {
    #[command(flatten)]
    view: View,
    /// Only this key and those below it
    #[arg(long, value_name = "KEY")]
    path: Option<String>,
    /// Never answer older than this token, as a write gave it
    #[arg(long, value_name = "TOKEN")]
    min_token: Option<String>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "explain", &self.view.app, &self.view.profiles])
            .query("path", self.path)
            .query("min_token", self.min_token);
        let answer = session.client.send(session.labelled(call)).await?.json()?;
        let server = session.client.server();
        session.console.print(&answer, |answer| {
            let explanation: Explanation = view::read(answer, server)?;
            let table = Table::new(["KEY", "VALUE", "ORIGIN", "VERSION", "HIDES"]);
            Ok(table.with(explanation.values.into_iter().map(row)))
        })
    }
}

fn row(explained: Explained) -> [String; 5] {
    let hidden: Vec<_> = explained.hidden.iter().map(hides).collect();
    [
        explained.key,
        cell(&explained.value),
        place(&explained.origin),
        short(&explained.origin.version),
        hidden.join(", "),
    ]
}

fn hides(hidden: &Hidden) -> String {
    format!("{} ({})", cell(&hidden.value), place(&hidden.origin))
}

fn place(origin: &Origin) -> String {
    format!("{}:{}:{}", origin.path, origin.line, origin.column)
}
