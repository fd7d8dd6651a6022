//! `vortex version`.

use serde_json::json;

use crate::{
    console::{Console, Format},
    error::Error,
};

/// Print this command's version.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vortex version
  vortex version -o json")]
pub(crate) struct Args {}

impl Args {
    pub(crate) fn run(self, console: &mut Console) -> Result<(), Error> {
        let version = env!("CARGO_PKG_VERSION");
        match console.format() {
            Format::Table => console.write(format!("vortex {version}\n").as_bytes())?,
            Format::Json | Format::Yaml => console.data(&json!({ "version": version }))?,
        }
        console.flush()
    }
}
