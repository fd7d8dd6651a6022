//! Merges command line, environment, context and defaults into the settings of an invocation.

mod key;

use std::{env, ffi::OsString, path::PathBuf, time::Duration};

use reqwest::Url;

use crate::{
    cli::Globals,
    console::Format,
    contexts::{Context, Contexts},
    error::Error,
};

pub(crate) use key::{KeySource, Shown, read as read_key};

/// How long one command may take, unless another time is given.
const TIMEOUT: Duration = Duration::from_secs(30);

const SERVER: &str = "http://127.0.0.1:8080";

/// The settings of the environment.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    pub(crate) server: Option<String>,
    /// The API key.
    pub(crate) key: Option<String>,
    pub(crate) context: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) output: Option<String>,
    /// The folder of the user's settings.
    pub(crate) config_home: Option<PathBuf>,
    /// Whether colours were declined.
    pub(crate) no_colour: bool,
}

impl Environment {
    /// Reads the environment of the process. Empty variables count as absent.
    pub(crate) fn read() -> Self {
        let text = |name| set(name)?.into_string().ok();
        let xdg = set("XDG_CONFIG_HOME").map(PathBuf::from);
        let home = || set("HOME").map(|home| PathBuf::from(home).join(".config"));
        Self {
            server: text("VORTEX_SERVER"),
            key: text("VORTEX_KEY"),
            context: text("VORTEX_CONTEXT"),
            label: text("VORTEX_LABEL"),
            output: text("VORTEX_OUTPUT"),
            // the XDG specification has relative paths ignored
            config_home: xdg.filter(|path| path.is_absolute()).or_else(home),
            no_colour: set("NO_COLOR").is_some() || set("TERM").is_some_and(|term| term == "dumb"),
        }
    }
}

fn set(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// Where the gateway is, and how to speak with it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) server: Url,
    /// What is shown to the gateway.
    pub(crate) key: Shown,
    pub(crate) label: Option<String>,
    pub(crate) output: Format,
    pub(crate) timeout: Duration,
}

impl Settings {
    /// The command line beats the environment, which beats the context in use, which beats the
    /// defaults. A context named on the command line is the command line's word.
    ///
    /// Fails when the context named does not exist, and when a value is malformed.
    pub(crate) fn resolve(
        globals: &Globals,
        environment: &Environment,
        contexts: &Contexts,
    ) -> Result<Self, Error> {
        let named = named(globals, contexts)?;
        let ambient = match named {
            Some(_) => None,
            None => ambient(environment, contexts)?,
        };
        let pick = |flag: Option<&String>, variable: Option<&String>, field: Field| {
            let named = named.and_then(field);
            let ambient = ambient.and_then(field);
            flag.or(named).or(variable).or(ambient).cloned()
        };
        let server = pick(
            globals.server.as_ref(),
            environment.server.as_ref(),
            |context| context.server.as_ref(),
        );
        let label = pick(
            globals.label.as_ref(),
            environment.label.as_ref(),
            |context| context.label.as_ref(),
        );
        let named_output = pick(None, environment.output.as_ref(), |context| {
            context.output.as_ref()
        });
        let server = parse_server(server.as_deref().unwrap_or(SERVER))?;
        let key = Shown::choose(KeySource {
            file: globals.api_key_file.as_deref(),
            named,
            variable: environment.key.as_deref(),
            ambient,
            server: &server,
        })?;
        Ok(Self {
            server,
            key,
            label,
            output: format(globals, named_output.as_deref())?,
            timeout: globals.timeout.unwrap_or(TIMEOUT),
        })
    }
}

type Field = fn(&Context) -> Option<&String>;

fn named<'a>(globals: &Globals, contexts: &'a Contexts) -> Result<Option<&'a Context>, Error> {
    let name = globals.context.as_deref();
    Ok(name.map(|name| contexts.get(name)).transpose()?)
}

fn ambient<'a>(
    environment: &Environment,
    contexts: &'a Contexts,
) -> Result<Option<&'a Context>, Error> {
    let name = environment.context.as_deref().or(contexts.current());
    Ok(name.map(|name| contexts.get(name)).transpose()?)
}

