//! `vortex key list`.

use vortex_rest::{Key, Keys};

use crate::{
    client::{self, Call, collect},
    command::config::{limit, note_more},
    console::{Table, shortened},
    error::Error,
    session::Session,
};

/// The widest a name or a list of roles is shown, so that a line has 80 columns at most.
const WIDTH: usize = 16;

/// List the keys, without their secrets.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Keys that have ended are listed for 30 days. -o json shows their scopes, and by whom they were made.

Examples:
  vortex key list
  vortex key list --name ci -o json | jq '.keys[].grants'")]
pub(crate) struct Args {
    /// Only keys of this name
    #[arg(long)]
    name: Option<String>,
    /// The maximum number to list
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = limit)]
    limit: usize,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let call = Call::get(["api", "keys"]).query("name", self.name);
        let list = collect(&session.client, call, "keys", self.limit).await?;
        let server = session.client.server();
        session.console.print(&list, |list| {
            let list: Keys = client::read(list, server)?;
            let table = Table::new(["ID", "NAME", "ROLES", "EXPIRES", "STATE"]);
            Ok(table.with(list.keys.into_iter().map(|key| {
                [
                    key.id.clone(),
                    shortened(&key.name, WIDTH),
                    shortened(&roles(&key), WIDTH),
                    expires(&key),
                    key.state.to_string(),
                ]
            })))
        })?;
        note_more(session, &list)
    }
}

fn roles(key: &Key) -> String {
    let roles = key.grants.iter().map(|grant| grant.role.as_str());
    roles.collect::<Vec<_>>().join(",")
}

/// To the minute, in UTC.
fn expires(key: &Key) -> String {
    let Some(at) = key.expires_at.as_deref() else {
        return "never".to_owned();
    };
    match (at.get(..10), at.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute}"),
        _ => at.to_owned(),
    }
}
