//! Loads arguments, environment and file into the settings structs of a service.

use std::{ffi::OsString, path::PathBuf};

use clap::{
    ArgAction, ArgMatches, Args, Command, FromArgMatches, error::ContextKind, parser::ValueSource,
};

use super::{Common, Dump, FileError, Layer, Origin, Strangers, file, layer, merge};

/// Describes a program, for its help and its defaults.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name: `config-svc`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// Where it serves health and metrics by default: `127.0.0.1:18091`. None for a program that
    /// has another port for them, and opens this one only when it is told to.
    pub admin: Option<&'static str>,
    /// What it logs by default: `info`.
    pub log: &'static str,
    /// Variables that stand for a key beside its own: `("federation-role", "FEDERATION_ROLE")`.
    pub aliases: &'static [(&'static str, &'static str)],
}

/// What the help of every program with settings ends with.
pub const LAYERS: &str = "\
Each option is a setting: a key of the file that --config names, and a variable, too: \
--drain-delay is drain-delay: and VORTEX_DRAIN_DELAY. An argument beats the variable, which beats \
the file. ADDR is HOST:PORT; a name is resolved at the start, and listened on at each of its \
addresses.";

/// The settings in force.
#[derive(Debug)]
pub struct Loaded<S> {
    /// Those every process has.
    pub common: Common,
    /// The service's own.
    pub settings: S,
    /// All of them with their origins.
    pub dump: Dump,
    about: About,
}

impl<S> Loaded<S> {
    /// What of an environment has our prefix and is not a setting of this program.
    pub fn strangers(
        &self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Strangers {
        let keys = self.dump.rows().iter().map(|row| &*row.key);
        let keys: Vec<&str> = keys.chain(["dump-config"]).collect();
        Strangers::of(self.about.name, &keys, variables)
    }
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line cannot be read, or asks for help.
    #[error("{0}")]
    Arguments(clap::Error),
    /// The file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A value is none of its kind, or a required one is missing.
    #[error("{message}{}", from(.origin))]
    Value {
        /// What is wrong with which setting.
        message: String,
        /// Where the value came from.
        origin: Option<Origin>,
    },
}

fn from(origin: &Option<Origin>) -> String {
    let say = |origin: &Origin| format!(" (from {origin})");
    origin.as_ref().map(say).unwrap_or_default()
}

/// Loads a program's settings from its arguments (the program's name first) and its environment.
///
/// # Errors
/// When a layer cannot be read or a value is invalid. Help and version come as
/// [`Error::Arguments`] too, as clap has it.
pub fn load<S: Args>(
    about: &About,
    arguments: impl IntoIterator<Item = OsString>,
    variables: &dyn Fn(&str) -> Option<String>,
) -> Result<Loaded<S>, Error> {
    let lenient = command::<S>(about).mut_args(|arg| arg.required(false));
    let given = lenient
        .try_get_matches_from(arguments)
        .map_err(Error::Arguments)?;
    load_over(about, given_by::<S>(about, &given), variables)
}

/// Adds the arguments of a program to a command, such as one of several that another program has.
pub fn augment<S: Args>(about: &About, command: Command) -> Command {
    let command = Common::augment_args(S::augment_args(command))
        .mut_arg("log", |arg| arg.default_value(about.log));
    match about.admin {
        Some(address) => command.mut_arg("admin", |arg| arg.default_value(address)),
        None => command,
    }
}

/// The layer of the arguments that a command with those of [`augment`] was given.
pub fn given_by<S: Args>(about: &About, given: &ArgMatches) -> Layer {
    arguments_layer(&command::<S>(about), given)
}

/// As [`load`], with the arguments as a layer.
///
/// # Errors
/// As [`load`], but for help and version.
pub fn load_over<S: Args>(
    about: &About,
    arguments: Layer,
    variables: &dyn Fn(&str) -> Option<String>,
) -> Result<Loaded<S>, Error> {
    let command = command::<S>(about);
    let keys: Vec<&str> = keys(&command).collect();
    let environment = layer::from_environment(keys.iter().copied(), about.aliases, variables);
    let path = |layer: &Layer| Some(PathBuf::from(layer.get("config")?.0.first()?));
    let file = match path(&arguments).or_else(|| path(&environment)) {
        Some(path) => file::layer(&path, &settable(&keys))?,
        None => Layer::new(),
    };
    let merged = merge([file, environment, arguments]);
    let matches = parse(&command, &merged)?;
    Ok(Loaded {
        common: build(&matches)?,
        settings: build(&matches)?,
        dump: Dump::new(&command, &merged),
        about: *about,
    })
}

fn command<S: Args>(about: &About) -> Command {
    // after the structs, whose own comments would else be the program's description
    augment::<S>(about, Command::new(about.name))
        .version(about.version)
        .about(about.summary)
        .long_about(None)
        .after_help(LAYERS)
}

fn keys(command: &Command) -> impl Iterator<Item = &str> {
    command.get_arguments().filter_map(|arg| arg.get_long())
}

/// The keys a file may have.
fn settable<'k>(keys: &[&'k str]) -> Vec<&'k str> {
    let not_ours = |key: &&&str| !matches!(**key, "config" | "dump-config");
    keys.iter().filter(not_ours).copied().collect()
}

