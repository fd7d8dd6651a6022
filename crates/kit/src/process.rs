//! A process from its first line to its exit code, with one service in it or many.

mod entry;
mod exit;
mod signal;

use std::{io, sync::Arc, time::Duration};

pub use entry::main;
pub use exit::Exit;

use crate::{
    access::Gate,
    clock::{self, Clock},
    compute::Compute,
    health::Health,
    settings::{AccessSettings, TraceSettings},
    shutdown::{Lifecycle, Stopped},
    telemetry::{CannotExport, Metrics, Spans, Traces},
    tls,
};
use signal::Signals;
use vortex_tls::{Server, ServerFiles};

/// The means that a process gives to each of its services. A clone is a few pointers.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The service's metrics.
    pub metrics: Metrics,
    /// Where the service tells of its calls.
    pub spans: Spans,
    /// The service's health.
    pub health: Health,
    /// The process's tasks and its end.
    pub lifecycle: Lifecycle,
    /// Who is let in. All services of a process have the same.
    pub gate: Gate,
    /// The process's places for what takes too long for the threads that answer requests.
    pub compute: Compute,
    /// The certificate by which all ports speak TLS, if there is one.
    pub tls: Option<Arc<Server>>,
}

impl Runtime {
    /// A runtime of its own that lets everybody in, as tests want it.
    pub fn new(service: &'static str, version: &'static str, clock: Arc<dyn Clock>) -> Self {
        Self::guarded(service, version, clock, AccessSettings::default())
    }

    /// As [`Runtime::new`], of one that lets in whom `access` says.
    pub fn guarded(
        service: &'static str,
        version: &'static str,
        clock: Arc<dyn Clock>,
        access: AccessSettings,
    ) -> Self {
        let metrics = Metrics::new(service, version);
        let gate = Gate::new(access, clock.clone());
        let runtime = Self {
            clock,
            compute: Compute::new().measured_by(&metrics),
            gate: gate.measured_by(&metrics),
            metrics,
            spans: Spans::default(),
            health: Health::new(service, version),
            lifecycle: Lifecycle::new(),
            tls: None,
        };
        runtime.metrics.keep_up(&runtime.lifecycle);
        runtime
    }
}

/// The services of a process, which end together.
#[derive(Debug)]
pub struct Process {
    clock: Arc<dyn Clock>,
    lifecycle: Lifecycle,
    compute: Compute,
    gate: Gate,
    healths: Vec<Health>,
    signals: Signals,
    tls: Option<Arc<Server>>,
    traces: Option<Traces>,
}

impl Process {
    /// A process without services, which lets in whom `access` says, and from now on takes SIGTERM
    /// and SIGINT itself.
    ///
    /// # Errors
    /// When the system refuses signal handlers. Must be called within a tokio runtime.
    pub fn new(access: &AccessSettings) -> io::Result<Self> {
        let clock = clock::System::shared();
        Ok(Self {
            gate: Gate::new(access.clone(), clock.clone()),
            clock,
            lifecycle: Lifecycle::new(),
            compute: Compute::new(),
            healths: Vec::new(),
            signals: Signals::listen()?,
            tls: None,
            traces: None,
        })
    }

    /// Lets all ports of the runtimes that are made from now on speak TLS, by what these files hold
    /// now and later.
    ///
    /// # Errors
    /// When the files can't be used.
    pub fn speak_tls(&mut self, files: ServerFiles) -> Result<(), vortex_tls::Error> {
        let server = Arc::new(Server::load(files, self.clock.now())?);
        self.tls = Some(server);
        Ok(())
    }

    /// Has the services of the runtimes that are made from now on tell of their calls, if the
    /// settings name a collector of traces.
    ///
    /// # Errors
    /// When it can't be called.
    pub fn send_traces(&mut self, settings: &TraceSettings) -> Result<(), CannotExport> {
        self.traces = Traces::new(settings, self.clock.now())?;
        Ok(())
    }

    /// The runtime of a further service: metrics and health of its own, and the tasks, the clock and
    /// the places for computations that all share.
    pub fn runtime(&mut self, service: &'static str, version: &'static str) -> Runtime {
        let metrics = Metrics::new(service, version);
        let spans = match &mut self.traces {
            Some(traces) => traces.spans(service, version, &self.clock, &metrics, &self.lifecycle),
            None => Spans::default(),
        };
        let runtime = Runtime {
            clock: self.clock.clone(),
            compute: self.compute.measured_by(&metrics),
            gate: self.gate.measured_by(&metrics),
            metrics,
            spans,
            health: Health::new(service, version),
            lifecycle: self.lifecycle.clone(),
            tls: self.tls.clone(),
        };
        if let Some(server) = &self.tls {
            tls::measure(server, "server", &runtime.metrics);
            if self.healths.is_empty() {
                // once for the process: by its first service, whose health all ports repeat
                let (clock, health) = (&self.clock, &runtime.health);
                tls::follow(server, "server", clock, health, &self.lifecycle);
            }
        }
        runtime.metrics.keep_up(&self.lifecycle);
        self.healths.push(runtime.health.clone());
        runtime
    }

    /// The tasks of all services.
    pub fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    /// Starts the services, says they are ready, serves until a signal comes, and ends in order. A
    /// signal during the start ends it; a second signal ends the process at once.
    pub async fn serve<E>(
        mut self,
        start: impl Future<Output = Result<(), E>>,
        delay: Duration,
        timeout: Duration,
    ) -> Result<Exit, E> {
        let started = tokio::select! {
            started = start => Some(started),
            _ = self.signals.next() => None,
        };
        if let Some(Err(error)) = started {
            self.shut_down(Duration::ZERO, timeout).await;
            return Err(error);
        }
        if started.is_some() {
            self.healths.iter().for_each(Health::set_ready);
            tracing::info!("ready");
            let signal = self.signals.next().await;
            tracing::info!(signal, "shutting down");
        }
        let second = async { self.signals.next().await };
        let end = shut_down(&self.healths, &self.lifecycle, delay, timeout);
        Ok(tokio::select! {
            stopped = end => Exit::from(stopped),
            _ = second => Exit::Aborted,
        })
    }

    async fn shut_down(&self, delay: Duration, timeout: Duration) -> Stopped {
        shut_down(&self.healths, &self.lifecycle, delay, timeout).await
    }
}

/// Says "not ready" and sends callers elsewhere, waits `delay` for them to go, then drains for at
/// most `timeout`.
pub async fn shut_down(
    healths: &[Health],
    lifecycle: &Lifecycle,
    delay: Duration,
    timeout: Duration,
) -> Stopped {
    healths.iter().for_each(Health::set_draining);
    lifecycle.announce_drain();
    tokio::time::sleep(delay).await;
    lifecycle.stop(timeout).await
}
