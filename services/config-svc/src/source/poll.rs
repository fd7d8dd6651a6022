//! Polls a source, and imports what is new.

mod find_labels;
mod import_label;
mod note_import;
mod remove_labels;
mod report;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use metrics::Counter;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use vortex_backoff::Jitter;
use vortex_git::Repository;
use vortex_kit::{clock::Clock, process::Runtime};

use super::{
    Approval, Ask, GitSettings, lock,
    status::{LabelStatus, Obstacle, Status},
};
use crate::{
    configuration::Configuration,
    domain::{Label, Request, State},
};
use import_label::NotImported;
use note_import::Unread;
use report::Reporter;

/// Polls one source.
pub(super) struct Poller {
    settings: GitSettings,
    configuration: Arc<Configuration>,
    clock: Arc<dyn Clock>,
    status: Arc<Mutex<Status>>,
    repository: Option<Arc<Repository>>,
    approved: Vec<Approval>,
    /// Rollouts and freezes whose end has already caused a poll because a commit waited for it.
    let_go: BTreeSet<Obstacle>,
    skipped: BTreeMap<Label, Vec<(String, String)>>,
    /// Branches and tags whose names are not valid labels, and why.
    unreachable: Vec<(String, String)>,
    /// Branches and tags that can't be read and were never imported.
    unread: Vec<Unread>,
    /// The names of the labels that are tags.
    tags: BTreeSet<String>,
    reporter: Reporter,
    imported: Counter,
    refused: Counter,
}

type Failed = String;

impl Poller {
    pub(super) fn new(
        settings: GitSettings,
        configuration: Arc<Configuration>,
        status: Arc<Mutex<Status>>,
        runtime: &Runtime,
    ) -> Self {
        let imports = |result| {
            runtime.metrics.counter(
                "vortex_source_imports_total",
                "Commits of a source that were imported, or refused",
                &[("source", settings.name.as_str()), ("result", result)],
            )
        };
        Self {
            imported: imports("imported"),
            refused: imports("refused"),
            reporter: Reporter::new(&settings.name, runtime),
            clock: runtime.clock.clone(),
            settings,
            configuration,
            status,
            repository: None,
            approved: Vec::new(),
            let_go: BTreeSet::new(),
            skipped: BTreeMap::new(),
            unreachable: Vec::new(),
            unread: Vec::new(),
            tags: BTreeSet::new(),
        }
    }

