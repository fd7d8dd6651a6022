//! Follows many views on one stream. A new head wakes the watcher, which looks for the views that
//! may have moved and reads these alone. It makes a message when the caller is ready for one, of
//! what is newest then: a caller that is slow makes it hold nothing.

mod ages;
mod answered;
mod asked;
mod followed;
mod history;
mod message;
mod read;
mod tally;

use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _, stream::BoxStream};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior},
};
use tonic::{Request, Status, Streaming};
use vortex_kit::{
    access::{Access, Asked as Wanted},
    context::Context,
    error::Fault,
};
use vortex_proto::config::v1::{
    self as pb, watch_views_request::Request as Change, watch_views_response::Event,
};

use super::{Grpc, convert};
use crate::domain::Seq;
use ages::Ages;
use asked::Asked;
use followed::Followed;
use tally::Tally;

/// How often a watcher hears that nothing changed.
const PROGRESS: Duration = Duration::from_secs(1);
/// How long after a change further changes are gathered into one.
const COALESCE: Duration = Duration::from_millis(20);
/// Requests that are taken before the next view is sent.
const REQUESTS_AT_ONCE: usize = 64;
/// Views that are read before others have their turn.
const READS_AT_ONCE: usize = 16;

type Stream = BoxStream<'static, Result<pb::WatchViewsResponse, Status>>;

pub(super) fn watch(
    grpc: Grpc,
    request: Request<Streaming<pb::WatchViewsRequest>>,
) -> Result<Stream, Fault> {
    let context = Context::of(&request);
    let access = context.access();
    access.require(Wanted::Filtered)?;
    let mut heads = grpc.configuration.heads();
    heads.mark_unchanged();
    let state = grpc.configuration.state().clone();
    let watcher = Watcher {
        followed: Followed::at(state),
        ages: Ages::default(),
        tally: Tally::of(&grpc.configuration),
        requests: Some(request.into_inner()),
        grpc,
        access,
        heads,
        quiet_until: Instant::now(),
    };
    Ok(context.drain().guard(watcher.follow()).boxed())
}

struct Watcher {
    grpc: Grpc,
    access: Access,
    /// None once the caller asks for nothing more.
    requests: Option<Streaming<pb::WatchViewsRequest>>,
    heads: watch::Receiver<Seq>,
    followed: Followed,
    ages: Ages,
    tally: Tally,
    /// Until when heads are gathered into one.
    quiet_until: Instant,
}

/// What a watcher was woken for.
enum Woken {
    /// By a request, or the end of them.
    Request(Option<Result<pb::WatchViewsRequest, Status>>),
    /// By a new head; false if there will be none.
    Head(bool),
    /// To say that nothing changed.
    Progress,
}

impl Watcher {
    fn follow(mut self) -> impl futures::Stream<Item = Result<pb::WatchViewsResponse, Status>> {
        async_stream::stream! {
            let mut progress = tokio::time::interval(PROGRESS);
            progress.set_missed_tick_behavior(MissedTickBehavior::Delay);
            'following: loop {
                match self.woken(&mut progress).await {
                    Woken::Request(request) => if let Err(status) = self.take(request) {
                        yield Err(status);
                        break 'following;
                    },
                    Woken::Head(false) => break 'following,
                    Woken::Head(true) => {
                        self.heads.mark_unchanged();
                        self.look();
                        self.quiet_until = Instant::now() + COALESCE;
                    }
                    Woken::Progress => self.followed.owe_progress(),
                }
                let mut reads = 0;
                loop {
                    // before the word that all was sent, too: of a view that is added by now
                    if let Err(status) = self.take_waiting() {
                        yield Err(status);
                        break 'following;
                    }
                    let Some(number) = self.followed.next() else {
                        break;
                    };
                    reads += 1;
                    if reads % READS_AT_ONCE == 0 {
                        tokio::task::yield_now().await;
                    }
                    if let Some(event) = self.read(number).await {
                        yield Ok(of(event));
                    }
                }
                if let Some(position) = self.followed.take_progress() {
                    for age in self.ages.take(&self.grpc.sources) {
                        yield Ok(of(Event::SourceAge(age)));
                    }
                    let token = convert::token(&self.grpc.configuration, position);
                    yield Ok(of(Event::Progress(pb::Progress { token })));
                }
            }
        }
    }

    async fn woken(&mut self, progress: &mut tokio::time::Interval) -> Woken {
        let requested = async {
            match &mut self.requests {
                Some(requests) => requests.next().await,
                None => std::future::pending().await,
            }
        };
        let head = async {
            tokio::time::sleep_until(self.quiet_until).await;
            self.heads.changed().await.is_ok()
        };
        tokio::select! {
            request = requested => Woken::Request(request),
            is_new = head => Woken::Head(is_new),
            _ = progress.tick() => Woken::Progress,
        }
    }

    /// Looks at the newest state.
    fn look(&mut self) {
        let state = self.grpc.configuration.state().clone();
        self.followed.move_to(state);
    }

    /// Takes the requests that have come by now.
    fn take_waiting(&mut self) -> Result<(), Status> {
        for _ in 0..REQUESTS_AT_ONCE {
            let Some(requests) = &mut self.requests else {
                break;
            };
            let Some(request) = requests.next().now_or_never() else {
                break;
            };
            self.take(request)?;
        }
        Ok(())
    }

    fn take(
        &mut self,
        request: Option<Result<pb::WatchViewsRequest, Status>>,
    ) -> Result<(), Status> {
        let Some(request) = request.transpose()? else {
            self.requests = None;
            return Ok(());
        };
        match request.request {
            Some(Change::Add(add)) => {
                let (number, asked) = (add.number, Asked::parse(&self.access, add));
                // so that its first state is none from before it was asked for
                self.look();
                self.followed.add(number, asked)?;
                self.tally.set(self.followed.len());
                Ok(())
            }
            Some(Change::Remove(remove)) => {
                self.followed.remove(remove.number);
                self.tally.set(self.followed.len());
                Ok(())
            }
            Some(Change::Answered(answered)) => {
                let configuration = &self.grpc.configuration;
                Ok(answered::count(&answered, &self.followed, configuration)?)
            }
            None => Err(Fault::invalid(
                "request",
                "it must add or remove a view, or tell of reads",
            )
            .into()),
        }
    }
}

fn of(event: Event) -> pb::WatchViewsResponse {
    pb::WatchViewsResponse { event: Some(event) }
}
