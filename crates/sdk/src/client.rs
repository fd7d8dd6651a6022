//! The client.

use std::{fmt, sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use tokio::runtime::Handle;
use vortex_rest::Assignment;

use crate::{
    builder::Builder,
    config::Config,
    error::{Error, Refusal},
    expected::Expected,
    follow::Following,
    info, reporter,
    request::Request,
    shared::{Shared, lock},
    status::{Status, Told},
    transport::Read,
    watch::Watch,
};

/// A client of one application's configuration. A clone is the same client; its tasks end with the
/// last of them.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    _alive: Arc<Alive>,
}

/// Ends the tasks of a client that nobody holds any more.
struct Alive(Arc<Shared>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.stopped.send_replace(true);
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.settings.fmt(f)
    }
}

impl Client {
    /// Begins to set up a client of the gateway at `server_url` for an application: `http://` or
    /// `https://`. With the feature `grpc` also of config-svc, at `grpc://` or `grpcs://`; then
    /// [`heartbeat_url`](Builder::heartbeat_url) says where heartbeat-ingest is.
    pub fn builder(server_url: impl Into<String>, app: impl Into<String>) -> Builder {
        Builder::new(server_url.into(), app.into())
    }

    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            _alive: Arc::new(Alive(shared.clone())),
            shared,
        }
    }
}

/// # Configuration
impl Client {
    /// Reads the configuration, and has it in use.
    ///
    /// At a start, where nothing is in use yet, the one that was in use last is taken from the
    /// [cache folder](Builder::cache_dir) if the server is away, or if what it serves does not fit
    /// `T`; then it is [`stale`](Config::stale). Tries once, within the [timeout](Builder::timeout).
    ///
    /// # Errors
    /// When the server refuses, and when there is nothing to stand in for what is missing.
    pub async fn fetch<T: DeserializeOwned>(&self) -> Result<Config<T>, Error> {
        self.check_running()?;
        match self.served::<T>(None).await {
            Ok(config) => {
                self.shared.apply(config.served.clone());
                Ok(config)
            }
            Err(Error::Unfit { version, cause }) => {
                let kept = self.kept(Error::Unfit {
                    version: version.clone(),
                    cause: cause.clone(),
                });
                let kept = kept.await;
                self.shared.refuse(&version, cause);
                kept
            }
            Err(error) if error.is_away() => self.kept(error).await,
            Err(error) => Err(error),
        }
    }

    /// Reads the configuration for a subject that this instance serves: a user, a session, a
    /// request. A rollout by subject gives each its arm; [`Client::record_for`] counts for it.
    ///
    /// It is not what the instance itself has in use, and the cache folder has no part in it.
    ///
    /// # Errors
    /// When the server is away or refuses, and when what it serves does not fit `T`.
    pub async fn fetch_for<T: DeserializeOwned>(&self, subject: &str) -> Result<Config<T>, Error> {
        self.check_running()?;
        self.served(Some(subject)).await
    }

    /// Follows the configuration: each version it should run from now on, the one it is now first
    /// unless that is in use. Nothing happens before [`Watch::next`] is called.
    pub fn watch<T: DeserializeOwned>(&self) -> Watch<T> {
        let state = self.shared.state();
        let held = state.in_use.served().filter(|_| state.confirmed).cloned();
        drop(state);
        Watch::new(self.clone(), held)
    }

    /// Follows the configuration by a task of the current runtime. Each version is shown to
    /// `check` first; one that it refuses is kept out, and the server is told why.
    ///
    /// # Errors
    /// When there is no Tokio runtime here.
    pub fn on_change<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        check: impl FnMut(&Config<T>) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<Following<T>, Error> {
        Following::begin(self.watch(), check)
    }

    /// The version in use; empty if there is none yet.
    pub fn version(&self) -> String {
        self.shared.state().in_use.version().to_owned()
    }

    /// The splits that concern what is in use, by the newest that is known.
    pub fn assignments(&self) -> Arc<[Assignment]> {
        self.shared.state().in_use.assignments()
    }

    async fn served<T: DeserializeOwned>(&self, subject: Option<&str>) -> Result<Config<T>, Error> {
        let read = Read {
            subject,
            ..Read::default()
        };
        let answer = self.shared.servers.configurations.effective(read).await?;
        Config::read(Arc::new(self.shared.whole(answer)?))
    }