    pub(super) async fn run(mut self, mut inbox: mpsc::Receiver<Ask>, stop: CancellationToken) {
        let mut waiting: Vec<oneshot::Sender<Result<(), Failed>>> = Vec::new();
        loop {
            let result = self.look(&stop).await;
            for reply in waiting.drain(..) {
                // whoever asked may be gone
                drop(reply.send(result.clone()));
            }
            // so that many processes do not ask a remote at once
            let pause = Jitter::Quarter.of(self.settings.poll, fastrand::f64());
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(pause) => {}
                ended = self.until_let_go() => self.let_go = ended,
                ask = inbox.recv() => match ask {
                    None => break,
                    Some(ask) => self.take(ask, &mut waiting),
                },
            }
            // what was asked meanwhile is answered by the same look
            while let Ok(ask) = inbox.try_recv() {
                self.take(ask, &mut waiting);
            }
        }
    }

    /// Waits until a rollout or a freeze ends that a commit waits for, and returns all that have
    /// ended. Never returns if no commit waits. Each is returned once: if the poll that follows
    /// fails, the next one comes after the usual interval.
    async fn until_let_go(&self) -> BTreeSet<Obstacle> {
        let obstacles: BTreeSet<Obstacle> = lock(&self.status).obstacles().collect();
        let mut heads = self.configuration.heads();
        loop {
            let ended: BTreeSet<Obstacle> = {
                let state = self.configuration.state();
                let ended = obstacles
                    .iter()
                    .filter(|obstacle| !obstacle.is_there(&state));
                ended.cloned().collect()
            };
            if !ended.is_subset(&self.let_go) {
                return ended;
            }
            if obstacles.is_empty() || heads.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    fn take(&mut self, ask: Ask, waiting: &mut Vec<oneshot::Sender<Result<(), Failed>>>) {
        match ask {
            Ask::Look => {}
            Ask::Sync(reply) => waiting.push(reply),
            Ask::Approve(approval, reply) => {
                self.approved.push(approval);
                waiting.push(reply);
            }
        }
    }

    async fn look(&mut self, stop: &CancellationToken) -> Result<(), Failed> {
        let attempt = self.clock.now();
        let result = self.read(stop).await;
        let now = self.clock.now();
        {
            let mut status = lock(&self.status);
            status.last_attempt = Some(attempt);
            status.error = result.as_ref().err().cloned();
            if result.is_ok() {
                status.last_success = Some(now);
            }
            self.list_defects(&mut status);
            self.reporter.report(&status, &self.waiting(&status));
        }
        self.forget_approvals();
        result
    }

    /// An approval counts for one poll, and for later ones while its commit has to wait.
    fn forget_approvals(&mut self) {
        let status = lock(&self.status);
        self.approved.retain(|approval| {
            let label = status.labels.get(&approval.label);
            let pending = label.and_then(|label| label.pending.as_ref());
            pending.is_some_and(|p| p.waits_for().is_some() && p.is_of(&approval.commit))
        });
    }

    /// Reads the whole source. Afterwards each of its labels is either imported or listed with the
    /// reason why not.
    async fn read(&mut self, stop: &CancellationToken) -> Result<(), Failed> {
        let repository = self.refreshed(stop).await?;
        let found = self.find_labels(&repository).await?;
        let fed = self.fed_labels();
        let mut unwritten = None;
        for (name, commit) in &found.readable {
            let Err(why) = self.import_label(&repository, name, *commit).await else {
                continue;
            };
            self.note_failed(name, Some(*commit), why.to_string());
            if let NotImported::Unwritten(why) = why {
                unwritten = Some(format!("label {name} can't be written: {why}"));
            }
        }
        self.note_unread(&found);
        self.remove_labels(&repository, &fed, &found).await?;
        self.forget_labels(&found);
        match unwritten {
            None => self.note_whole(&found).await,
            Some(why) => Err(why),
        }
    }

    /// The repository as it is now.
    async fn refreshed(&mut self, stop: &CancellationToken) -> Result<Arc<Repository>, Failed> {
        let known = self.repository.clone();
        let settings = self.settings.clone();
        let stopping = Arc::new(AtomicBool::new(false));
        let told = stopping.clone();
        let refresh = blocking(move || {
            let repository = match known {
                Some(repository) => repository,
                None => Arc::new(Repository::open(&settings.location, &settings.mirror)?),
            };
            repository.refresh(settings.timeout, &told)?;
            Ok::<_, vortex_git::Error>(repository)
        });
        tokio::pin!(refresh);
        let refreshed = tokio::select! {
            refreshed = &mut refresh => refreshed,
            () = stop.cancelled() => {
                stopping.store(true, Ordering::Relaxed);
                refresh.await
            }
        };
        if refreshed.is_err() {
            self.repository = None;
        }
        let repository = refreshed?;
        self.repository = Some(repository.clone());
        Ok(repository)
    }

    /// The requester of a source's writes: a source acts in its own name.
    fn request(&self) -> Request {
        Request {
            principal: format!("source:{}", self.settings.name),
            key: None,
        }
    }

    fn set_label(&self, label: &Label, status: LabelStatus) {
        lock(&self.status).labels.insert(label.clone(), status);
    }
}

impl Obstacle {
    fn is_there(&self, state: &State) -> bool {
        match self {
            Self::Rollout(id) => state.splits.contains_key(id),
            Self::Freeze(id) => state.freezes.contains_key(id),
        }
    }
}

async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, Failed>
where
    T: Send + 'static,
    E: std::fmt::Display + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("reading it was cut off".into()),
    }
}
