//! What a client, its tasks and its watches share.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    runtime::Handle,
    sync::{Notify, watch},
    task::JoinHandle,
    time::Instant,
};
use vortex_rest::{Assignment, Effective, HeartbeatReply};

use crate::{
    builder::Settings,
    error::Error,
    figures::Figures,
    in_use::InUse,
    info,
    last_known::LastKnown,
    outbox::Outbox,
    pace::{self, Pace},
    served::Served,
    status::Status,
    transport::Servers,
};

/// What a client, its tasks and its watches share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) servers: Servers,
    /// Which life of the instance this is: microseconds since 1970 at its start.
    pub(crate) boot_id: u64,
    began: Instant,
    state: Mutex<State>,
    /// Held while a report is on its way, as there is one at a time.
    pub(crate) outbox: tokio::sync::Mutex<Outbox>,
    /// How often the server has asked for a fetch.
    pub(crate) fetches: watch::Sender<u64>,
    /// Told when the next report is due at another time.
    pub(crate) repaced: Notify,
    /// Whether it ends.
    pub(crate) stopped: watch::Sender<bool>,
    pub(crate) reporter: Mutex<Option<JoinHandle<()>>>,
    last_known: Option<LastKnown>,
    /// What is on disk.
    saved: Mutex<Option<Arc<Served>>>,
    pub(crate) saving: Mutex<Option<JoinHandle<()>>>,
}

/// What changes. Nobody waits while it is locked.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) in_use: InUse,
    /// Whether what is in use is from the server, and not from disk.
    pub(crate) confirmed: bool,
    pub(crate) status: Status,
    pub(crate) pending: Figures,
    pub(crate) pace: Pace,
    pub(crate) reply: Option<HeartbeatReply>,
}

impl Shared {
    pub(crate) fn new(settings: Settings) -> Result<Arc<Self>, Error> {
        let pace = Pace::new(settings.interval, Duration::ZERO, fastrand::f64());
        Ok(Arc::new(Self {
            servers: Servers::new(&settings)?,
            boot_id: u64::try_from(Timestamp::now().as_microsecond()).unwrap_or_default(),
            began: Instant::now(),
            state: Mutex::new(State {
                in_use: InUse::default(),
                confirmed: false,
                status: Status::default(),
                pending: Figures::default(),
                pace,
                reply: None,
            }),
            outbox: tokio::sync::Mutex::default(),
            fetches: watch::Sender::new(0),
            repaced: Notify::new(),
            stopped: watch::Sender::new(false),
            reporter: Mutex::default(),
            last_known: LastKnown::new(&settings),
            saved: Mutex::default(),
            saving: Mutex::default(),
            settings,
        }))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// What an answer serves.
    pub(crate) fn whole(&self, answer: Effective) -> Result<Served, Error> {
        let astray = |_| {
            let what = "the digest is of another configuration";
            self.servers.configurations.address().garbage(what)
        };
        Served::whole(answer).map_err(astray)
    }

    /// The time since the start.
    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// The moment at this time since the start.
    pub(crate) fn moment(&self, since_start: Duration) -> Instant {
        self.began + since_start
    }

    pub(crate) fn is_stopped(&self) -> bool {
        *self.stopped.borrow()
    }

    /// Waits until it is stopped.
    pub(crate) async fn stopped(&self) {
        // the sender is part of this
        let _ = self.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// The application runs what the server served.
    pub(crate) fn apply(self: &Arc<Self>, served: Arc<Served>) {
        let now = self.now();
        let mut state = self.state();
        let before = info::Labels::of(&state.in_use);
        state.confirmed = true;
        let is_news = state.in_use.apply(served, now);
        before.replaced_by(&info::Labels::of(&state.in_use), &self.settings);
        drop(state);
        self.tell(is_news);
        self.keep();
    }

    /// The application runs what was on disk.
    pub(crate) fn apply_kept(&self, served: Arc<Served>) {
        let now = self.now();
        let mut state = self.state();
        let before = info::Labels::of(&state.in_use);
        state.confirmed = false;
        state.in_use.apply(served, now);
        before.replaced_by(&info::Labels::of(&state.in_use), &self.settings);
    }

    /// The application does not run a version.
    pub(crate) fn refuse(&self, version: &str, error: String) {
        tracing::warn!(version, error, "refused a configuration");
        self.state().in_use.refuse(version, error);
        self.tell(true);
    }

    /// Has a report made soon, if there is something to tell.
    pub(crate) fn tell(&self, is_news: bool) {
        if is_news {
            self.pace(pace::Event::Changed);
        }
    }

    /// Lets something that happened change when the next report is due.
    pub(crate) fn pace(&self, event: pace::Event) {
        let now = self.now();
        self.state().pace.step(event, now, fastrand::f64());
        self.repaced.notify_one();
    }

    /// Counts a request that ended now.
    pub(crate) fn record(&self, latency: Duration, ok: bool) {
        let began = self.now().saturating_sub(latency);
        let mut state = self.state();
        let arms = state.in_use.assignments_at(began);
        state.pending.record(&arms, latency, ok);
    }

    /// Counts a request that these arms served.
    pub(crate) fn record_for(&self, arms: &[Assignment], latency: Duration, ok: bool) {
        self.state().pending.record(arms, latency, ok);
    }

    /// Keeps what is in use on disk, off the runtime's own threads if there are any.
    fn keep(self: &Arc<Self>) {
        if self.last_known.is_none() {
            return;
        }
        let shared = self.clone();
        match Handle::try_current() {
            Ok(runtime) => {
                let task = runtime.spawn_blocking(move || shared.save());
                *lock(&self.saving) = Some(task);
            }
            Err(_) => shared.save(),
        }
    }

    /// Keeps what is in use on disk by now; one at a time, so that the newest is what stays.
    fn save(&self) {
        let mut saved = lock(&self.saved);
        let (Some(served), Some(file)) = (self.state().in_use.served().cloned(), &self.last_known)
        else {
            return;
        };
        if saved.as_ref().is_some_and(|saved| saved.is_as(&served)) {
            return;
        }
        match file.save(&served, Timestamp::now()) {
            Ok(()) => *saved = Some(served),
            Err(error) => tracing::warn!(%error, "could not keep the configuration on disk"),
        }
    }

    /// What is on disk, and its age.
    pub(crate) fn kept(&self) -> Option<(Served, Duration)> {
        match self.last_known.as_ref()?.load(Timestamp::now()) {
            Ok(kept) => Some(kept),
            Err(error) => {
                tracing::warn!(%error, "there is no configuration on disk to begin with");
                None
            }
        }
    }
}

/// What a panic left half done is whole: each change of it is one assignment.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
