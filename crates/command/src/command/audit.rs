//! `vortex audit`: who did what, and who was refused what.

mod line;

use vortex_rest::Audit;

use crate::{
    client::{self, Call, collect},
    command::{config::limit, log},
    console::Format,
    error::Error,
    session::Session,
};

/// Show who did what, and who was refused what, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What was done is kept with the log, what was refused for 7 days. The same refusal again within ten
minutes is counted and not listed again. Needs a key of the role admin. Times are in UTC.

Examples:
  vortex audit --since 1d
  vortex audit --denied
  vortex audit --principal key:ci --app orders -o json | jq '.entries[0]'")]
pub(crate) struct Args {
    /// Only what this caller did or was refused, such as key:ci; or the id of a key that was refused
    #[arg(long, value_name = "NAME")]
    principal: Option<String>,
    /// Only what concerns this application
    #[arg(long)]
    app: Option<String>,
    /// Only since then: 30m, 2h, or a time such as 2026-11-27T09:30:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only before then
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only what was refused
    #[arg(long)]
    denied: bool,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "audit"])
            .query("principal", self.principal)
            .query("app", self.app)
            .query("since", self.since)
            .query("until", self.until)
            .query("denied", self.denied.then_some("true"));
        let list = collect(&session.client, call, "entries", self.limit).await?;
        if session.console.format() != Format::Table {
            return session.console.data(&list);
        }
        let audit: Audit = client::read(&list, session.client.server())?;
        for entry in audit.entries.iter() {
            session.console.write(line::tell(entry).as_bytes())?;
        }
        match (audit.entries.is_empty(), audit.next_page_token.is_empty()) {
            (true, _) => session.console.note(format_args!("nothing is there")),
            (false, true) => Ok(()),
            (false, false) => session.console.note(format_args!(
                "these are the newest {}; --limit shows more",
                self.limit
            )),
        }?;
        log::note_incomplete(session, &list)
    }
}
