//! `vortex key rotate`.

use serde_json::json;
use vortex_rest::KeyRotated;

use super::{ends, fresh::Fresh, named};
use crate::{
    client::{self, Call},
    error::Error,
    session::Session,
};

/// Replace a key by a new one of the same name, and print that once.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The new key has the name, the roles, the scopes and the lifetime of the old one, and is made here as
by `vortex key create`. Both are valid until the overlap is over.

Examples:
  vortex key rotate ci --overlap 1d > key
  vortex key rotate 0123456789abcdef --overlap 0s -o json | jq -r .key   # the old one ends at once")]
pub(crate) struct Args {
    /// Its id, or its name if one key of that name is in use
    #[arg(value_name = "ID|NAME")]
    key: String,
    /// How long the old key stays valid, such as 1d, 30 days at most; 0s ends it at once
    #[arg(long, value_name = "TIME", value_parser = overlap)]
    overlap: String,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let old = named::find(session, &self.key).await?;
        let fresh = Fresh::make()?;
        let call = Call::post(["api", "keys", &old.id, "rotate"]).json(&json!({
            "overlap": self.overlap, "new_id": fresh.id(), "sha256": fresh.sha256(),
        }));
        let answer = fresh.send(session, call).await?.json()?;
        let rotated: KeyRotated = client::read(&answer, session.client.server())?;
        fresh.check(rotated.description.as_ref(), session)?;
        let about = about(&rotated);
        fresh.print(session, answer, &about)
    }
}

fn about(rotated: &KeyRotated) -> String {
    let new = rotated.description.as_ref();
    let new = new.map(|key| format!("this is the new key {}, valid {}", key.name, ends(key)));
    let old = rotated.old.as_ref();
    let old = old.map(|key| format!("the old one, {}, is valid {}", key.id, ends(key)));
    let keep = "it is not shown again, so keep it now".to_owned();
    let parts = [new, old, Some(keep)].into_iter().flatten();
    parts.collect::<Vec<_>>().join("; ")
}

/// A span, as the server reads it.
fn overlap(text: &str) -> Result<String, String> {
    match humantime::parse_duration(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{error}; it is a time such as 1d or 12h")),
    }
}
