//! `vortex log`: what happened.

mod follow;
pub(super) mod line;

use serde_json::Value;
use vortex_rest::{Timeline, TimelineEntry};

use crate::{
    client::{self, Call, collect},
    command::config::limit,
    console::{Console, Format},
    error::Error,
    session::Session,
};

/// Show what happened, newest first: who wrote, released, deleted, imported and rolled out what.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
What all applications read counts for each of them. Below what can be undone stands the command
that does it. Times are in UTC.

Examples:
  vortex log
  vortex log orders prod --since 30m
  vortex log --author ada -o json | jq '.entries[0]'
  vortex log orders -f")]
pub(crate) struct Args {
    /// Only what concerns this application
    app: Option<String>,
    /// Only documents that it reads in this profile
    profile: Option<String>,
    /// Only what happened since then: 30m, 2h, or a time such as 2026-11-27T09:30:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only what happened before then
    #[arg(long, value_name = "TIME", conflicts_with = "follow")]
    until: Option<String>,
    /// Only what this author or caller did
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Go on with what happens, oldest first, until interrupted
    #[arg(short, long)]
    follow: bool,
    /// The maximum number to list, or to begin with
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        if self.follow {
            return self.follow(session).await;
        }
        let call = self.call(session, self.since.as_deref());
        let list = collect(&session.client, call, "entries", self.limit).await?;
        if session.console.format() != Format::Table {
            return session.console.data(&list);
        }
        let timeline: Timeline = client::read(&list, session.client.server())?;
        for entry in &timeline.entries {
            print(&mut session.console, entry)?;
        }
        match (
            timeline.entries.is_empty(),
            timeline.next_page_token.is_empty(),
        ) {
            (true, _) => session.console.note(format_args!("nothing happened")),
            (false, true) => Ok(()),
            (false, false) => session.console.note(format_args!(
                "these are the newest {}; --limit shows more",
                self.limit
            )),
        }?;
        note_incomplete(session, &list)
    }

    fn call(&self, session: &Session, since: Option<&str>) -> Call {
        let call = session.labelled(Call::get(["api", "timeline"]));
        call.query("app", self.app.as_deref())
            .query("profile", self.profile.as_deref())
            .query("since", since)
            .query("until", self.until.as_deref())
            .query("author", self.author.as_deref())
    }
}

fn print(console: &mut Console, entry: &TimelineEntry) -> Result<(), Error> {
    console.write(line::tell(entry).as_bytes())
}

/// Says whose part is missing.
pub(super) fn note_incomplete(session: &mut Session, list: &Value) -> Result<(), Error> {
    let missing = list["incomplete"].as_array();
    let missing = missing.into_iter().flatten().filter_map(Value::as_str);
    for service in missing {
        session.console.note(format_args!(
            "{service} does not answer; what it knows is missing"
        ))?;
    }
    Ok(())
}
