//! Sources: repositories that feed labels.

mod credentials;
mod git;
mod import;
mod lfs;
mod poll;
mod status;
mod unconfigured;

pub use credentials::CredentialsError;
pub(crate) use credentials::read as read_credentials;
pub use git::{GitSettings, ReleasePolicy};
pub(crate) use lfs::pointer as lfs_pointer;
pub(crate) use status::{Defect, LabelStatus, Pending, Status};
pub(crate) use unconfigured::DetachError;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use vortex_kit::{health::Health, process::Runtime};

use crate::{
    configuration::Configuration,
    domain::{Feed, Label, Layout, MAX_SEARCH_PATHS, SourceName, State, VersionName},
};
use poll::Poller;

/// The most requests that may wait for a source's next poll.
const ASKED: usize = 16;

/// The sources of this process. A clone is a pointer.
#[derive(Clone, Default)]
pub struct Sources {
    by_name: Arc<BTreeMap<SourceName, Handle>>,
    /// Where sources that are not configured are reported, once the service has started.
    health: Arc<OnceLock<Health>>,
}

/// A handle to a source's task.
struct Handle {
    settings: GitSettings,
    status: Arc<Mutex<Status>>,
    asks: mpsc::Sender<Ask>,
    inbox: Mutex<Option<mpsc::Receiver<Ask>>>,
}

/// A request to a source.
enum Ask {
    /// Poll now.
    Look,
    /// Poll now, and answer how it went.
    Sync(oneshot::Sender<Result<(), String>>),
    /// Let a commit through, poll now, and answer how it went.
    Approve(Approval, oneshot::Sender<Result<(), String>>),
}

/// A commit that an operator lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    pub label: Label,
    pub commit: VersionName,
}

/// Why a source could not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// There is no such source.
    #[error("there is no source {0}")]
    Unknown(String),
    /// The commit does not wait for an approval.
    #[error("commit {commit} of label {label} does not wait for an approval")]
    NothingWaits { label: Label, commit: VersionName },
    /// Too many requests are waiting.
    #[error("source {0} is busy")]
    Busy(SourceName),
    /// The source can't be read. Readers keep getting what they got before.
    #[error("source {name} can't be read: {why}")]
    Failed { name: SourceName, why: String },
}

impl Sources {
    /// The sources that are configured. None is polled yet.
    pub fn new(settings: Vec<GitSettings>) -> Self {
        let by_name = settings.into_iter().map(|settings| {
            let (asks, inbox) = mpsc::channel(ASKED);
            let handle = Handle {
                status: Arc::default(),
                asks,
                inbox: Mutex::new(Some(inbox)),
                settings,
            };
            (handle.settings.name.clone(), handle)
        });
        Self {
            by_name: Arc::new(by_name.collect()),
            health: Arc::default(),
        }
    }

    /// The locations of the sources, for people.
    pub fn locations(&self) -> impl Iterator<Item = (SourceName, String)> {
        self.by_name
            .iter()
            .map(|(name, handle)| (name.clone(), handle.settings.location.to_string()))
    }

    /// Where the configurations of the sources are looked for.
    pub fn layout(&self) -> Layout {
        let sources = self.by_name.iter();
        Layout::new(sources.map(|(name, handle)| {
            let paths = handle.settings.search_paths.iter();
            let paths = paths.map(|path| path.trim().to_owned());
            (name.clone(), paths.take(MAX_SEARCH_PATHS).collect())
        }))
    }

    /// Polls the sources until the process ends.
    pub fn start(&self, configuration: &Arc<Configuration>, runtime: &Runtime) {
        self.health.get_or_init(|| runtime.health.clone());
        self.tell_unconfigured(&configuration.state());
        for handle in self.by_name.values() {
            let Some(inbox) = lock(&handle.inbox).take() else {
                continue;
            };
            let state = configuration.state();
            let name = &handle.settings.name;
            let was_whole = state.sources.contains_key(name);
            seed(&mut lock(&handle.status), &state, name, was_whole);
            drop(state);
            let poller = Poller::new(
                handle.settings.clone(),
                configuration.clone(),
                handle.status.clone(),
                runtime,
            );
            runtime
                .lifecycle
                .spawn_stoppable("source", |stop| poller.run(inbox, stop));
        }
    }

