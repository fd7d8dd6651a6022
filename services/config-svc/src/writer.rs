//! The one task that changes the configuration. It decides the waiting commands against the newest
//! state, writes their records with one sync, and only then shows the new state to readers.
//!
//! Invariants:
//! - **W1** a state that readers see is durable.
//! - **W2** an answer is given after its record is durable and readers see it.
//! - **W3** when the store fails, nothing more is written: what a failed sync
//!   carried is answered as unknown, all else as unavailable. What the store turns
//!   away, the disk being full, did not happen, and the next write is tried.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use vortex_kit::clock::Clock;

use crate::{
    domain::{
        Command, Decided, Moves, Origin, Outcome, Own, Record, Refused, Request, Sha256, State,
        decide, fold,
    },
    published::Published,
    store::{Appended, ConfigStore, Error, Sweep, Swept},
};

/// The most commands that may wait; more are refused.
const QUEUE: usize = 1024;
/// The most commands that are decided before their records are written.
const BATCH: usize = 256;
/// Who lets go of what is old, in the log.
const RETENTION: &str = "retention";
/// Records that are kept for watches that resume, even if the checkpoint covers them.
const KEPT_RECORDS: u64 = 100_000;

/// Hands commands to the task that writes.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Job>,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The domain refused it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Too many commands are waiting.
    #[error("too many writes are waiting")]
    Overloaded,
    /// The disk is full: nothing happened. Writes are taken again once there is room.
    #[error("{0}")]
    StoreFull(vortex_store::Error),
    /// The store takes no writes at present: nothing happened.
    #[error("{0}")]
    StoreAway(vortex_store::Error),
    /// The store failed while the command was written: it may have happened.
    #[error("the store failed while writing")]
    OutcomeUnknown,
    /// The store failed before: nothing happened.
    #[error("the store has failed; this process must be restarted")]
    StoreFailed,
    /// The process is ending: nothing happened.
    #[error("the service is shutting down")]
    Stopped,
}

impl WriteError {
    /// The fault for a write that the store did not take.
    pub(crate) fn of_store(error: &Error) -> Self {
        match error {
            Error::Engine(vortex_store::Error::Overloaded) => Self::Overloaded,
            Error::Engine(full @ vortex_store::Error::Full(_)) => Self::StoreFull(full.clone()),
            Error::Engine(away) if away.is_passing() => Self::StoreAway(away.clone()),
            _ if error.is_outcome_unknown() => Self::OutcomeUnknown,
            _ => Self::StoreFailed,
        }
    }
}

enum Job {
    Write(Box<Submission>),
    Retain(oneshot::Sender<State>),
    Sweep(SweepReply),
}

/// A command, and the contents it names.
struct Submission {
    request: Request,
    command: Command,
    contents: Vec<(Sha256, Bytes)>,
    reply: Reply,
}

type Reply = oneshot::Sender<Result<Outcome, WriteError>>;
type SweepReply = oneshot::Sender<Result<Swept, Error>>;

impl Writer {
    /// A writer over `store`, which is `own`'s, and the task that does its work until every
    /// writer is gone.
    pub fn new(
        store: ConfigStore,
        own: Own,
        published: Arc<Published>,
        clock: Arc<dyn Clock>,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let task = Task {
            tentative: State::clone(&published.state()),
            store,
            own,
            published,
            clock,
            waiting: Vec::new(),
            appended: Appended::default(),
            sweep: None,
            failed: false,
        };
        (Self { queue }, task.run(jobs))
    }

    /// Runs a command. When this returns, its effect is durable and visible to readers.
    ///
    /// Dropping the future does not cancel the command: it is still carried out.
    pub async fn write(
        &self,
        request: Request,
        command: Command,
        contents: Vec<(Sha256, Bytes)>,
    ) -> Result<Outcome, WriteError> {
        let (reply, answer) = oneshot::channel();
        let submission = Submission {
            request,
            command,
            contents,
            reply,
        };
        self.queue
            .try_send(Job::Write(Box::new(submission)))
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => WriteError::Overloaded,
                mpsc::error::TrySendError::Closed(_) => WriteError::Stopped,
            })?;
        answer.await.unwrap_or(Err(WriteError::OutcomeUnknown))
    }

    /// Lets go of what is old, and returns the state that must be in a checkpoint before
    /// [`Writer::sweep`] may run. None where that could not be written.
    pub async fn retain(&self) -> Option<State> {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Job::Retain(reply)).await.ok()?;
        answer.await.ok()
    }

    /// Deletes what neither the checkpoint nor the state needs, between writes. If it fails, the
    /// next sweep deletes the rest. None once the store failed.
    pub async fn sweep(&self) -> Option<Result<Swept, Error>> {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Job::Sweep(reply)).await.ok()?;
        answer.await.ok()
    }
}

struct Task {
    store: ConfigStore,
    /// The cluster that its records are of.
    own: Own,
    published: Arc<Published>,
    clock: Arc<dyn Clock>,
    /// The state including commands that are decided but not yet durable.
    tentative: State,
    waiting: Vec<(Reply, Result<Outcome, Refused>)>,
    appended: Appended,
    sweep: Option<(Sweep, SweepReply)>,
    failed: bool,
}

