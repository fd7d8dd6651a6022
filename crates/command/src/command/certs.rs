//! `vortex certs`: certificates by which ports speak TLS.

mod dev;
mod folder;
mod issue;

use clap::Subcommand;

use crate::{console::Console, error::Error};

/// Certificates for TLS.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a certificate authority and certificates, to develop and to try things with
    Dev(dev::Args),
}

impl Command {
    pub(crate) fn run(self, console: &mut Console) -> Result<(), Error> {
        match self {
            Self::Dev(args) => args.run(console),
        }
    }
}
