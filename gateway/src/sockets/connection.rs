//! One connection: a session, its socket, and what it follows, in one task.

use std::{future::pending, pin::Pin, sync::Arc};

use futures::future::BoxFuture;
use tokio::time::sleep;
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
    http::Upgraded,
};
use vortex_proto::config::v1::WatchConfigRequest;
use vortex_realtime::{
    Cursor, Effect, Ended, Input, Limits, Lost, MessageKind, Position, Push, Resync, Session,
    message::Change,
};

use super::{
    Sockets,
    notices::{Missed, Notice, Subscriber},
    socket::{self, Socket},
};
use crate::feeds::{Event, Names, View, Watcher};

/// A connection that is about to be handed over.
#[derive(Debug)]
pub(crate) struct Connection {
    /// What it shares with others.
    pub(crate) sockets: Sockets,
    /// Its view, and who reads.
    pub(crate) view: View,
    /// What the view is called in messages.
    pub(crate) names: Names,
    /// The request that began its watch.
    pub(crate) request: WatchConfigRequest,
    /// The version that the client held, as far as it said.
    pub(crate) held_version: String,
    /// The watch, which has begun.
    pub(crate) watcher: Watcher,
    /// The handshake's.
    pub(crate) context: Context,
}

/// A connection that runs.
struct Running {
    of: Of,
    session: Session,
    socket: Socket,
    /// None once it has failed, and while another is begun.
    following: Option<Following>,
    resyncing: Option<Begun>,
    subscriber: Option<Subscriber>,
    lost: BoxFuture<'static, Fault>,
    is_draining: bool,
    /// Whether the client was told anything of its configuration since it resumed.
    told: bool,
}

/// What does not change while a connection runs.
struct Of {
    sockets: Sockets,
    view: View,
    names: Names,
    request: WatchConfigRequest,
    held_version: String,
    context: Context,
}

type Begun = BoxFuture<'static, Result<Watcher, Fault>>;
type Following = BoxFuture<'static, (Watcher, Result<Arc<Event>, Fault>)>;

/// What a connection was woken for.
enum Woken {
    Socket(socket::Event),
    Told(Watcher, Result<Arc<Event>, Fault>),
    Noticed(Result<Arc<Notice>, Missed>),
    Resynced(Result<Watcher, Fault>),
    Lost(Fault),
    Drain,
    Time,
}

impl Connection {
    /// Runs it to its end.
    pub(crate) async fn run(self, upgraded: Upgraded) {
        let context = self.context.clone();
        // boxed, so that the context does not take its room once more
        let run: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(self.serve(upgraded));
        context.scope(run).await;
    }

    async fn serve(self, upgraded: Upgraded) {
        let limits = Limits::default();
        let id = uuid::Uuid::new_v4().to_string();
        let Self {
            sockets,
            view,
            names,
            request,
            held_version,
            watcher,
            context,
        } = self;
        let inner = sockets.inner.clone();
        let _open = inner.counters.open();
        tracing::debug!(
            connection = id,
            request_id = %context.request_id(),
            peer = %context.peer(),
            app = names.app,
            profile = names.profile,
            label = names.label,
            "WebSocket connected"
        );
        let running = Running {
            session: Session::new(&id, fastrand::f64(), limits, sockets.now()),
            socket: Socket::new(upgraded, &limits).await,
            following: Some(follow(watcher)),
            resyncing: None,
            subscriber: None,
            lost: Box::pin(inner.feeds.lost(context.caller())),
            is_draining: false,
            told: false,
            of: Of {
                sockets,
                view,
                names,
                request,
                held_version,
                context,
            },
        };
        let ended = running.until_it_ends().await;
        inner.counters.ended(ended);
        tracing::debug!(
            connection = id,
            code = ended.code,
            by_server = ended.by_server,
            "WebSocket closed"
        );
    }
}

