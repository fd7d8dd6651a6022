//! `vortex context`: named servers.

use std::path::Path;

use clap::Subcommand;
use serde_json::{Value, json};
use vortex_access::ApiKey;

use crate::{
    cli::Globals,
    console::{Console, Format, Table},
    contexts::{self, Context, Contexts, Key, Store},
    error::Error,
    file,
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
    /// Add a context or change it: --server, --label, -o and --api-key-file say what it holds
    #[command(after_help = "\
Examples:
  vortex context set prod --server https://config.example.com
  vortex context set prod --label release -o json   # the server stays
  vortex context set prod --api-key-file ci-key     # kept in a file of mode 0600
  vortex context set prod --forget-key")]
    Set(Set),
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

/// A context's name, and what it is not to hold any more.
#[derive(Debug, clap::Args)]
pub(crate) struct Set {
    #[command(flatten)]
    name: Name,
    /// Take its key away
    #[arg(long)]
    forget_key: bool,
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
            Self::Set(set) => {
                let left = set.change(&mut contexts, globals)?;
                store.save(&contexts)?;
                console.note(format_args!("{} is set{left}", set.name.name))?;
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

impl Set {
    /// Changes the context, and says what became of a key that is there no more.
    fn change(&self, contexts: &mut Contexts, globals: &Globals) -> Result<String, Error> {
        let name = &self.name.name;
        if self.forget_key && globals.api_key_file.is_some() {
            let message = "either --forget-key or --api-key-file is meant";
            return Err(Error::Usage(message.to_owned()));
        }
        if self.forget_key {
            contexts.forget_key(name);
        }
        let left = contexts.set(name.clone(), described(globals)?)?;
        Ok(left.map_or_else(String::new, |key| {
            format!("; its key {key} was for another server and is gone")
        }))
    }
}

/// The key in a file, which must be whole.
fn key(file: &Path) -> Result<Key, Error> {
    let text = settings::read_key(file)?;
    let key: Result<ApiKey, _> = text.trim().parse();
    key.map(Key::from).map_err(|why| {
        let file = file::name(file);
        Error::Usage(format!("{} holds no API key: {why}", file.display()))
    })
}

fn described(globals: &Globals) -> Result<Context, Error> {
    if let Some(server) = &globals.server {
        parse_server(server)?;
    }
    Ok(Context {
        server: globals.server.clone(),
        label: globals.label.clone(),
        output: globals.output.map(|format| format.name().to_owned()),
        api_key: globals.api_key_file.as_deref().map(key).transpose()?,
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
                "api_key": context.api_key.as_ref().map(Key::to_string),
            })
        })
        .collect();
    console.print(&json!({ "current": current, "contexts": rows }), |_| {
        let table = Table::new(["CURRENT", "NAME", "SERVER", "LABEL", "OUTPUT", "KEY"]);
        Ok(table.with(contexts.iter().map(|(name, context)| {
            let key = context.api_key.as_ref();
            let mark = if current == Some(name) { "*" } else { "" };
            [
                mark.to_owned(),
                name.clone(),
                context.server.clone().unwrap_or_default(),
                context.label.clone().unwrap_or_default(),
                context.output.clone().unwrap_or_default(),
                key.map_or_else(String::new, Key::to_string),
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
