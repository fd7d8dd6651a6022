//! What happens to configurations, for subscriptions: one follow of the log for all connections of
//! this gateway, from the first that subscribes to anything to the last.

mod changes;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    sync::broadcast::{self, Receiver, Sender, error::RecvError},
    sync::watch,
    time::{sleep, timeout},
};
use vortex_kit::{
    clock::Clock,
    context::Context,
    error::{Fault, Reason},
    process::Runtime,
    shutdown::Lifecycle,
};
use vortex_proto::config::v1::{WatchLogRequest, watch_log_response::Event};

use crate::clients::ConfigClient;
pub(super) use changes::Notice;

/// Changes that are kept for connections that are behind.
const KEPT: usize = 1024;
/// config-svc sends something each second; after a silence of this length it counts as gone.
const SILENCE: Duration = Duration::from_secs(15);
/// Time for the first subscription to begin.
const BEGIN: Duration = Duration::from_secs(5);
/// Time between two attempts to follow again.
const AGAIN: Duration = Duration::from_millis(500);

/// The follow of the log. A clone is a pointer.
#[derive(Clone, Debug)]
pub(super) struct Notices {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: ConfigClient,
    clock: Arc<dyn Clock>,
    lifecycle: Lifecycle,
    open: Mutex<Option<Open>>,
}

/// A follow that runs.
#[derive(Clone, Debug)]
struct Open {
    sender: Sender<Told>,
    has_begun: watch::Receiver<bool>,
}

/// A change, or that some may be missing here.
#[derive(Clone, Debug)]
enum Told {
    Change(Arc<Notice>),
    Gap,
}

/// What one connection is told.
#[derive(Debug)]
pub(super) struct Subscriber(Receiver<Told>);

/// Changes were missed, or none will come any more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missed;

impl Notices {
    pub(super) fn new(config: ConfigClient, runtime: &Runtime) -> Self {
        Self {
            inner: Arc::new(Inner {
                config,
                clock: runtime.clock.clone(),
                lifecycle: runtime.lifecycle.clone(),
                open: Mutex::default(),
            }),
        }
    }

    /// Is told of all that happens from now on. Fails when the log can't be followed.
    pub(super) async fn subscribe(&self) -> Result<Subscriber, Fault> {
        let (subscriber, mut has_begun) = self.open();
        let begun = async { has_begun.wait_for(|begun| *begun).await.is_ok() };
        match timeout(BEGIN, begun).await {
            Ok(true) => Ok(subscriber),
            Ok(false) | Err(_) => {
                let message = "config-svc can't be followed";
                Err(Fault::new(Reason::Unavailable, message))
            }
        }
    }

    fn open(&self) -> (Subscriber, watch::Receiver<bool>) {
        let mut open = self.lock();
        let known = open.get_or_insert_with(|| {
            let (sender, _) = broadcast::channel(KEPT);
            let (begin, has_begun) = watch::channel(false);
            let follow = self.clone().follow(sender.clone(), begin);
            self.inner.lifecycle.spawn_work("change notices", follow);
            Open { sender, has_begun }
        });
        let subscriber = Subscriber(known.sender.subscribe());
        (subscriber, known.has_begun.clone())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        let open = &self.inner.open;
        open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs until nobody is subscribed any more, or the process drains.
    async fn follow(self, sender: Sender<Told>, begin: watch::Sender<bool>) {
        let _closes = Closes(self.clone(), sender.clone());
        let drain = self.inner.lifecycle.drain().clone();
        let follow = Context::root().scope(self.follow_on(&sender, &begin));
        tokio::select! {
            () = follow => {}
            () = drain.begun() => {}
        }
    }

    async fn follow_on(&self, sender: &Sender<Told>, begin: &watch::Sender<bool>) {
        let mut after = String::new();
        loop {
            match self.follow_once(&mut after, sender, begin).await {
                Ok(()) => return,
                Err(fault) if is_lost(&fault) => {
                    // who listens can't know what was between
                    after.clear();
                    let _ = sender.send(Told::Gap);
                }
                Err(fault) => tracing::debug!(%fault, "the log is followed anew"),
            }
            sleep(AGAIN).await;
        }
    }

    /// Follows until nobody is subscribed any more.
    async fn follow_once(
        &self,
        after: &mut String,
        sender: &Sender<Told>,
        begin: &watch::Sender<bool>,
    ) -> Result<(), Fault> {
        let mut client = self.inner.config.clone();
        let request = WatchLogRequest {
            after: after.clone(),
            ..WatchLogRequest::default()
        };
        let opened = client.watch_log(request).await;
        let mut messages = opened.map_err(|status| Fault::from_status(&status))?;
        let messages = messages.get_mut();
        loop {
            let message = timeout(SILENCE, messages.message()).await;
            let message = message.map_err(|_| silent())?;
            let message = message.map_err(|status| Fault::from_status(&status))?;
            let now = self.inner.clock.now();
            match message.ok_or_else(silent)?.event {
                Some(Event::Record(record)) => {
                    after.clone_from(&record.token);
                    tell(sender, &record, now);
                }
                Some(Event::Progress(progress)) => after.clone_from(&progress.token),
                None => {}
            }
            // the position that this begins at is known by now
            begin.send_if_modified(|begun| !std::mem::replace(begun, true));
            if self.is_idle(sender) {
                return Ok(());
            }
        }
    }

    /// Whether nobody is subscribed any more, and nobody can be before there is another follow.
    fn is_idle(&self, sender: &Sender<Told>) -> bool {
        let mut open = self.lock();
        let is_idle = sender.receiver_count() == 0;
        if is_idle {
            *open = None;
        }
        is_idle
    }
}

/// Lets the next who subscribes begin anew, however this ends.
struct Closes(Notices, Sender<Told>);

impl Drop for Closes {
    fn drop(&mut self) {
        let mut open = self.0.lock();
        // another may have begun
        if open
            .as_ref()
            .is_some_and(|open| open.sender.same_channel(&self.1))
        {
            *open = None;
        }
    }
}

fn tell(sender: &Sender<Told>, record: &vortex_proto::config::v1::Record, now: Timestamp) {
    for notice in changes::of(record, now) {
        // nobody may be left to hear it
        let _ = sender.send(Told::Change(Arc::new(notice)));
    }
}

/// Whether the position from which to follow is no more, or not of this store.
fn is_lost(fault: &Fault) -> bool {
    matches!(
        fault.reason(),
        Reason::TokenTooOld | Reason::RevisionUnknown
    )
}

fn silent() -> Fault {
    Fault::new(
        Reason::Unavailable,
        "config-svc ended the log, or is silent",
    )
}

impl Subscriber {
    /// The next change. Cancel safe.
    pub(super) async fn next(&mut self) -> Result<Arc<Notice>, Missed> {
        match self.0.recv().await {
            Ok(Told::Change(notice)) => Ok(notice),
            Ok(Told::Gap) | Err(RecvError::Lagged(_) | RecvError::Closed) => Err(Missed),
        }
    }
}
