//! `vortex config list`.

use serde_json::Value;
use vortex_rest::Documents;

use crate::{
    client::{self, Call, collect},
    console::{Table, moment, short},
    error::Error,
    session::Session,
};

/// List documents.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without a label the documents of all labels are listed.

Examples:
  vortex config list
  vortex config list --app orders --label main
  vortex config list -o json | jq -r '.documents[].path'")]
pub(crate) struct Args {
    /// Only this application's
    #[arg(long, value_name = "APP")]
    app: Option<String>,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = session
            .labelled(Call::get(["api", "configs"]))
            .query("app", self.app);
        let list = collect(&session.client, call, "documents", self.limit).await?;
        let server = session.client.server();
        session.console.print(&list, |list| {
            let list: Documents = client::read(list, server)?;
            let table = Table::new([
                "LABEL", "PATH", "VERSION", "DIGEST", "SIZE", "WRITTEN", "DEFECT",
            ]);
            Ok(table.with(list.documents.into_iter().map(|document| {
                [
                    document.label,
                    document.path,
                    short(&document.version),
                    short(&document.digest),
                    document.size.to_string(),
                    moment(document.written_at.as_deref()),
                    document.defect,
                ]
            })))
        })?;
        note_more(session, &list)
    }
}

/// Says so when a list was cut.
pub(crate) fn note_more(session: &mut Session, list: &Value) -> Result<(), Error> {
    match list["next_page_token"].as_str().unwrap_or_default() {
        "" => Ok(()),
        _ => session
            .console
            .note(format_args!("there are more; raise --limit to see them")),
    }
}

/// How many items a list may have.
pub(crate) fn limit(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(limit @ 1..=1_000_000) => Ok(limit),
        _ => Err("must be a number from 1 to 1,000,000".to_owned()),
    }
}