/// An address of a gateway: `http` or `https`, a host, perhaps a path before the API's.
pub(crate) fn parse_server(text: &str) -> Result<Url, Error> {
    let refused =
        |why: &str| Error::Usage(format!("{text:?} is not a valid server address: {why}"));
    let url = Url::parse(text).map_err(|error| refused(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("it must begin with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused(
            "it must not hold credentials, which would end up in logs",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("it must not have a query or a fragment"));
    }
    Ok(url)
}

/// How results are printed by commands that need no context.
pub(crate) fn output(globals: &Globals, environment: &Environment) -> Result<Format, Error> {
    format(globals, environment.output.as_deref())
}

fn format(globals: &Globals, otherwise: Option<&str>) -> Result<Format, Error> {
    match (globals.output, otherwise) {
        (Some(format), _) => Ok(format),
        (None, Some(name)) => parse_output(name),
        (None, None) => Ok(Format::default()),
    }
}

fn parse_output(text: &str) -> Result<Format, Error> {
    clap::ValueEnum::from_str(text, true).map_err(|_| {
        let message = format!("{text:?} is not an output format: expected table, json or yaml");
        Error::Usage(message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contexts() -> Contexts {
        let mut contexts = Contexts::default();
        for name in ["prod", "dev"] {
            let context = Context {
                server: Some(format!("http://{name}.example")),
                label: Some(format!("{name}-label")),
                output: Some("yaml".to_owned()),
                api_key: None,
            };
            contexts.set(name.to_owned(), context).unwrap();
        }
        contexts.select("dev").unwrap();
        contexts
    }

    fn globals() -> Globals {
        Globals::default()
    }

    fn resolve(globals: &Globals, environment: &Environment) -> (String, Option<String>) {
        let settings = Settings::resolve(globals, environment, &contexts()).unwrap();
        (settings.server.to_string(), settings.label)
    }

    #[test]
    fn a_flag_beats_the_environment_beats_the_context() {
        let environment = Environment {
            server: Some("http://env.example".to_owned()),
            ..Environment::default()
        };
        let flag = Globals {
            server: Some("http://flag.example".to_owned()),
            ..globals()
        };
        let label = Some("dev-label".to_owned());
        let dev = resolve(&globals(), &Environment::default());
        assert_eq!(dev, ("http://dev.example/".to_owned(), label.clone()));
        let env = resolve(&globals(), &environment);
        assert_eq!(env, ("http://env.example/".to_owned(), label.clone()));
        let flag = resolve(&flag, &environment);
        assert_eq!(flag, ("http://flag.example/".to_owned(), label));
    }

    #[test]
    fn a_context_named_on_the_command_line_beats_the_environment() {
        let environment = Environment {
            server: Some("http://env.example".to_owned()),
            context: Some("dev".to_owned()),
            ..Environment::default()
        };
        let named = Globals {
            context: Some("prod".to_owned()),
            ..globals()
        };
        let (server, label) = resolve(&named, &environment);
        assert_eq!(server, "http://prod.example/");
        assert_eq!(label.as_deref(), Some("prod-label"));
    }

    #[test]
    fn a_context_named_by_the_environment_beats_the_current_one() {
        let environment = Environment {
            context: Some("prod".to_owned()),
            ..Environment::default()
        };
        assert_eq!(resolve(&globals(), &environment).0, "http://prod.example/");
    }

    #[test]
    fn without_anything_the_defaults_hold() {
        let none = Contexts::default();
        let settings = Settings::resolve(&globals(), &Environment::default(), &none).unwrap();
        assert_eq!(settings.server.as_str(), "http://127.0.0.1:8080/");
        assert_eq!(settings.output, Format::Table);
    }

    #[test]
    fn an_address_is_http_without_credentials_or_query() {
        for text in ["https://a.example", "http://[::1]:8080/prefix"] {
            assert!(parse_server(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "a.example",
            "ftp://a",
            "http://u:p@a",
            "http://a/?b",
            "http://a/#b",
        ] {
            assert!(parse_server(text).is_err(), "{text}");
        }
    }
}
