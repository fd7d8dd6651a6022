//! The command line.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};

use crate::{
    command::{
        audit, bench, breaker, certs, changes, completion, config, context, drift, freeze, key,
        log, rollout, sources, status, unfreeze, up, version,
    },
    console::{Console, Format, Palette},
    error::Error,
    exit::{self, Exit},
    session::Session,
    settings::{self, Environment},
};

/// Configuration for fleets: write it, release it, watch it, and see where each value comes from.
#[derive(Debug, Parser)]
#[command(name = "vortex", version, after_help = exit::TABLE, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

/// Options every command takes.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Options of all commands")]
pub(crate) struct Globals {
    /// The gateway's address [env: VORTEX_SERVER] [default: http://127.0.0.1:8080]
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// A file that holds the API key to call with, or - for standard input
    /// [env: VORTEX_KEY holds the key itself]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) api_key_file: Option<PathBuf>,
    /// Certificate authorities in PEM, the only ones to trust of an https:// server
    /// [env: VORTEX_CA] [default: those that the machine trusts]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Certificate in PEM to show to a server that asks for one [env: VORTEX_CLIENT_CERT]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_cert: Option<PathBuf>,
    /// Private key of --client-cert in PEM [env: VORTEX_CLIENT_KEY]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) client_key: Option<PathBuf>,
    /// The context to use instead of the current one [env: VORTEX_CONTEXT]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// The label, for commands that use one [env: VORTEX_LABEL] [server's default: main]
    #[arg(long, global = true)]
    pub(crate) label: Option<String>,
    /// How results are printed [env: VORTEX_OUTPUT] [default: table]
    #[arg(short, long, global = true, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,
    /// How long to wait in total, with all tries; for `watch`, how long an outage may last
    /// [default: 30s; 1h with --wait]
    #[arg(long, global = true, value_name = "TIME", value_parser = timeout)]
    pub(crate) timeout: Option<Duration>,
    /// The request's id: sent as X-Request-Id, and with writes as Idempotency-Key, so that the
    /// same write under the same id is done once [default: a new one]
    #[arg(long, global = true, value_name = "ID", value_parser = request_id)]
    pub(crate) request_id: Option<String>,
    /// No progress and no notes on standard error
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything in this process, on a store of its own
    Up(up::Args),
    /// What is rolling out, paused, waiting, frozen or degraded, and which alerts are firing
    Status(status::Args),
    /// Documents and what applications make of them
    #[command(subcommand)]
    Config(config::Command),
    /// Change sets: documents that change together
    #[command(subcommand)]
    Changes(changes::Command),
    /// Repositories that feed labels
    #[command(subcommand)]
    Sources(sources::Command),
    /// Staged change sets that go out to a growing share of all readers
    #[command(subcommand)]
    Rollout(rollout::Command),
    /// Which instances run what they should, and which don't
    #[command(subcommand)]
    Drift(drift::Command),
    /// What happened: who wrote, released, deleted, imported and rolled out what
    Log(log::Args),
    /// Who did what, and who was refused what
    Audit(audit::Args),
    /// What stops rollouts from going on by themselves after too many rollbacks
    Breaker(breaker::Args),
    /// Let nothing new through to readers for some time; a rollback still goes
    Freeze(freeze::Args),
    /// End freezes
    Unfreeze(unfreeze::Args),
    /// API keys: who may call, and what each may do
    #[command(subcommand)]
    Key(key::Command),
    /// Certificates for TLS
    #[command(subcommand)]
    Certs(certs::Command),
    /// Measure a running server
    #[command(subcommand)]
    Bench(bench::Command),
    /// Named servers, kept in your settings
    #[command(subcommand)]
    Context(context::Command),
    /// Print a completion script for a shell
    Completion(completion::Args),
    /// Print this command's version
    Version(version::Args),
}

impl Cli {
    /// Does what was asked, reports what failed on standard error, and says how it ended.
    pub(crate) fn run(self) -> ExitCode {
        let environment = Environment::read();
        let palette = Palette::of_stderr(environment.no_colour);
        match self.command.run(self.globals, environment) {
            Ok(code) => code,
            Err(error) => {
                let exit = error.exit();
                if exit != Exit::Done {
                    palette.report(&error);
                }
                exit.into()
            }
        }
    }
}

impl Command {
    fn run(self, globals: Globals, environment: Environment) -> Result<ExitCode, Error> {
        let done = match self {
            Self::Up(args) => return Ok(args.run(globals.output.unwrap_or_default())),
            Self::Status(args) => Session::run(globals, environment, async |session| {
                args.run(session).await
            }),
            Self::Config(command) => Session::run(globals, environment, async |session| {
                command.run(session).await
            }),
            Self::Changes(command) => Session::run(globals, environment, async |session| {
                command.run(session).await
            }),
            Self::Sources(command) => Session::run(globals, environment, async |session| {
                command.run(session).await
            }),
            Self::Rollout(command) => Session::run(globals, environment, async |session| {
                command.run(session).await
            }),
            Self::Drift(command) => Session::run(globals, environment, async |session| {
                command.run(session).await
            }),
            Self::Log(args) => Session::run(globals, environment, async |session| {
                args.run(session).await
            }),
            Self::Audit(args) => Session::run(globals, environment, async |session| {
                args.run(session).await
            }),
            Self::Breaker(args) => Session::run(globals, environment, async |session| {
                args.run(session).await
            }),
            Self::Freeze(args) => Session::run(globals, environment, async |session| {
                args.run(session).await
            }),
            Self::Unfreeze(args) => Session::run(globals, environment, async |session| {
                args.run(session).await
            }),
            Self::Key(command) => Session::run(globals, environment, async |session| {
                command.run(session).await
            }),
            Self::Bench(command) => Session::run(globals, environment, async |session| {
                command.run(session).await
            }),
            Self::Context(command) => command.run(&globals, &environment),
            Self::Certs(command) => {
                let format = settings::output(&globals, &environment)?;
                command.run(&mut Console::new(format, &environment, globals.quiet))
            }
            Self::Completion(args) => completion::print::<Cli>(&args),
            Self::Version(args) => {
                let format = settings::output(&globals, &environment)?;
                args.run(&mut Console::new(format, &environment, globals.quiet))
            }
        };
        done.map(|()| Exit::Done.into())
    }
}

fn timeout(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time.is_zero() => Err("must be longer than zero".to_owned()),
        // later than this, clocks overflow
        Ok(time) if time > Duration::from_secs(7 * 24 * 3600) => {
            Err("must be at most 7days".to_owned())
        }
        Ok(time) => Ok(time),
        Err(error) => Err(format!("{error}; such as 500ms, 30s or 5m")),
    }
}

fn request_id(text: &str) -> Result<String, String> {
    match text {
        "" => Err("is empty".to_owned()),
        _ if text.len() > 128 => Err("is over 128 bytes".to_owned()),
        _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Err("must be visible ASCII only".to_owned())
        }
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_examples() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            let mut children = command.get_subcommands().peekable();
            if children.peek().is_none() {
                let help = command.get_after_help().map(ToString::to_string);
                let help = help.unwrap_or_default();
                assert!(help.contains("Examples:\n  vortex "), "{path}: {help}");
            }
            children.for_each(|child| check(child, &path));
        }
        check(&Cli::command(), "");
    }
}
