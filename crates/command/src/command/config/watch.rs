//! `vortex config watch`.

mod narrator;

use std::pin::pin;

use serde_json::json;

use super::{Reader, View};
use crate::{
    client::{Call, Follow, Told},
    console::{Console, Format, stdout},
    error::Error,
    session::Session,
};

use narrator::Narrator;

/// Follow an effective configuration.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints what the configuration is, then each change of it. With -o json each event is one line.
A lost connection is taken up again where it stood; --timeout says for how long that is tried.
It ends when interrupted, after --count events, and when its output is closed.

Examples:
  vortex config watch orders prod
  vortex config watch orders dev,prod -o json | jq -c .data.patch
  vortex config watch orders prod --count 1   # what it is now")]
pub(crate) struct Args {
    #[command(flatten)]
    view: View,
    #[command(flatten)]
    reader: Reader,
    /// Never begin older than this token, as a write gave it
    #[arg(long, value_name = "TOKEN")]
    min_token: Option<String>,
    /// End after so many events
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "watch", &self.view.app, &self.view.profiles])
            .query("min_token", self.min_token.as_deref());
        let call = self.reader.on(session.labelled(call));
        let mut follow = Follow::new(&session.client, call, &["snapshot", "change"]);
        let mut narrator = Narrator::default();
        let mut left = self.count.unwrap_or(u64::MAX);
        let mut gone = pin!(stdout::unread());
        while left > 0 {
            let told = tokio::select! {
                // a reader such as `head` that has seen enough need not wait for another event
                () = gone.as_mut() => return Ok(()),
                told = follow.next() => told?,
            };
            print(&mut session.console, &mut narrator, told)?;
            session.console.flush()?;
            left -= 1;
        }
        Ok(())
    }
}

fn print(console: &mut Console, narrator: &mut Narrator, told: Told) -> Result<(), Error> {
    let event = |told: Told| json!({ "event": told.event, "id": told.id, "data": told.data });
    match console.format() {
        Format::Json => console.json_line(&event(told)),
        Format::Yaml => {
            console.write(b"---\n")?;
            console.yaml(&event(told))
        }
        Format::Table => {
            let text = narrator.tell(told, console.palette())?;
            console.write(text.as_bytes())
        }
    }
}
