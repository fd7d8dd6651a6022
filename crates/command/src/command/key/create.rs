//! `vortex key create`.

use serde_json::{Value, json};
use vortex_rest::KeyCreated;

use super::{ends, fresh::Fresh, grants, grants::Grants};
use crate::{
    client::{self, Call},
    error::Error,
    session::Session,
};

/// Create a key, and print it once.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The key is made here: the server gets its id and its SHA-256, and nobody can show it again. It alone
is on standard output.

Scopes are in quotes, or the shell may make something else of them. What would be everything by
accident, such as '*' or what is left of \"$TEAM*\" without a team, is refused: write '**'.

Examples:
  vortex key create --role reader --scope 'payments/**' --name payments --expires 90d > key
  vortex key create --role writer --scope orders --scope 'billing/*'
  vortex key create --name ci --grant 'writer=payments/**' --grant 'operator=payments/**'
  vortex key create --role admin --scope '**' -o json | jq -r .key")]
pub(crate) struct Args {
    #[command(flatten)]
    grants: Grants,
    /// Who its holder is, for the log and the audit; no other key has this name [default: its id]
    #[arg(long)]
    name: Option<String>,
    /// When it ends by itself: how long it is valid, such as 90d, or a time such as
    /// 2026-01-02T03:04:05Z [default: never]
    #[arg(long, value_name = "TIME")]
    expires: Option<String>,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let grants = self.grants.read()?;
        let fresh = Fresh::make()?;
        let mut body = json!({
            "grants": grants, "id": fresh.id(), "sha256": fresh.sha256(),
        });
        for (member, value) in [("name", self.name), ("expires", self.expires)] {
            if let Some(value) = value {
                body[member] = Value::String(value);
            }
        }
        let call = Call::post(["api", "keys"]).json(&body);
        let answer = fresh.send(session, call).await?.json()?;
        let created: KeyCreated = client::read(&answer, session.client.server())?;
        fresh.check(created.description.as_ref(), session)?;
        let about = about(&created);
        fresh.print(session, answer, &about)
    }
}

fn about(created: &KeyCreated) -> String {
    let Some(key) = &created.description else {
        return String::new();
    };
    format!(
        "this is the key {}, {}, valid {}; it is not shown again, so keep it now",
        key.name,
        grants(&key.grants),
        ends(key)
    )
}
