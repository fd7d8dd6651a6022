//! `vortex key revoke`.

use std::io::{self, IsTerminal as _};

use vortex_rest::Key;

use super::{grants, named};
use crate::{client::Call, error::Error, session::Session};

/// Take a key back, at once and for good.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Whoever uses it is refused from now on, everywhere. To replace a key without an interruption there is
`vortex key rotate`.

Examples:
  vortex key revoke ci
  vortex key revoke 0123456789abcdef --yes")]
pub(crate) struct Args {
    /// Its id, or its name if one key of that name is in use
    #[arg(value_name = "ID|NAME")]
    key: String,
    /// Does it without asking, as programs have to
    #[arg(short, long)]
    yes: bool,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let can_ask = io::stdin().is_terminal() && io::stderr().is_terminal();
        if !self.yes && !can_ask {
            let message = "there is no terminal to ask on; --yes does it without asking";
            return Err(Error::Usage(message.to_owned()));
        }
        let key = named::find(session, &self.key).await?;
        if !self.yes && session.console.confirm(&question(&key))? != Some(true) {
            return Err(Error::Declined);
        }
        let call = Call::post(["api", "keys", &key.id, "revoke"]);
        let reply = session.client.send(call).await?.json()?;
        session.console.told(&reply, |_| {
            Ok(format!("{} ({}) is revoked", key.id, key.name))
        })
    }
}

fn question(key: &Key) -> String {
    let (id, name, grants) = (&key.id, &key.name, grants(&key.grants));
    format!("revoke {id} ({name}, {grants})? Whoever uses it is refused at once")
}
