//! `vortex bench`: measures a running server.

mod heartbeats;
mod rollout;

use clap::Subcommand;

use crate::{error::Error, session::Session};

/// Measure a running server.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure how many heartbeats are taken, and how long each takes
    Heartbeats(heartbeats::Args),
    /// Measure how long a promotion takes to reach readers
    Rollout(rollout::Args),
}

impl Command {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        match self {
            Self::Heartbeats(args) => args.run(session).await,
            Self::Rollout(args) => args.run(session).await,
        }
    }
}
