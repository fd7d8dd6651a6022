//! Logs on standard error, as text for people or JSON for machines.

use std::io::IsTerminal;

use clap::ValueEnum;
use tracing_subscriber::{
    filter::{ParseError, Targets},
    fmt::format::JsonFields,
    layer::SubscriberExt,
    util::{SubscriberInitExt, TryInitError},
};

use super::format::{Json, Text};

/// Format of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line an event, for people.
    #[default]
    Text,
    /// One JSON object an event.
    Json,
}

/// Logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The filter does not parse.
    #[error("log filter {filter:?}: {cause}")]
    Filter {
        /// The filter as given.
        filter: String,
        /// Where it goes wrong.
        cause: ParseError,
    },
    /// The filter is for spans.
    #[error("log filter {0:?}: give levels of targets, such as warn,vortex_kit=debug")]
    Span(String),
    /// The process logs already.
    #[error(transparent)]
    Twice(#[from] TryInitError),
}

/// Libraries whose news are for their own authors, unless a filter names them.
const QUIET: &str = "fjall=warn,lsm_tree=warn";

/// Sends the process's events to standard error, filtered by `filter`: a level, or a list such as
/// `warn,vortex_kit=debug`. Lines written while a call is handled name its request
/// and trace.
///
/// # Errors
/// When the filter does not parse, or the process logs already.
pub fn init_logs(format: LogFormat, filter: &str) -> Result<(), InitError> {
    let targets = targets(filter)?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let plain = tracing_subscriber::fmt::format();
    let registry = tracing_subscriber::registry().with(targets);
    match format {
        LogFormat::Text => {
            let colours = std::io::stderr().is_terminal();
            let lines = lines.with_ansi(colours).event_format(Text(plain));
            registry.with(lines).try_init()?;
        }
        LogFormat::Json => {
            let objects = plain.json().flatten_event(true).with_span_list(false);
            let lines = lines
                .fmt_fields(JsonFields::new())
                .event_format(Json(objects));
            registry.with(lines).try_init()?;
        }
    }
    Ok(())
}

/// Levels of targets. Spans and their fields cannot be filtered by: that would have a regex engine
/// in every program.
fn targets(filter: &str) -> Result<Targets, InitError> {
    if filter.contains('[') {
        return Err(InitError::Span(filter.to_owned()));
    }
    let items = QUIET.split(',').chain(filter.split(',').map(str::trim));
    let items: Vec<&str> = items.filter(|item| !item.is_empty()).collect();
    let parsed = items.join(",").parse();
    parsed.map_err(|cause| InitError::Filter {
        filter: filter.to_owned(),
        cause,
    })
}
