//! `vortex config watch`.

use serde_json::{Value, json};

use super::{Reader, View};
use crate::{
    client::{Call, Follow, Told},
    console::{Console, Format, cell, printable},
    error::Error,
    session::Session,
};

/// Follow an effective configuration.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints what the configuration is, then each change of it. With -o json each event is one line.
A lost connection is taken up again where it stood; --timeout says for how long that is tried.

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
        let mut follow = Follow::new(&session.client, call);
        let mut left = self.count.unwrap_or(u64::MAX);
        while left > 0 {
            let told = follow.next().await?;
            print(&mut session.console, &told)?;
            session.console.flush()?;
            left -= 1;
        }
        Ok(())
    }
}

fn print(console: &mut Console, told: &Told) -> Result<(), Error> {
    let event = || json!({ "event": told.event, "id": told.id, "data": told.data });
    match console.format() {
        Format::Json => console.write(format!("{}\n", event()).as_bytes()),
        Format::Yaml => {
            console.write(b"---\n")?;
            console.yaml(&event())
        }
        Format::Table => people(console, told),
    }
}

fn people(console: &mut Console, told: &Told) -> Result<(), Error> {
    let data = &told.data;
    let token = told.id.as_deref().unwrap_or("-");
    let text = |name: &str| data[name].as_str().unwrap_or("-");
    let title = match told.event.as_str() {
        "change" => format!(
            "change    {} -> {}  {token}",
            text("old_version"),
            text("new_version")
        ),
        _ => format!("snapshot  {}  {token}", text("version")),
    };
    let title = console.palette().title(&printable(&title));
    console.write(format!("{title}\n").as_bytes())?;
    for operation in data["patch"].as_array().into_iter().flatten() {
        let line = describe(console, operation);
        console.write(format!("  {line}\n").as_bytes())?;
    }
    Ok(())
}

/// One operation of a patch: `~ /server/port 9090`.
fn describe(console: &Console, operation: &Value) -> String {
    let palette = console.palette();
    let text = |name: &str| operation[name].as_str().unwrap_or_default();
    let path = text("path");
    match text("op") {
        "add" => palette.added(&printable(&format!(
            "+ {path} {}",
            cell(&operation["value"])
        ))),
        "remove" => palette.removed(&printable(&format!("- {path}"))),
        "replace" => palette.place(&printable(&format!(
            "~ {path} {}",
            cell(&operation["value"])
        ))),
        other => printable(&format!("{other} {path} {}", text("from"))),
    }
}
