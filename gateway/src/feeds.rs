//! Tells all watchers of this gateway what has changed: from views that it follows for all of them,
//! and where a view can't say what a reader gets, from a watch of config-svc for this reader.

mod cache;
mod event;
mod feed;
mod followed;
mod held;
mod on_view;
mod position;
mod pulse;
mod sent;
mod view;
mod watcher;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use metrics::Counter;
use tokio::{
    sync::{
        broadcast::{self, Receiver, Sender},
        watch,
    },
    time::timeout,
};
use tonic::Streaming;
use vortex_kit::{
    access::{Caller, Gate},
    compute::Compute,
    error::{Fault, Reason},
    process::Runtime,
    shutdown::Lifecycle,
};
use vortex_proto::config::v1::{
    ConfigChange, WatchConfigRequest, WatchConfigResponse, watch_config_response::Event as Message,
};

use crate::{answer::json_text, clients::ConfigClient, views::Views};
use cache::EventCache;
use event::Kind;
use feed::Feed;
use held::{Held, Sight};
use sent::Sent;

pub(crate) use event::{Event, Names};
pub(crate) use view::View;
pub(crate) use watcher::Watcher;

/// Events that a feed keeps for slow watchers. One that is further behind gets a single event for
/// all of them.
const KEPT: usize = 16;

/// How long a watch waits for a view that begins to be followed, before it asks config-svc what it
/// begins with.
const KNOWN_WITHIN: Duration = Duration::from_secs(1);

/// What a feed tells: an event, or why it ended.
type Told = Result<Arc<Event>, Fault>;

/// The feeds of the views that are watched; a clone is a pointer.
#[derive(Clone, Debug)]
pub(crate) struct Feeds {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: ConfigClient,
    views: Views,
    /// Beats once a second for all who watch a view.
    pulse: watch::Sender<()>,
    configs: Sent,
    /// Time for what a watch begins with.
    timeout: Duration,
    cache: EventCache,
    compute: Compute,
    sent: Counter,
    lifecycle: Lifecycle,
    gate: Gate,
    /// As many as there are watches, at most.
    open: Mutex<HashMap<View, Sender<Told>>>,
}

impl Feeds {
    /// Feeds of `views`, and of the config-svc behind `config`; a watch that does not begin within
    /// `timeout` fails.
    pub(crate) fn new(
        config: ConfigClient,
        views: Views,
        timeout: Duration,
        runtime: &Runtime,
    ) -> Self {
        let help = "Snapshots and changes sent to watches";
        let sent = runtime
            .metrics
            .counter("vortex_watch_events_sent_total", help, &[]);
        Self {
            inner: Arc::new(Inner {
                config,
                views,
                pulse: pulse::start(&runtime.lifecycle),
                configs: Sent::default(),
                timeout,
                cache: EventCache::new(&runtime.metrics),
                compute: runtime.compute.clone(),
                sent,
                lifecycle: runtime.lifecycle.clone(),
                gate: runtime.gate.clone(),
                open: Mutex::default(),
            }),
        }
    }

    /// Waits until what the caller of a watch showed is not valid any more: its feed is shared, and
    /// does not know.
    pub(crate) fn lost(&self, caller: &Caller) -> impl Future<Output = Fault> + Send + use<> {
        self.inner.gate.lost(caller)
    }

    /// Receives what a view's feed tells from now on. The first watcher of a view starts its feed,
    /// and the feed ends with the last.
    fn follow(&self, view: &View) -> Receiver<Told> {
        let mut open = self.open();
        if let Some(feed) = open.get(view) {
            return feed.subscribe();
        }
        let (sender, receiver) = broadcast::channel(KEPT);
        open.insert(view.clone(), sender.clone());
        let feed = Feed::new(self.clone(), view.clone(), sender);
        self.inner.lifecycle.spawn_work("watch feed", feed.run());
        receiver
    }

    /// Ends a feed that has no watcher; returns whether it ended.
    fn end_if_idle(&self, view: &View, feed: &Sender<Told>) -> bool {
        let mut open = self.open();
        let idle = feed.receiver_count() == 0;
        if idle {
            remove(&mut open, view, feed);
        }
        idle
    }

    /// Ends a feed: the next watcher of its view starts another.
    fn end(&self, view: &View, feed: &Sender<Told>) {
        remove(&mut self.open(), view, feed);
    }

