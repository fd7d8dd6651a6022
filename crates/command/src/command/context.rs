//! `vortex context`: named servers.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::{
    cli::Globals,
    console::{Console, Format, Table},
    contexts::{self, Context, Contexts, Store},
    error::Error,
    settings::{self, Environment, parse_server},
};

/// Named servers, kept in your settings.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the contexts
    #[command(after_help = "\
Examples:
  vortex context list
  vortex context list -o json")]
    List,
    /// Put a context to use
    #[command(after_help = "\
Examples:
  vortex context use prod")]
    Use(Name),
    /// Add a context or change it: --server, --label and -o say what it holds
    #[command(after_help = "\
Examples:
  vortex context set prod --server https://config.example.com
  vortex context set prod --label release -o json   # the server stays")]
    Set(Name),
    /// Take a context away
    #[command(after_help = "\
Examples:
  vortex context delete prod")]
    Delete(Name),
    /// Print the name of the context in use
    #[command(after_help = "\
Examples:
  vortex context current")]
    Current,
}

/// A context's name.
#[derive(Debug, clap::Args)]
pub(crate) struct Name {
    /// The context's name
    #[arg(value_parser = name)]
    name: String,
}

impl Command {
    pub(crate) fn run(self, globals: &Globals, environment: &Environment) -> Result<(), Error> {
        let store = Store::new(environment.config_home.as_deref());
        let format = settings::output(globals, environment)?;
        let mut console = Console::new(format, environment, globals.quiet);
        let mut contexts = store.load()?;
        match self {
            Self::List => list(
                &mut console,
                in_use(&contexts, globals, environment),
                &contexts,
            )?,
            Self::Current => {
                let current = in_use(&contexts, globals, environment);
                let current = current.ok_or(contexts::Error::NoneInUse)?;
                show_current(&mut console, current)?;
            }
            Self::Use(Name { name }) => {
                contexts.select(&name)?;
                store.save(&contexts)?;
                console.note(format_args!("{name} is in use"))?;
            }
            Self::Set(Name { name }) => {
                contexts.set(name.clone(), described(globals)?);
                store.save(&contexts)?;
                console.note(format_args!("{name} is set"))?;
            }
            Self::Delete(Name { name }) => {
                contexts.remove(&name)?;
                store.save(&contexts)?;
                console.note(format_args!("{name} is deleted"))?;
            }
        }
        console.flush()
    }
}

fn in_use<'a>(
    contexts: &'a Contexts,
    globals: &'a Globals,
    environment: &'a Environment,
) -> Option<&'a str> {
    let flag = globals.context.as_deref();
    flag.or(environment.context.as_deref())
        .or(contexts.current())
}

fn described(globals: &Globals) -> Result<Context, Error> {
    if let Some(server) = &globals.server {
        parse_server(server)?;
    }
    Ok(Context {
        server: globals.server.clone(),
        label: globals.label.clone(),
        output: globals.output.map(|format| format.name().to_owned()),
    })
}

fn list(console: &mut Console, current: Option<&str>, contexts: &Contexts) -> Result<(), Error> {
    let rows: Vec<Value> = contexts
        .iter()
        .map(|(name, context)| {
            json!({
                "name": name,
                "server": context.server,
                "label": context.label,
                "output": context.output,
            })
        })
        .collect();
    console.print(&json!({ "current": current, "contexts": rows }), |_| {
        let table = Table::new(["CURRENT", "NAME", "SERVER", "LABEL", "OUTPUT"]);
        Ok(table.with(contexts.iter().map(|(name, context)| {
            let mark = if current == Some(name) { "*" } else { "" };
            [
                mark.to_owned(),
                name.clone(),
                context.server.clone().unwrap_or_default(),
                context.label.clone().unwrap_or_default(),
                context.output.clone().unwrap_or_default(),
            ]
        })))
    })
}

fn show_current(console: &mut Console, current: &str) -> Result<(), Error> {
    match console.format() {
        Format::Table => console.write(format!("{current}\n").as_bytes()),
        Format::Json | Format::Yaml => console.data(&json!({ "current": current })),
    }
}

fn name(text: &str) -> Result<String, String> {
    let of_name = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
    match !text.is_empty() && text.chars().all(of_name) {
        true => Ok(text.to_owned()),
        false => Err("a name may only have letters, digits, '.', '_' and '-'".to_owned()),
    }
}
