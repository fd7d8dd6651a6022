//! `vortex changes list`.

use vortex_rest::Changes;

use crate::{
    client::{self, Call, collect},
    command::config::{limit, note_more},
    console::{Table, moment, short},
    error::Error,
    session::Session,
};

/// List change sets, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without a label those of all labels are listed.

Examples:
  vortex changes list
  vortex changes list --label main --state staged
  vortex changes list --since 2h --author ada --app orders
  vortex changes list --limit 1 -o json | jq -r '.changes[0].change'")]
pub(crate) struct Args {
    /// Only those in this state
    #[arg(long, value_parser = ["staged", "released", "discarded", "rolled_back"])]
    state: Option<String>,
    /// Only those that were written since then: 30m, 2h, or a time
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only those of this author or caller
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Only those with a document that this application reads
    #[arg(long)]
    app: Option<String>,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = session
            .labelled(Call::get(["api", "changes"]))
            .query("state", self.state)
            .query("since", self.since)
            .query("author", self.author)
            .query("app", self.app);
        let list = collect(&session.client, call, "changes", self.limit).await?;
        let server = session.client.server();
        session.console.print(&list, |list| {
            let list: Changes = client::read(list, server)?;
            let table = Table::new([
                "CHANGE",
                "LABEL",
                "STATE",
                "DOCUMENTS",
                "WRITTEN",
                "AUTHOR",
                "MESSAGE",
            ]);
            Ok(table.with(list.changes.into_iter().map(|change| {
                [
                    short(&change.change),
                    change.label,
                    super::state(&change.state, &change.rolled_back_by),
                    change.document_count.to_string(),
                    moment(change.written_at.as_deref()),
                    change.author,
                    change.message,
                ]
            })))
        })?;
        note_more(session, &list)
    }
}