    /// What was in use before the start, if nothing is since.
    async fn kept<T: DeserializeOwned>(&self, because: Error) -> Result<Config<T>, Error> {
        if self.shared.state().in_use.served().is_some() {
            return Err(because);
        }
        let shared = self.shared.clone();
        let kept = tokio::task::spawn_blocking(move || shared.kept()).await;
        let Ok(Some((served, age))) = kept else {
            return Err(because);
        };
        let Ok(config) = Config::<T>::read(Arc::new(served)) else {
            return Err(because);
        };
        self.shared.apply_kept(config.served.clone());
        tracing::warn!(version = config.version(), ?age, %because, "began with what is on disk");
        Ok(config.since(age, because))
    }
}

/// # Heartbeats
impl Client {
    /// Reports by a task of the current runtime: at once, then every 30 s or as the server says,
    /// until [`Client::stop`]. Does nothing if it does so already.
    ///
    /// # Errors
    /// When there is no Tokio runtime here, and when the client was stopped.
    pub fn start_heartbeats(&self) -> Result<(), Error> {
        self.check_running()?;
        let runtime = Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let mut reporter = lock(&self.shared.reporter);
        if reporter.is_none() {
            *reporter = Some(runtime.spawn(reporter::run(self.shared.clone())));
        }
        Ok(())
    }

    /// Reports now, and says what the server answers. It needs no task.
    ///
    /// # Errors
    /// When the report was not taken. What was measured goes with the next one.
    pub async fn report_now(&self) -> Result<Expected, Error> {
        self.check_running()?;
        let told = Told::Running(Status::default());
        Ok(self.shared.report(told).await?.into())
    }

    /// What the server answered last; none before the first answer.
    pub fn expected(&self) -> Option<Expected> {
        self.shared.state().reply.clone().map(Expected::from)
    }

    /// Says which version is in use, for applications that get their configuration by other means
    /// than this client, such as a Spring client or a file.
    pub fn set_version(&self, version: &str) {
        let now = self.shared.now();
        let is_news = self.shared.state().in_use.set_version(version, now);
        self.shared.tell(is_news);
    }

    /// Says how the instance fares; healthy until it is said otherwise.
    pub fn set_status(&self, status: Status) {
        let before = std::mem::replace(&mut self.shared.state().status, status);
        self.shared.tell(before != status);
    }

    /// Counts a request that ended now, for the arms of the configuration that was in use when it
    /// began.
    pub fn record_request(&self, latency: Duration, ok: bool) {
        self.shared.record(latency, ok);
    }

    /// Counts a request for the arms of the configuration that served it, as by
    /// [`Client::fetch_for`].
    pub fn record_for<T>(&self, config: &Config<T>, latency: Duration, ok: bool) {
        self.shared.record_for(config.assignments(), latency, ok);
    }

    /// A request that begins now; it counts when it ends.
    pub fn begin_request(&self) -> Request {
        Request::new(self.clone())
    }

    /// `vortex_config_info` in Prometheus' text format, for an application's `/metrics`: the labels
    /// `app`, `profile`, `version` and `arm` (`canary`, `stable`, or empty without a rollout).
    /// Empty as long as nothing is in use.
    pub fn prometheus_text(&self) -> String {
        info::prometheus(&self.shared.settings, &self.shared.state().in_use)
    }

    /// The name of this instance.
    pub fn instance_id(&self) -> &str {
        &self.shared.settings.instance_id
    }

    /// Ends: watches tell nothing more, and if heartbeats were started, a last one says that the
    /// instance stops, with all that was measured. Takes twice the [timeout](Builder::timeout) at
    /// most.
    ///
    /// # Errors
    /// When the last report was not taken.
    pub async fn stop(&self) -> Result<(), Error> {
        let was_running = !self.shared.stopped.send_replace(true);
        let (reporter, saving) = (
            lock(&self.shared.reporter).take(),
            lock(&self.shared.saving).take(),
        );
        let reports = reporter.is_some() && was_running;
        for task in [reporter, saving].into_iter().flatten() {
            // one that panicked has ended, too
            let _ = task.await;
        }
        match reports {
            true => reporter::last(&self.shared).await,
            false => Ok(()),
        }
    }

    fn check_running(&self) -> Result<(), Error> {
        match self.shared.is_stopped() {
            true => Err(Error::Stopped),
            false => Ok(()),
        }
    }
}
