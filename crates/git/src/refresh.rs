//! Brings a repository up to date, within a bound and until told to stop.

use std::{
    sync::{
        Arc, TryLockError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use crate::{Error, Location, Repository, Result, UnreachableReason, fetch, mirror::Mirror};

/// How often a waiting refresh looks whether it is told to stop.
const LOOK: Duration = Duration::from_millis(20);

impl Repository {
    /// Makes the repository's present state visible: reads a path's references and packs again, or
    /// fetches every branch and tag of a remote and drops those that it no longer has.
    ///
    /// Returns within about `limit`, or soon after `stop` is set, with the last state kept. A fetch
    /// that does not let go at once ends on its own in the background; until it has, a further
    /// refresh answers [`Error::Busy`].
    pub fn refresh(&self, limit: Duration, stop: &AtomicBool) -> Result<()> {
        if let Some(mirror) = self.mirror() {
            let cancelled = Arc::new(AtomicBool::new(false));
            let outcome = start(mirror.clone(), self.location().clone(), cancelled.clone())?;
            let fetched = wait(&outcome, limit, stop, self.location());
            cancelled.store(true, Ordering::Relaxed);
            fetched?;
        }
        self.reopen()
    }
}

/// Fetches on a thread of its own, because the transport can be told to stop only between reads.
fn start(
    mirror: Arc<Mirror>,
    location: Location,
    cancelled: Arc<AtomicBool>,
) -> Result<Receiver<Result<()>>> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let shown = location.clone();
    let fetch = move || {
        let outcome = match mirror.fetching.try_lock() {
            Err(TryLockError::WouldBlock) => Err(Error::Busy(location)),
            Ok(_held) => fetch::run(&mirror, &location, &cancelled),
            // A fetch that crashed left the folder as a killed process would.
            Err(TryLockError::Poisoned(_held)) => fetch::run(&mirror, &location, &cancelled),
        };
        // Nobody waits any more after a timeout.
        let _ = sender.send(outcome);
    };
    match thread::Builder::new().name("git-fetch".into()).spawn(fetch) {
        Ok(_) => Ok(receiver),
        Err(error) => Err(Error::Unreachable {
            location: shown,
            why: UnreachableReason::NotRun(error),
        }),
    }
}

fn wait(
    outcome: &Receiver<Result<()>>,
    limit: Duration,
    stop: &AtomicBool,
    location: &Location,
) -> Result<()> {
    let mut left = limit;
    loop {
        match outcome.recv_timeout(LOOK.min(left)) {
            Ok(fetched) => return fetched,
            Err(RecvTimeoutError::Disconnected) => return Err(crashed(location)),
            Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => {
                return Err(Error::Interrupted(location.clone()));
            }
            Err(RecvTimeoutError::Timeout) => left = left.saturating_sub(LOOK),
        }
        if left.is_zero() {
            return Err(Error::TimedOut(location.clone()));
        }
    }
}

fn crashed(location: &Location) -> Error {
    Error::Unreachable {
        location: location.clone(),
        why: UnreachableReason::NotRun(std::io::Error::other("it crashed")),
    }
}