fn arguments_layer(command: &Command, given: &ArgMatches) -> Layer {
    let mut layer = Layer::new();
    for arg in command.get_arguments() {
        let (Some(key), id) = (arg.get_long(), arg.get_id().as_str()) else {
            continue;
        };
        if given.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        let text = |raw: &std::ffi::OsStr| raw.to_string_lossy().into_owned();
        let values = given.get_raw(id).into_iter().flatten().map(text).collect();
        layer.insert(key.to_owned(), (values, Origin::Argument));
    }
    layer
}

/// Puts the merged values through the command's own parsers.
fn parse(command: &Command, merged: &Layer) -> Result<ArgMatches, Error> {
    let mut line = vec![command.get_name().to_owned()];
    for arg in command.get_arguments() {
        let Some((key, (values, origin))) =
            arg.get_long().and_then(|key| merged.get_key_value(key))
        else {
            continue;
        };
        if matches!(arg.get_action(), ArgAction::SetTrue) {
            if flag(key, values, origin)? {
                line.push(format!("--{key}"));
            }
        } else {
            line.extend(values.iter().map(|value| format!("--{key}={value}")));
        }
    }
    let matches = command.clone().try_get_matches_from(line);
    matches.map_err(|error| invalid(&error, merged))
}

fn flag(key: &str, values: &[String], origin: &Origin) -> Result<bool, Error> {
    let said = values.iter().map(|value| value.to_ascii_lowercase());
    let said: Vec<String> = said.collect();
    match said.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["true" | "1" | "yes" | "on"] => Ok(true),
        ["false" | "0" | "no" | "off"] => Ok(false),
        _ => Err(Error::Value {
            message: format!("invalid value {values:?} for {key:?}: expected true or false"),
            origin: Some(origin.clone()),
        }),
    }
}

/// clap's word on a value, with the layer the value is from.
fn invalid(error: &clap::Error, merged: &Layer) -> Error {
    let argument = error.get(ContextKind::InvalidArg).map(ToString::to_string);
    let key = argument.as_deref().and_then(|argument| {
        let name = argument.trim_start_matches("--");
        name.split([' ', '=', '[']).next()
    });
    let origin = key
        .and_then(|key| merged.get(key))
        .map(|(_, origin)| origin.clone());
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    Error::Value {
        message: first.trim_start_matches("error: ").trim_end().to_owned(),
        origin,
    }
}

fn build<T: FromArgMatches>(matches: &ArgMatches) -> Result<T, Error> {
    T::from_arg_matches(matches).map_err(Error::Arguments)
}