impl Running {
    async fn until_it_ends(mut self) -> Ended {
        loop {
            let woken = self.woken().await;
            let effects = self.take(woken).await;
            for effect in effects {
                match effect {
                    Effect::Send(outgoing) => {
                        self.of.sockets.inner.counters.sent(outgoing.kind);
                        self.socket.send(outgoing);
                    }
                    Effect::Ping => self.socket.ping(),
                    Effect::Close(close) => self.socket.close(close),
                    Effect::Resync(resync) => {
                        self.resyncing = Some(self.of.begin_again(resync));
                    }
                    Effect::End(ended) => {
                        self.socket.end().await;
                        return ended;
                    }
                }
            }
        }
    }

    /// Waits until something is to be done.
    async fn woken(&mut self) -> Woken {
        let wants_push = self.session.wants_push();
        let wake = self.session.wake_at();
        let wake = wake.map(|moment| self.of.sockets.until(moment));
        let drain = self.of.context.drain().clone();
        tokio::select! {
            event = self.socket.next() => Woken::Socket(event),
            (watcher, told) = of(&mut self.following), if wants_push => {
                self.following = None;
                Woken::Told(watcher, told)
            }
            noticed = noticed(&mut self.subscriber), if wants_push => Woken::Noticed(noticed),
            begun = of(&mut self.resyncing) => {
                self.resyncing = None;
                Woken::Resynced(begun)
            }
            fault = &mut self.lost => Woken::Lost(fault),
            () = drain.begun(), if !self.is_draining => Woken::Drain,
            () = sleep(wake.unwrap_or_default()), if wake.is_some() => Woken::Time,
        }
    }

    async fn take(&mut self, woken: Woken) -> Vec<Effect> {
        match woken {
            Woken::Socket(event) => self.take_event(event).await,
            Woken::Told(watcher, Ok(event)) => {
                self.following = Some(follow(watcher));
                self.take_told(&event)
            }
            Woken::Told(_, Err(fault)) => self.take_end(&fault),
            Woken::Noticed(Ok(notice)) => self.take_notice(&notice),
            Woken::Noticed(Err(Missed)) => self.step(Input::Lagged),
            Woken::Resynced(Ok(watcher)) => {
                self.following = Some(follow(watcher));
                self.told = false;
                self.step(Input::Resynced(Ok(())))
            }
            Woken::Resynced(Err(fault)) => self.step(Input::Resynced(Err(said(&fault)))),
            Woken::Lost(fault) => {
                self.lost = Box::pin(pending());
                let lost = match fault.reason() {
                    Reason::Unauthenticated | Reason::PermissionDenied => Lost::Ended,
                    _ => Lost::Unknown,
                };
                self.step(Input::Lost(lost, said(&fault)))
            }
            Woken::Drain => {
                self.is_draining = true;
                let allowance = self.of.context.drain().allowance();
                // the other half is for the last of them to take leave
                let spread = allowance.unwrap_or_default() / 2;
                self.step(Input::Drain(spread))
            }
            Woken::Time => self.step(Input::Tick),
        }
    }

    async fn take_event(&mut self, event: socket::Event) -> Vec<Effect> {
        let counters = &self.of.sockets.inner.counters;
        match &event {
            socket::Event::Text(_) => counters.received("text"),
            socket::Event::Binary => counters.received("binary"),
            socket::Event::Ping => counters.received("ping"),
            socket::Event::Pong => counters.received("pong"),
            socket::Event::Closed(_) => counters.received("close"),
            _ => {}
        }
        match event {
            socket::Event::Text(text) => {
                let effects = self.step(Input::Text(&text));
                self.subscribe(effects).await
            }
            socket::Event::Binary => self.step(Input::Binary),
            socket::Event::Ping => self.step(Input::Ping),
            socket::Event::Pong => self.step(Input::Pong),
            socket::Event::Closed(code) => self.step(Input::Closed(code)),
            socket::Event::Broken(broken) => self.step(Input::Broken(broken)),
            socket::Event::Gone => self.step(Input::Gone),
            socket::Event::Written => self.step(Input::Written),
            socket::Event::Flushed => self.step(Input::Flushed),
        }
    }

