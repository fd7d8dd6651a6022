//! `vortex drift`: which instances run what they should, and which don't.

mod ack;
mod alerts;
mod fleet;
mod instances;
mod remediate;
mod silence;
mod status;
mod told;

use clap::Subcommand;

use crate::{error::Error, session::Session};

/// Which instances run what they should, and which don't.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show how fleets stand, or one of them
    Status(status::Args),
    /// List the instances of a fleet, or show one
    Instances(instances::Args),
    /// List alerts, newest first
    Alerts(alerts::Args),
    /// Note that you have seen an alert; the first note stays
    Ack(ack::Args),
    /// Keep a fleet's alerts from being sent for some time
    Silence(silence::Args),
    /// Ask instances that don't run what they should to fetch it again
    Remediate(remediate::Args),
}

impl Command {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Error> {
        match self {
            Self::Status(args) => args.run(session).await,
            Self::Instances(args) => args.run(session).await,
            Self::Alerts(args) => args.run(session).await,
            Self::Ack(args) => args.run(session).await,
            Self::Silence(args) => args.run(session).await,
            Self::Remediate(args) => args.run(session).await,
        }
    }
}

/// A fleet: all instances that read the same configuration, on the label of the invocation.
#[derive(Debug, clap::Args)]
pub(crate) struct Target {
    /// The application
    app: String,
    /// The profiles that its instances read, separated by commas
    profile: String,
}
