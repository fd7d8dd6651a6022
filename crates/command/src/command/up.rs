//! `vortex up`.

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{ArgMatches, FromArgMatches};
use vortex_kit::settings::{self, LAYERS, Layer, Loaded};
use vortex_mesh::{ABOUT, Banner, RunError, Settings, StartError};

use crate::{console::Format, exit::Exit};

const EXAMPLES: &str = "\
Examples:
  vortex up
  vortex up --ephemeral
  vortex up --git https://example.org/team/config.git --poll 30s
  vortex up --git /srv/config.git --release rollout --source-strategy aggressive
  vortex up --git /srv/config.git --release rollout --source-supersede
  vortex up --data /var/lib/vortex --http 127.0.0.1:8888 -o json
  vortex up --config vortex.yaml --dump-config";

/// What the arguments say of the settings, which a file and the environment say more of.
#[derive(Debug)]
pub(crate) struct Args {
    given: Layer,
}

impl clap::Args for Args {
    fn augment_args(command: clap::Command) -> clap::Command {
        settings::augment::<Settings>(&ABOUT, command)
            .about("Run everything in this process, on a store of its own: no other software is needed")
            .long_about(None)
            .after_help(format!("{EXAMPLES}\n\n{LAYERS}"))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = settings::given_by::<Settings>(&ABOUT, matches);
        Ok(Self { given })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args {
    /// Runs until a signal ends it.
    pub(crate) fn run(self, format: Format) -> ExitCode {
        let variables = |name: &str| std::env::var(name).ok();
        let loaded = match settings::load_over(&ABOUT, self.given, &variables) {
            Ok(loaded) => loaded,
            Err(error) => {
                complain(&error);
                return Exit::Usage.into();
            }
        };
        match loaded.common.dump_config {
            Some(dump) => print(&loaded.dump.render(dump)),
            None => serve(&loaded, format),
        }
    }
}

fn serve(loaded: &Loaded<Settings>, format: Format) -> ExitCode {
    match vortex_mesh::run(loaded, |banner| say(banner, format)) {
        Ok(code) => code,
        Err(error) => {
            complain(&*error);
            exit(&error).into()
        }
    }
}

fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => Exit::Done.into(),
        Err(_closed) => Exit::Failed.into(),
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

/// The server could not start, or failed.
fn exit(error: &RunError) -> Exit {
    match error.downcast_ref::<StartError>() {
        Some(StartError::NotLoopback(_) | StartError::Unpaired(_) | StartError::Ports(_)) => {
            Exit::Usage
        }
        Some(StartError::Bind(_) | StartError::Data(_) | StartError::Service { .. }) | None => {
            Exit::Failed
        }
    }
}

fn complain(error: &(dyn Error + 'static)) {
    let mut said = format!("vortex up: {error}");
    let mut cause = error.source();
    while let Some(because) = cause {
        said.push_str(&format!(": {because}"));
        cause = because.source();
    }
    // there is nowhere to report that standard error is closed
    drop(writeln!(io::stderr(), "{said}"));
}
