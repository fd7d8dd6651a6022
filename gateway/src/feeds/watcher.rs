//! One watcher: the configuration it holds, and the event it needs next.

use std::sync::Arc;

use tokio::sync::broadcast::{Receiver, error::RecvError};
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::config::v1::WatchConfigRequest;

use super::{
    Feeds, Told,
    event::Event,
    followed::Followed,
    held::{Held, Step},
    on_view::Look,
    view::View,
};
use crate::views::Unseen;

/// Takes events at its own pace, without slowing anybody down: of the view that the gateway follows
/// for all who watch it, or else of a feed of its own. A watcher that is behind gets one event for
/// everything it missed.
#[derive(Debug)]
pub(crate) struct Watcher {
    feeds: Feeds,
    view: View,
    /// The request of the watch, with the digest that its caller held.
    request: WatchConfigRequest,
    context: Context,
    source: Source,
    held: Held,
    /// The first event, until it was taken.
    first: Option<Arc<Event>>,
}

/// What tells a watcher that something has changed.
#[derive(Debug)]
enum Source {
    /// A view that says what each reader gets.
    View(Followed),
    /// A feed of what this reader gets.
    Feed(Receiver<Told>),
}

impl Watcher {
    /// Begins to watch `view` with the event that the request asks for.
    ///
    /// Fails as config-svc does.
    pub(crate) async fn begin(
        feeds: Feeds,
        view: View,
        request: WatchConfigRequest,
        context: Context,
    ) -> Result<Self, Fault> {
        // before the first event, so that nothing falls between it and the next
        let mut source = feeds.source(&view);
        let begun = match &mut source {
            Source::View(followed) => {
                let begun = feeds.begin_on_view(followed, &view, &request, &context);
                // boxed, as further down
                let begun = Box::pin(begun).await?;
                feeds.inner.views.count_watch(match &begun {
                    Ok(_) => Ok(()),
                    Err(unseen) => Err(*unseen),
                });
                if let Err(Unseen::ByReader) = begun {
                    source = Source::Feed(feeds.follow(&view));
                }
                begun.ok()
            }
            Source::Feed(_) => None,
        };
        let (first, held) = match begun {
            Some(begun) => begun,
            None => feeds.first(&view, request.clone()).await?,
        };
        Ok(Self {
            held,
            first: Some(first),
            feeds,
            view,
            request,
            context,
            source,
        })
    }

    /// Begins as [`Watcher::begin`] does, for a caller that can't see why it would be refused: what it
    /// holds of another store counts for nothing.
    pub(crate) async fn resume(
        feeds: Feeds,
        view: View,
        request: WatchConfigRequest,
        context: Context,
    ) -> Result<Self, Fault> {
        let begin = |request| Self::begin(feeds.clone(), view.clone(), request, context.clone());
        match begin(request.clone()).await {
            Err(fault) if fault.reason() == Reason::RevisionUnknown => {
                let anew = WatchConfigRequest {
                    min_token: String::new(),
                    last_digest: String::new(),
                    last_version: String::new(),
                    ..request
                };
                begin(anew).await
            }
            begun => begun,
        }
    }

    /// The next event. Not cancel safe: an event may be lost, and a later one makes up for it.
    ///
    /// Fails when the watch ends.
    pub(crate) async fn next(&mut self) -> Result<Arc<Event>, Fault> {
        let event = match self.first.take() {
            Some(first) => first,
            None => self.news().await?,
        };
        self.feeds.count(&event);
        Ok(event)
    }

    async fn news(&mut self) -> Result<Arc<Event>, Fault> {
        loop {
            let event = match &mut self.source {
                Source::View(_) => self.news_of_view().await?,
                Source::Feed(told) => {
                    let told = told.recv().await;
                    self.news_of_feed(told).await?
                }
            };
            if let Some(event) = event {
                return Ok(event);
            }
        }
    }

    async fn news_of_view(&mut self) -> Result<Option<Arc<Event>>, Fault> {
        let Source::View(followed) = &mut self.source else {
            return Ok(None);
        };
        let woken = followed.woken().await;
        let look = self.feeds.look(followed, woken, &self.view, &self.held);
        match Box::pin(look).await? {
            Look::Nothing => Ok(None),
            Look::Tell(event, held) => {
                self.held = held;
                Ok(Some(event))
            }
            Look::Ask => self.catch_up(String::new()).await.map(Some),
            Look::Leave => {
                self.source = Source::Feed(self.feeds.follow(&self.view));
                Ok(None)
            }
        }
    }

    async fn news_of_feed(
        &mut self,
        told: Result<Told, RecvError>,
    ) -> Result<Option<Arc<Event>>, Fault> {
        let event = match told {
            Ok(told) => told?,
            Err(RecvError::Lagged(_)) => {
                let here = self.held.position.token().to_owned();
                return self.catch_up(here).await.map(Some);
            }
            Err(RecvError::Closed) => return Err(ended()),
        };
        match self.held.step(&event) {
            Step::Skip => Ok(None),
            Step::Tell => {
                self.held = Held::after(&event, None);
                Ok(Some(event))
            }
            Step::CatchUp => {
                let there = event.position.token().to_owned();
                self.catch_up(there).await.map(Some)
            }
        }
    }

    /// One event that leads from what is held to a state not older than a token.
    async fn catch_up(&mut self, min_token: String) -> Result<Arc<Event>, Fault> {
        let request = WatchConfigRequest {
            last_digest: self.held.digest.clone(),
            last_version: String::new(),
            min_token,
            ..self.request.clone()
        };
        let first = self.feeds.first(&self.view, request);
        // boxed, so that this rare and large future does not take room in every watch
        let (event, held) = Box::pin(self.context.clone().scope(first)).await?;
        self.held = held;
        Ok(event)
    }
}

impl Feeds {
    /// What tells a watcher of a view: the view itself if it can be followed.
    fn source(&self, view: &View) -> Source {
        let held = view.fleet().and_then(|fleet| self.inner.views.hold(&fleet));
        match held {
            Some(held) => Source::View(Followed::new(held, self.inner.pulse.subscribe())),
            None => Source::Feed(self.follow(view)),
        }
    }
}

fn ended() -> Fault {
    Fault::new(Reason::Unavailable, "the watch ended; begin it again")
}