impl Task {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                received = jobs.recv_many(&mut batch, BATCH) => {
                    if received == 0 {
                        break;
                    }
                    self.batch(&mut batch).await;
                }
                () = std::future::ready(()), if self.sweep.is_some() => self.step_sweep().await,
            }
        }
    }

    async fn batch(&mut self, jobs: &mut Vec<Job>) {
        for job in jobs.drain(..) {
            match job {
                Job::Write(submission) => self.decide(*submission).await,
                Job::Retain(reply) => self.retain(reply).await,
                Job::Sweep(reply) => {
                    self.flush().await;
                    self.begin_sweep(reply).await;
                }
            }
        }
        self.flush().await;
    }

    async fn decide(&mut self, submission: Submission) {
        let Submission {
            request,
            command,
            contents,
            reply,
        } = submission;
        if self.failed {
            answer(reply, Err(WriteError::StoreFailed));
            return;
        }
        let now = self.clock.now();
        match decide(&self.tentative, &self.own, &request, command, now) {
            Err(refused) => self.waiting.push((reply, Err(refused))),
            Ok(Decided::Unchanged(outcome)) => self.waiting.push((reply, Ok(outcome))),
            Ok(Decided::Append(body, outcome)) => {
                let record = Record {
                    seq: self.tentative.head.next(),
                    time: self.tentative.time.next(now),
                    origin: Origin {
                        epoch: self.tentative.epoch_of(&body),
                        cluster: self.own.cluster.clone(),
                        store: self.own.store,
                        sequence: self.tentative.own_sequence + 1,
                    },
                    principal: request.principal,
                    request: request.key,
                    about: body.about(&outcome),
                    body,
                    // known once it is folded
                    moves: Moves::default(),
                };
                self.append(record, contents, reply, outcome).await;
            }
        }
    }

    async fn append(
        &mut self,
        mut record: Record,
        contents: Vec<(Sha256, Bytes)>,
        reply: Reply,
        outcome: Outcome,
    ) {
        let next = match fold(&self.tentative, &record) {
            Ok(next) => next,
            Err(inconsistent) => {
                // decide and fold disagree: a fault of ours, and nothing is written
                tracing::error!(error = %inconsistent, "a decided record does not fold");
                answer(reply, Err(WriteError::StoreFailed));
                return;
            }
        };
        record.moves = Moves::between(&self.tentative, &next, &outcome);
        if !self.appended.fits(&contents, &record) {
            self.flush().await;
        }
        if let Some((sweep, _)) = &mut self.sweep {
            contents.iter().for_each(|(sha256, _)| sweep.keep(*sha256));
        }
        self.appended.push(contents, &record);
        self.tentative = next;
        self.waiting.push((reply, Ok(outcome)));
    }

    /// Makes the decided commands durable, shows the state, and answers their callers.
    async fn flush(&mut self) {
        let appended = std::mem::take(&mut self.appended);
        let waiting = std::mem::take(&mut self.waiting);
        if self.failed {
            // what was decided on top of a write that failed never happened
            for (reply, _) in waiting {
                answer(reply, Err(WriteError::StoreFailed));
            }
            return;
        }
        if !appended.is_empty()
            && let Err(error) = self.store.append(appended).await
        {
            self.turned_away(&error);
            for (reply, _) in waiting {
                answer(reply, Err(WriteError::of_store(&error)));
            }
            return;
        }
        self.published.publish(self.tentative.clone());
        for (reply, result) in waiting {
            answer(reply, result.map_err(WriteError::Refused));
        }
    }

    /// Answers that the decided commands did not happen. If the store may recover, the next command
    /// is decided against the durable state.
    fn turned_away(&mut self, error: &Error) {
        if error.is_passing() {
            self.tentative = State::clone(&self.published.state());
        } else {
            self.fail(error);
        }
    }

    fn fail(&mut self, error: &Error) {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::error!(%error, cause, "the store failed; no more writes are taken");
        self.failed = true;
        self.published.store_failed();
    }

    async fn retain(&mut self, reply: oneshot::Sender<State>) {
        let (written, mut retained) = oneshot::channel();
        let submission = Submission {
            request: Request {
                principal: RETENTION.to_owned(),
                key: None,
            },
            command: Command::Retain,
            contents: Vec::new(),
            reply: written,
        };
        self.decide(submission).await;
        self.flush().await;
        match retained.try_recv() {
            // whoever asked may be gone; what was let go stays so
            Ok(Ok(_)) => drop(reply.send(self.tentative.clone())),
            Ok(Err(error)) => tracing::debug!(%error, "what is old stays for now"),
            Err(_) => {}
        }
    }

    async fn begin_sweep(&mut self, reply: SweepReply) {
        if self.failed || self.sweep.is_some() {
            return;
        }
        let referenced: HashSet<Sha256> = self.tentative.contents().collect();
        let trim = crate::domain::Seq(self.tentative.head.0.saturating_sub(KEPT_RECORDS));
        match self.store.begin_sweep(referenced, trim).await {
            Ok(sweep) => self.sweep = Some((sweep, reply)),
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    async fn step_sweep(&mut self) {
        let Some((mut sweep, reply)) = self.sweep.take() else {
            return;
        };
        match self.store.step_sweep(&mut sweep).await {
            Ok(true) => self.sweep = Some((sweep, reply)),
            Ok(false) => drop(reply.send(Ok(sweep.swept()))),
            Err(error) => drop(reply.send(Err(error))),
        }
    }
}

/// Whoever asked may have gone away; what was done stays done.
fn answer(reply: Reply, result: Result<Outcome, WriteError>) {
    drop(reply.send(result));
}
