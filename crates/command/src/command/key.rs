//! `vortex key`: who may call, and what each may do.

mod create;
mod fresh;
mod generate;
mod grants;
mod list;
mod named;
mod revoke;
mod rotate;

use clap::Subcommand;
use vortex_rest::{Key, KeyGrant};

use crate::{console::moment, error::Error, session::Session};

/// API keys: who may call, and what each may do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a key, and print it once
    Create(create::Args),
    /// List the keys, without their secrets
    List(list::Args),
    /// Take a key back, at once and for good
    Revoke(revoke::Args),
    /// Replace a key by a new one of the same name, and print that once
    Rotate(rotate::Args),
    /// Print a fresh key that no server knows
    Generate(generate::Args),
}

impl Command {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        match self {
            Self::Create(args) => args.run(session).await,
            Self::List(args) => args.run(session).await,
            Self::Revoke(args) => args.run(session).await,
            Self::Rotate(args) => args.run(session).await,
            Self::Generate(args) => args.run(session),
        }
    }
}

/// What a key may do, in words: `reader on payments/**; writer on orders`.
fn grants(grants: &[KeyGrant]) -> String {
    let each = grants
        .iter()
        .map(|grant| format!("{} on {}", grant.role, grant.scopes.join(", ")));
    each.collect::<Vec<_>>().join("; ")
}

/// Until when a key is valid, in words.
fn ends(key: &Key) -> String {
    match &key.expires_at {
        Some(at) => format!("until {}", moment(Some(at))),
        None => "until it is revoked".to_owned(),
    }
}
