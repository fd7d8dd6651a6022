//! `vortex up`, from its settings to its exit code.

use std::{error::Error, process::ExitCode};

use vortex_kit::{process::Process, settings::Loaded, telemetry::init_logs};

use crate::{Banner, Runtimes, Settings, StartError, start};

/// Why `vortex up` ends before it began.
pub type RunError = Box<dyn Error + Send + Sync>;

/// Runs the mesh until a signal ends it. `say` is given where everything is, once
/// it serves.
///
/// # Errors
/// When it can't start.
pub fn run(loaded: &Loaded<Settings>, say: impl FnOnce(&Banner)) -> Result<ExitCode, RunError> {
    let Loaded {
        common, settings, ..
    } = loaded;
    common.check(settings).map_err(StartError::from)?;
    let tls = common.tls.files().map_err(StartError::from)?;
    init_logs(common.log_format, &common.log)?;
    loaded.strangers(std::env::vars_os()).warn();
    common.warn_of_clear_text(settings);
    let executor = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    // outlives the services, which write into it to their end
    let data = settings.open_data()?;
    let exit = executor.block_on(async {
        let mut process = Process::new(&common.access)?;
        if let Some(files) = tls {
            process.speak_tls(files)?;
        }
        process.send_traces(&common.traces)?;
        let runtimes = Runtimes::of(&mut process);
        let start = async {
            say(&start(settings, common.admin.as_ref(), &data, runtimes).await?);
            Ok::<_, RunError>(())
        };
        process
            .serve(start, common.drain_delay, common.drain_timeout)
            .await
    })?;
    executor.shutdown_background();
    Ok(exit.into())
}