    /// The names of the configured sources.
    pub fn names(&self) -> impl Iterator<Item = &SourceName> + Clone {
        self.by_name.keys()
    }

    /// When the source of a label was last read whole. None before its first import is complete.
    /// For a source that is no longer configured: when the label was last imported.
    pub fn last_success(&self, feed: &Feed) -> Option<Timestamp> {
        match self.by_name.get(&feed.source) {
            Some(handle) => lock(&handle.status).last_success,
            None => Some(feed.imported_at),
        }
    }

    /// When a source that is configured was last read whole, by its name.
    pub fn last_read(&self, source: &str) -> Option<Timestamp> {
        let handle = self.by_name.get(source)?;
        lock(&handle.status).last_success
    }

    /// The sources and how they stand, by name.
    pub fn list(&self) -> Vec<(GitSettings, Status)> {
        let standing = |handle: &Handle| (handle.settings.clone(), lock(&handle.status).clone());
        self.by_name.values().map(standing).collect()
    }

    /// A source and how it stands.
    pub fn get(&self, name: &str) -> Result<(GitSettings, Status), AskError> {
        let handle = self.handle(name)?;
        Ok((handle.settings.clone(), lock(&handle.status).clone()))
    }

    /// Polls a source now, and returns when that is done.
    pub async fn sync(&self, name: &str) -> Result<(), AskError> {
        self.ask(self.handle(name)?, Ask::Sync).await
    }

    /// Lets a waiting commit through, and returns when it is imported.
    pub async fn approve(&self, name: &str, approval: Approval) -> Result<(), AskError> {
        let handle = self.handle(name)?;
        if !lock(&handle.status).waits(&approval) {
            return Err(AskError::NothingWaits {
                label: approval.label,
                commit: approval.commit,
            });
        }
        self.ask(handle, |reply| Ask::Approve(approval, reply))
            .await
    }

    /// Asks one source, or all, to poll soon. Returns the names of those asked.
    pub fn notify(&self, name: &str) -> Result<Vec<SourceName>, AskError> {
        if !name.is_empty() {
            self.handle(name)?;
        }
        let meant = self
            .by_name
            .iter()
            .filter(|(known, _)| name.is_empty() || known.as_str() == name);
        // a full inbox holds a look that is yet to come, which does as well
        Ok(meant
            .map(|(name, handle)| {
                drop(handle.asks.try_send(Ask::Look));
                name.clone()
            })
            .collect())
    }

    async fn ask(
        &self,
        handle: &Handle,
        ask: impl FnOnce(oneshot::Sender<Result<(), String>>) -> Ask,
    ) -> Result<(), AskError> {
        let name = &handle.settings.name;
        let (reply, answer) = oneshot::channel();
        handle
            .asks
            .try_send(ask(reply))
            .map_err(|_| AskError::Busy(name.clone()))?;
        let failed = |why: String| AskError::Failed {
            name: name.clone(),
            why,
        };
        let stopped = || failed("the service is shutting down".into());
        answer.await.map_err(|_| stopped())?.map_err(failed)
    }

    fn handle(&self, name: &str) -> Result<&Handle, AskError> {
        self.by_name
            .get(name)
            .ok_or_else(|| AskError::Unknown(name.to_owned()))
    }
}

/// Fills in the status of a source before its first poll: the labels that it fed before the process
/// started, and when they were imported.
fn seed(status: &mut Status, state: &State, source: &SourceName, was_whole: bool) {
    for (name, label) in &state.labels {
        let Some(feed) = label.feed.as_ref().filter(|feed| feed.source == *source) else {
            continue;
        };
        let standing = LabelStatus {
            commit: Some(feed.imported.clone()),
            pending: None,
        };
        status.labels.insert(name.clone(), standing);
        if was_whole {
            status.last_success = status.last_success.max(Some(feed.imported_at));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
