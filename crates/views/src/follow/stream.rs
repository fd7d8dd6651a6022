//! The stream to config-svc.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::mpsc::{self, Sender},
    time::{Instant, MissedTickBehavior, timeout, timeout_at},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use vortex_backoff::{Backoff, Jitter};
use vortex_kit::{
    channel::Channel,
    context::Context,
    error::{Fault, Reason},
    health::{Health, State},
};
use vortex_proto::config::v1::{
    self as pb, config_service_client::ConfigServiceClient, watch_views_request::Request,
    watch_views_response::Event,
};
use vortex_service::Limited as _;

use super::{Options, table::Table};
use crate::{SourceAge, meters::Meters};

/// How long the stream may take to open.
const OPENING: Duration = Duration::from_secs(5);
/// The longest silence of the stream, which sends progress each second.
const SILENCE: Duration = Duration::from_secs(5);
/// The pauses between attempts.
const BACKOFF: Backoff = Backoff::new(
    Duration::from_millis(50),
    Duration::from_secs(2),
    Jitter::Quarter,
);
/// How often it is told which reads were answered from views.
const READS: Duration = Duration::from_secs(1);
/// Requests on their way at most.
const ON_THEIR_WAY: usize = 64;
/// What `/health` calls it.
const CHECK: &str = "views";

/// Keeps a table's views by one stream after another.
pub(super) struct Follower {
    client: ConfigServiceClient<Channel>,
    table: Arc<Table>,
    options: Options,
    health: Health,
    meters: Meters,
}

/// A stream that is open.
struct Open {
    requests: Sender<pb::WatchViewsRequest>,
    events: Streaming<pb::WatchViewsResponse>,
}

impl Follower {
    pub(super) fn new(
        channel: Channel,
        table: Arc<Table>,
        options: Options,
        health: Health,
        meters: Meters,
    ) -> Self {
        Self {
            client: ConfigServiceClient::limited(channel),
            table,
            options,
            health,
            meters,
        }
    }

    pub(super) async fn run(self) {
        let mut backoff = BACKOFF;
        let mut told = None;
        loop {
            let ended = self.follow(&mut backoff).await;
            // a process that ends may end config-svc, too
            if self.health.state() != State::Draining && !self.is_for_others(&ended) {
                if told != Some(ended.reason()) {
                    tracing::warn!("views are not followed: {ended}");
                    told = Some(ended.reason());
                }
                let why = format!("config-svc does not tell what has changed: {ended}");
                self.health.degrade(CHECK, why);
            }
            tokio::time::sleep(backoff.pause(fastrand::f64())).await;
        }
    }

    /// Whether config-svc tells those alone who show who they are, as nobody is asked to here.
    fn is_for_others(&self, ended: &Fault) -> bool {
        let reason = ended.reason();
        let is_refused = matches!(reason, Reason::Unauthenticated | Reason::PermissionDenied);
        self.options.for_anybody && is_refused
    }

    /// Follows one stream to its end, and says why it ended.
    async fn follow(&self, backoff: &mut Backoff) -> Fault {
        let mut open = match self.open().await {
            Ok(open) => open,
            Err(fault) => return fault,
        };
        self.table.restart();
        let mut is_told = false;
        let mut reads = tokio::time::interval(READS);
        reads.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut are_reads_due = false;
        let mut silence = Instant::now() + SILENCE;
        loop {
            if self.table.is_overdue() {
                return silent("takes nothing");
            }
            tokio::select! {
                place = open.requests.reserve(), if !is_told => match place {
                    Ok(place) => match self.request(&mut are_reads_due) {
                        Some(request) => place.send(request),
                        None => is_told = true,
                    },
                    Err(_closed) => is_told = true,
                },
                () = self.table.wants() => is_told = false,
                _ = reads.tick() => (is_told, are_reads_due) = (false, true),
                heard = timeout_at(silence, open.events.message()) => match heard {
                    Err(_elapsed) => return silent("sent nothing"),
                    Ok(Err(status)) => return Fault::from_status(&status),
                    Ok(Ok(None)) => return silent("ended the stream"),
                    Ok(Ok(Some(message))) => {
                        silence = Instant::now() + SILENCE;
                        self.take(message);
                        backoff.reset();
                        self.health.recover(CHECK);
                    }
                },
            }
        }
    }

    /// What the stream has to be told next.
    fn request(&self, are_reads_due: &mut bool) -> Option<pb::WatchViewsRequest> {
        if let Some(request) = self.table.request() {
            return Some(request);
        }
        if !std::mem::take(are_reads_due) {
            return None;
        }
        let answered = self.table.reads.take()?;
        Some(pb::WatchViewsRequest {
            request: Some(Request::Answered(answered)),
        })
    }

    async fn open(&self) -> Result<Open, Fault> {
        let (requests, outgoing) = mpsc::channel(ON_THEIR_WAY);
        let mut client = self.client.clone();
        let opening = client.watch_views(ReceiverStream::new(outgoing));
        let context = match self.options.for_anybody {
            true => Context::for_nobody(),
            false => Context::root(),
        };
        let opened = timeout(OPENING, context.scope(opening)).await;
        let opened = opened.map_err(|_elapsed| silent("did not answer"))?;
        let events = opened.map_err(|status| Fault::from_status(&status))?;
        Ok(Open {
            requests,
            events: events.into_inner(),
        })
    }

    fn take(&self, message: pb::WatchViewsResponse) {
        match message.event {
            Some(Event::State(state)) => {
                self.meters.changed();
                self.table.take(state);
            }
            Some(Event::Fault(fault)) => {
                self.meters.failed();
                self.table.take_fault(fault);
            }
            Some(Event::Progress(progress)) => match progress.token.parse() {
                Ok(token) => self.table.take_progress(token),
                Err(error) => {
                    tracing::warn!(%error, "config-svc sent a position that can't be read")
                }
            },
            Some(Event::SourceAge(age)) => self.table.take_age(SourceAge::from(age)),
            // from a newer config-svc
            None => {}
        }
        self.table.hear();
    }
}

fn silent(what: &str) -> Fault {
    Fault::new(Reason::Unavailable, format!("config-svc {what}"))
}
