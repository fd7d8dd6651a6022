//! `vortex key generate`.

use serde_json::json;

use super::fresh::Fresh;
use crate::{error::Error, session::Session};

/// Print a fresh key that no server knows.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
It is made here, and no server is asked. A server that is to know it gets its id, the 16 characters
after `vx_`, and its SHA-256, which -o json shows beside it.

Examples:
  vortex key generate > key
  vortex key generate -o json | jq -r .sha256")]
pub(crate) struct Args {}

impl Args {
    pub(super) fn run(self, session: &mut Session) -> Result<(), Error> {
        let fresh = Fresh::make()?;
        let (id, sha256) = (fresh.id(), fresh.sha256());
        let about = format!("no server knows it yet: its id is {id}, its SHA-256 {sha256}");
        fresh.print(session, json!({ "id": id, "sha256": sha256 }), &about)
    }
}
