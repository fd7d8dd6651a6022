//! `vortex up`.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use vortex_mesh::{Banner, RunError, Settings, StartError};

use crate::{console::Format, exit::Exit};

/// Run everything in this process, on a store of its own: no other software is needed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  vortex up
  vortex up --ephemeral
  vortex up --git https://example.org/team/config.git --poll 30s
  vortex up --git /srv/config.git --release rollout --source-strategy aggressive
  vortex up --data /var/lib/vortex --http 127.0.0.1:8888 -o json")]
pub(crate) struct Args {
    #[command(flatten)]
    settings: Settings,
}

impl Args {
    /// Runs until a signal ends it.
    pub(crate) fn run(self, format: Format) -> ExitCode {
        match vortex_mesh::run(&self.settings, |banner| say(banner, format)) {
            Ok(code) => code,
            Err(error) => {
                complain(&error);
                exit(&error).into()
            }
        }
    }
}

/// The mesh serves whether somebody reads this or not.
fn say(banner: &Banner, format: Format) {
    let said = match format {
        Format::Table => format!("{banner}\n"),
        Format::Json | Format::Yaml => match serde_json::to_string(banner) {
            Ok(json) => format!("{json}\n"),
            Err(error) => format!("{error}\n"),
        },
    };
    drop(io::stdout().write_all(said.as_bytes()));
    drop(io::stdout().flush());
}

/// What was asked can't be, or it failed.
fn exit(error: &RunError) -> Exit {
    match error.downcast_ref::<StartError>() {
        Some(StartError::NotLoopback(_) | StartError::Ports(_)) => Exit::Usage,
        Some(StartError::Bind { .. } | StartError::Data(_) | StartError::Service { .. }) | None => {
            Exit::Failed
        }
    }
}

fn complain(error: &RunError) {
    let mut said = format!("vortex up: {error}");
    let mut cause = error.source();
    while let Some(because) = cause {
        said.push_str(&format!(": {because}"));
        cause = because.source();
    }
    // there is nowhere to report that standard error is closed
    drop(writeln!(io::stderr(), "{said}"));
}