    /// The first event of a watch, for a caller that holds what the request says: a snapshot, a
    /// change, or that nothing has changed; and what it holds then.
    ///
    /// Fails as config-svc does, and with `DEADLINE_EXCEEDED` when it does not answer in time.
    async fn first(
        &self,
        view: &View,
        request: WatchConfigRequest,
    ) -> Result<(Arc<Event>, Held), Fault> {
        let held = self.held_by(view, &request);
        let floor = self.inner.views.floor();
        let doubts = floor.doubts();
        let first = async {
            let mut messages = self.watch(request).await?;
            loop {
                let message = next(&mut messages).await?;
                let sight = Sight::of(&message);
                self.remember(view, &message);
                let message = self.shortened(view, &held, message).await?;
                if let Some(event) = self.write(view, &held, message).await? {
                    floor.note(event.position.token());
                    floor.settle(doubts);
                    let held = Held::after(&event, sight);
                    return Ok((event, held));
                }
            }
        };
        timeout(self.inner.timeout, first)
            .await
            .unwrap_or_else(|_| {
                let message = "config-svc did not begin the watch in time";
                Err(Fault::new(Reason::DeadlineExceeded, message))
            })
    }

    /// The digest of what a request says that its caller holds; empty if it is not known.
    fn held_by(&self, view: &View, request: &WatchConfigRequest) -> String {
        match (&*request.last_digest, &*request.last_version, view.fleet()) {
            ("", version, Some(fleet)) if !version.is_empty() => {
                let digest = self.inner.configs.digest_of(&fleet, version);
                digest.unwrap_or_default()
            }
            (digest, _, _) => digest.to_owned(),
        }
    }

    /// The difference in the place of a snapshot, if what the caller holds is remembered here and the
    /// difference is smaller: config-svc knows of nothing that was told from a view.
    async fn shortened(
        &self,
        view: &View,
        held: &str,
        message: WatchConfigResponse,
    ) -> Result<WatchConfigResponse, Fault> {
        let (Some(Message::Snapshot(now)), Some(fleet)) = (&message.event, view.fleet()) else {
            return Ok(message);
        };
        let configs = &self.inner.configs;
        let Some(old) = configs.find(&fleet, held) else {
            return Ok(message);
        };
        let (before, after) = ((held, &old.json), (&*now.digest, &now.config));
        let patch = configs.patch(&self.inner.compute, before, after).await?;
        if patch.len() > now.config.len() {
            return Ok(message);
        }
        let change = ConfigChange {
            old_version: old.version,
            new_version: now.version.clone(),
            patch,
            digest: now.digest.clone(),
            token: now.token.clone(),
            sources: now.sources.clone(),
            assignments: now.assignments.clone(),
        };
        Ok(WatchConfigResponse {
            event: Some(Message::Change(change)),
        })
    }

    /// Remembers the configuration of a snapshot, so that the next event can be the difference.
    fn remember(&self, view: &View, message: &WatchConfigResponse) {
        if let (Some(Message::Snapshot(snapshot)), Some(fleet)) = (&message.event, view.fleet()) {
            let (digest, version) = (&snapshot.digest, &snapshot.version);
            self.inner
                .configs
                .remember(&fleet, digest, version, &snapshot.config);
        }
    }

    /// Watches config-svc.
    async fn watch(
        &self,
        request: WatchConfigRequest,
    ) -> Result<Streaming<WatchConfigResponse>, Fault> {
        let mut client = self.inner.config.clone();
        let reply = client.watch_config(request).await;
        Ok(reply
            .map_err(|status| Fault::from_status(&status))?
            .into_inner())
    }

    /// Counts an event that is sent to a watcher.
    fn count(&self, event: &Event) {
        if event.kind != Kind::Progress {
            self.inner.sent.increment(1);
        }
    }

    /// The event for a message, as [`EventCache::write`] makes it. A large one is made off the
    /// request threads.
    async fn write(
        &self,
        view: &View,
        held: &str,
        message: WatchConfigResponse,
    ) -> Result<Option<Arc<Event>>, Fault> {
        let is_small = cache::bytes(&message) <= json_text::AT_ONCE;
        if is_small || self.inner.cache.has(view, held, &message) {
            return self.inner.cache.write(view, held, message);
        }
        let (inner, view, held) = (self.inner.clone(), view.clone(), held.to_owned());
        let compute = self.inner.compute.patient();
        let written = compute.run(move |_| inner.cache.write(&view, &held, message));
        written.await?
    }

    fn open(&self) -> MutexGuard<'_, HashMap<View, Sender<Told>>> {
        let open = &self.inner.open;
        open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remove(open: &mut HashMap<View, Sender<Told>>, view: &View, feed: &Sender<Told>) {
    if open.get(view).is_some_and(|other| other.same_channel(feed)) {
        open.remove(view);
    }
}

/// The next message of a watch. It is a fault when a watch ends.
async fn next(messages: &mut Streaming<WatchConfigResponse>) -> Result<WatchConfigResponse, Fault> {
    let message = messages.message().await;
    let message = message.map_err(|status| Fault::from_status(&status))?;
    message.ok_or_else(|| Fault::new(Reason::Unavailable, "config-svc ended the watch"))
}

/// config-svc, which sends something each second, has said nothing for too long.
fn silent() -> Fault {
    let message = format!("config-svc sent nothing for {} s", feed::SILENCE.as_secs());
    Fault::new(Reason::Unavailable, message)
}
