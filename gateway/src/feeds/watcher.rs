//! One watcher: the configuration it holds, and the event it needs next.

use std::{cmp::Ordering, sync::Arc};

use tokio::sync::broadcast::{Receiver, error::RecvError};
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::config::v1::WatchConfigRequest;

use super::{
    Feeds, Told,
    event::{Event, Kind},
    position::Position,
    view::View,
};

/// Takes events from a view's feed at its own pace, without slowing the feed down. A watcher that
/// is further behind than the feed remembers gets one event for everything it missed.
#[derive(Debug)]
pub(crate) struct Watcher {
    feeds: Feeds,
    view: View,
    /// The request of the watch, with the digest that its caller held.
    request: WatchConfigRequest,
    context: Context,
    told: Receiver<Told>,
    held: Held,
    /// The first event, until it was taken.
    first: Option<Arc<Event>>,
}

/// The configuration that a watcher holds.
#[derive(Debug)]
struct Held {
    digest: String,
    position: Position,
}

/// What a watcher does with an event.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Nothing: it holds what the event leads to, or something newer.
    Skip,
    /// Sends it: it leads on from what the watcher holds.
    Tell,
    /// Asks config-svc: the event leads on from something else.
    CatchUp,
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
        let told = feeds.follow(&view);
        let first = feeds.first(&view, request.clone()).await?;
        Ok(Self {
            held: Held::after(&first),
            first: Some(first),
            feeds,
            view,
            request,
            context,
            told,
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
            let event = match self.told.recv().await {
                Ok(told) => told?,
                Err(RecvError::Lagged(_)) => {
                    let here = self.held.position.token().to_owned();
                    return self.catch_up(here).await;
                }
                Err(RecvError::Closed) => return Err(ended()),
            };
            match self.held.step(&event) {
                Step::Skip => {}
                Step::Tell => return Ok(self.take(event)),
                Step::CatchUp => {
                    let there = event.position.token().to_owned();
                    return self.catch_up(there).await;
                }
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
        let event = Box::pin(self.context.clone().scope(first)).await?;
        Ok(self.take(event))
    }

    fn take(&mut self, event: Arc<Event>) -> Arc<Event> {
        self.held = Held::after(&event);
        event
    }
}

impl Held {
    fn after(event: &Event) -> Self {
        Self {
            digest: event.digest.clone(),
            position: event.position.clone(),
        }
    }

    fn step(&self, event: &Event) -> Step {
        let same = event.digest == self.digest;
        match (event.position.order(&self.position), &event.kind) {
            (Some(Ordering::Less), _) => Step::Skip,
            // there is one configuration at a position
            (Some(Ordering::Equal), Kind::Progress) if same => Step::Tell,
            (Some(Ordering::Equal), _) => Step::Skip,
            (Some(Ordering::Greater), Kind::Progress) if same => Step::Tell,
            (Some(Ordering::Greater), Kind::Snapshot) if same => Step::Skip,
            (Some(Ordering::Greater), Kind::Snapshot) => Step::Tell,
            (Some(Ordering::Greater), Kind::Change { from }) if *from == self.digest => Step::Tell,
            (Some(Ordering::Greater) | None, _) => Step::CatchUp,
        }
    }
}

fn ended() -> Fault {
    Fault::new(Reason::Unavailable, "the watch ended; begin it again")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::feeds::event::Message;

    fn event(kind: Kind, digest: &str, token: &str) -> Event {
        Event {
            kind,
            digest: digest.into(),
            position: Position::new(token.into()),
            bytes: Bytes::new(),
            message: Message::default(),
        }
    }

    fn change(from: &str) -> Kind {
        Kind::Change { from: from.into() }
    }

    #[test]
    fn an_event_is_told_only_to_those_it_goes_on_from() {
        let held = Held {
            digest: "b".into(),
            position: Position::new("s:7".into()),
        };
        for (kind, digest, token, step) in [
            (change("a"), "b", "s:7", Step::Skip),
            (change("b"), "a", "s:6", Step::Skip),
            (change("b"), "c", "s:8", Step::Tell),
            (change("a"), "c", "s:8", Step::CatchUp),
            (change("b"), "c", "t:8", Step::CatchUp),
            (Kind::Snapshot, "b", "s:8", Step::Skip),
            (Kind::Snapshot, "c", "s:8", Step::Tell),
            (Kind::Snapshot, "a", "s:6", Step::Skip),
            (Kind::Progress, "b", "s:7", Step::Tell),
            (Kind::Progress, "b", "s:9", Step::Tell),
            (Kind::Progress, "a", "s:6", Step::Skip),
            (Kind::Progress, "c", "s:9", Step::CatchUp),
        ] {
            let event = event(kind, digest, token);
            assert_eq!(held.step(&event), step, "{event:?}");
        }
    }
}
