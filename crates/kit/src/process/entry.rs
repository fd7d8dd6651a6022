//! The function that a service's `main` calls.

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

use super::{Process, Runtime, exit::USAGE};
use crate::{
    admin,
    error::Chain,
    http::{Address, BindError, Listener},
    settings::{self, About, Listens, Loaded},
    telemetry::init_logs,
};

type BoxError = Box<dyn Error + Send + Sync>;

/// Runs a service as a process: settings, logs, admin port, `start`, and the end in order.
///
/// `start` listens on the addresses of its settings itself; when it returns the service is ready.
/// Exit codes: 0 ended in order, 1 could not start, 2 wrong settings, 3 did not drain in time, 130
/// ended by a second signal.
pub fn main<S, F, R, E>(about: &About, start: F) -> ExitCode
where
    S: clap::Args + Listens,
    F: FnOnce(S, Runtime) -> R,
    R: Future<Output = Result<(), E>>,
    E: Into<BoxError>,
{
    let variables = |name: &str| std::env::var(name).ok();
    let loaded = match settings::load::<S>(about, std::env::args_os(), &variables) {
        Ok(loaded) => loaded,
        Err(settings::Error::Arguments(error)) => error.exit(),
        Err(error) => return usage(about, &error),
    };
    if let Some(format) = loaded.common.dump_config {
        return print(&loaded.dump.render(format));
    }
    if let Err(error) = loaded.common.check(&loaded.settings) {
        return usage(about, &error);
    }
    let unpaired = loaded.common.tls.files().err();
    let calls = || loaded.settings.calls()?.files().err();
    if let Some(error) = unpaired.or_else(calls) {
        return usage(about, &error);
    }
    match run(about, loaded, start) {
        Ok(code) => code,
        Err(error) => {
            complain(about, &*error);
            ExitCode::FAILURE
        }
    }
}

fn run<S, F, R, E>(about: &About, loaded: Loaded<S>, start: F) -> Result<ExitCode, BoxError>
where
    S: Listens,
    F: FnOnce(S, Runtime) -> R,
    R: Future<Output = Result<(), E>>,
    E: Into<BoxError>,
{
    init_logs(loaded.common.log_format, &loaded.common.log)?;
    loaded.strangers(std::env::vars_os()).warn();
    loaded.common.warn_of_clear_text(&loaded.settings);
    let Loaded {
        common, settings, ..
    } = loaded;
    let executor = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let exit = executor.block_on(async {
        let mut process = Process::new(&common.access)?;
        if let Some(files) = common.tls.files()? {
            process.speak_tls(files)?;
        }
        process.send_traces(&common.traces)?;
        let runtime = process.runtime(about.name, about.version);
        if let Some(address) = common.admin {
            open_admin(&address, &runtime)?;
        }
        let (delay, timeout) = (common.drain_delay, common.drain_timeout);
        let start = async { start(settings, runtime).await.map_err(Into::into) };
        process.serve::<BoxError>(start, delay, timeout).await
    })?;
    executor.shutdown_background();
    Ok(exit.into())
}

fn open_admin(address: &Address, runtime: &Runtime) -> Result<(), BindError> {
    let listener =
        Listener::bind(address).map_err(|error| error.wanted("health and metrics", "--admin"))?;
    tracing::info!(address = %listener.address(), "serving health and metrics");
    admin::serve(listener, runtime);
    Ok(())
}

fn usage(about: &About, error: &(dyn Error + 'static)) -> ExitCode {
    complain(about, error);
    ExitCode::from(USAGE)
}

fn complain(about: &About, error: &(dyn Error + 'static)) {
    // there is nowhere to report that standard error is closed
    let _ = writeln!(io::stderr(), "{}: {}", about.name, Chain(error));
}

fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_closed) => ExitCode::FAILURE,
    }
}