    /// Follows what happens from before the client is told that it is subscribed.
    async fn subscribe(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        match (self.session.has_subscriptions(), &self.subscriber) {
            (true, None) => match self.of.sockets.inner.notices.subscribe().await {
                Ok(subscriber) => {
                    self.subscriber = Some(subscriber);
                    effects
                }
                Err(fault) => self.step(Input::WatchEnded(said(&fault))),
            },
            (false, Some(_)) => {
                self.subscriber = None;
                effects
            }
            _ => effects,
        }
    }

    fn take_told(&mut self, event: &Event) -> Vec<Effect> {
        let now = self.of.sockets.wall();
        let first = !std::mem::replace(&mut self.told, true);
        let push = event.message(&self.of.names, now);
        match push.or_else(|| first.then(|| self.of.unchanged(event))) {
            Some(push) => self.step(Input::Push(push)),
            None => self.step(Input::Progress(event.token())),
        }
    }

    fn take_end(&mut self, fault: &Fault) -> Vec<Effect> {
        // this process leaves, and says so in its time
        if self.is_draining || self.of.context.drain().has_begun() {
            return self.step(Input::Tick);
        }
        self.step(Input::WatchEnded(said(fault)))
    }

    fn take_notice(&mut self, notice: &Notice) -> Vec<Effect> {
        let caller = self.of.context.caller();
        let gate = &self.of.sockets.inner.gate;
        match notice.is_for(&self.session) && notice.is_open_to(gate, caller) {
            true => self.step(Input::Push(notice.push())),
            false => Vec::new(),
        }
    }

    fn step(&mut self, input: Input<'_>) -> Vec<Effect> {
        let now = self.of.sockets.now();
        self.session.step(now, input)
    }
}

impl Of {
    /// Begins the watch again from what a client says it holds.
    fn begin_again(&mut self, resync: Resync) -> Begun {
        let (digest, token, version) = match resync.cursor {
            Some(cursor) => (cursor.digest, cursor.token, cursor.version),
            None => Default::default(),
        };
        let last_version = match version.is_empty() {
            true => resync.last_version,
            false => version,
        };
        self.held_version.clone_from(&last_version);
        let request = WatchConfigRequest {
            last_digest: digest,
            last_version,
            min_token: token,
            ..self.request.clone()
        };
        let feeds = self.sockets.inner.feeds.clone();
        let begun = Watcher::resume(feeds, self.view.clone(), request, self.context.clone());
        Box::pin(begun)
    }

    /// The message to who resumes that it holds the newest already.
    fn unchanged(&self, event: &Event) -> Push {
        let token = event.token();
        let cursor = Cursor {
            token: token.to_string(),
            digest: event.digest().to_owned(),
            version: self.held_version.clone(),
        };
        let cursor = cursor.to_string();
        let none: [(); 0] = [];
        let message = Change {
            app: &self.names.app,
            profile: &self.names.profile,
            label: &self.names.label,
            diff: &none,
            old_version: &self.held_version,
            new_version: &self.held_version,
            digest: event.digest(),
            cursor: &cursor,
            sources: &none,
            assignments: &none,
            timestamp: self.sockets.wall(),
        };
        let held = cursor.strip_prefix(&*token).unwrap_or_default();
        Push {
            kind: MessageKind::Change,
            bytes: message.write().into(),
            position: Some(Position {
                held: held.into(),
                token,
            }),
        }
    }
}

fn follow(mut watcher: Watcher) -> Following {
    Box::pin(async move {
        let told = watcher.next().await;
        (watcher, told)
    })
}

/// What a future gives, if there is one. Cancel safe.
async fn of<T>(future: &mut Option<BoxFuture<'static, T>>) -> T {
    match future {
        Some(future) => future.await,
        None => pending().await,
    }
}

async fn noticed(subscriber: &mut Option<Subscriber>) -> Result<Arc<Notice>, Missed> {
    match subscriber {
        Some(subscriber) => subscriber.next().await,
        None => pending().await,
    }
}

/// A fault in an error message: its reason is a constant that programs may look for.
fn said(fault: &Fault) -> String {
    format!("{}: {}", fault.reason(), fault.message())
}
