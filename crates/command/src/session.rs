//! The parts every command uses: a client of the gateway, and the console.

use std::time::Duration;

use tokio::runtime;

use crate::{
    cli::Globals,
    client::{Call, Client},
    console::Console,
    contexts::Store,
    error::Error,
    settings::{Environment, Settings},
};

/// One invocation that speaks with a server.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) console: Console,
    pub(crate) label: Option<String>,
    /// How long to wait in all, where a time was given.
    pub(crate) timeout: Option<Duration>,
    /// What to do when the server asks for a key.
    key_hint: Option<String>,
}

impl Session {
    /// Runs `work` to its end, and flushes what it printed.
    pub(crate) fn run<W>(globals: Globals, environment: Environment, work: W) -> Result<(), Error>
    where
        W: AsyncFnOnce(&mut Session) -> Result<(), Error>,
    {
        let mut session = Self::new(globals, &environment)?;
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Setup(error.to_string()))?;
        let done = runtime.block_on(work(&mut session));
        done.map_err(|error| error.with_advice(session.key_hint.take()))?;
        session.console.flush()
    }

    fn new(globals: Globals, environment: &Environment) -> Result<Self, Error> {
        let contexts = Store::new(environment.config_home.as_deref()).load()?;
        let settings = Settings::resolve(&globals, environment, &contexts)?;
        let console = Console::new(settings.output, environment, globals.quiet);
        let notes = console.notes();
        Ok(Self {
            client: Client::new(
                settings.server,
                settings.key.key().cloned(),
                settings.timeout,
                globals.request_id,
                notes,
            )?,
            console,
            label: settings.label,
            timeout: globals.timeout,
            key_hint: settings.key.hint(),
        })
    }

    /// The label, for URLs and messages to people: `main` unless another was given.
    pub(crate) fn label_or_main(&self) -> &str {
        self.label.as_deref().unwrap_or("main")
    }

    /// A call with the label as its parameter, where one was given.
    pub(crate) fn labelled(&self, call: Call) -> Call {
        call.query("label", self.label.as_deref())
    }
}
