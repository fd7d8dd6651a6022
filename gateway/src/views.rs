//! Answers reads from views that the gateway follows over one stream of config-svc, where these are
//! as new as any answer must be; all else is for config-svc.

mod asked;
mod deputies;
mod meters;
mod replies;
mod seen;

use std::sync::Arc;

use vortex_kit::{channel::Channel, context::Context, error::Fault, process::Runtime};
use vortex_proto::config::v1::{
    GetConfigRequest, GetConfigResponse, GetEnvironmentRequest, GetEnvironmentResponse,
    WatchConfigRequest,
};
use vortex_views::{Content, Fleet, Held, Options, Reader};

use crate::{clients::ConfigClient, floor::Floor};
use asked::Asked;
use deputies::Deputies;
use meters::{Meters, Outcome};

pub(crate) use replies::{change, config_reply};
pub(crate) use seen::{Seen, Unseen};

/// The most views that are followed, as many as a stream may have.
const MOST: usize = 10_000;
/// About how many bytes they may take.
const BYTES: usize = 64 << 20;

/// The views that the gateway follows. A clone is a pointer.
#[derive(Clone, Debug)]
pub(crate) struct Views {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    views: vortex_views::Views,
    floor: Floor,
    asked: Asked,
    deputies: Deputies,
    meters: Meters,
}

impl Views {
    /// Follows views of the config-svc behind `channel`, and never answers with less than `floor`.
    pub(crate) fn follow(channel: Channel, floor: Floor, runtime: &Runtime) -> Self {
        let options = Options {
            content: Content::Config,
            history: false,
            most: MOST,
            bytes: BYTES,
            for_anybody: !runtime.gate.is_required(),
        };
        Self {
            inner: Arc::new(Inner {
                views: vortex_views::Views::follow(channel, options, runtime),
                floor,
                asked: Asked::new(runtime.clock.clone()),
                deputies: Deputies::new(&runtime.gate),
                meters: Meters::new(&runtime.metrics),
            }),
        }
    }

    /// Answers a read of an effective configuration: from a view, or as `config` does.
    ///
    /// Fails as config-svc does.
    pub(crate) async fn config(
        &self,
        config: &mut ConfigClient,
        request: GetConfigRequest,
    ) -> Result<GetConfigResponse, Fault> {
        if let Some(reply) = self.config_of_view(&request)? {
            return Ok(reply);
        }
        let doubts = self.inner.floor.doubts();
        // boxed, since the future of a generated client is large and every caller would move it
        let reply = Box::pin(config.get_config(request)).await?;
        self.inner.floor.settle(doubts);
        Ok(reply.into_inner())
    }

    /// Answers a read of property sources: from a view, or as `config` does.
    ///
    /// Fails as config-svc does.
    pub(crate) async fn environment(
        &self,
        config: &mut ConfigClient,
        request: GetEnvironmentRequest,
    ) -> Result<GetEnvironmentResponse, Fault> {
        if let Some(reply) = self.environment_of_view(&request)? {
            return Ok(reply);
        }
        let doubts = self.inner.floor.doubts();
        let reply = Box::pin(config.get_environment(request)).await?;
        self.inner.floor.settle(doubts);
        Ok(reply.into_inner())
    }

    fn config_of_view(
        &self,
        request: &GetConfigRequest,
    ) -> Result<Option<GetConfigResponse>, Fault> {
        let reader = Reader::new(&request.instance, &request.key);
        let fleet = Fleet::new(&request.app, &request.profiles, &request.label).ok();
        let read = (Content::Config, &*request.min_token);
        let Some(seen) = self.see(fleet.as_ref(), read, &reader) else {
            return Ok(None);
        };
        self.inner.deputies.config(&context(), request)?;
        self.answered(Content::Config, &seen, &reader);
        let reply = |fleet| config_reply(&fleet, &seen, seen.token(), &reader);
        Ok(fleet.and_then(reply))
    }

    fn environment_of_view(
        &self,
        request: &GetEnvironmentRequest,
    ) -> Result<Option<GetEnvironmentResponse>, Fault> {
        let reader = Reader::new(&request.instance, &request.key);
        let fleet = replies::single(request.view.as_ref());
        let content = Content::Environment {
            origins: request.origins,
        };
        let read = (content, &*request.min_token);
        let Some(seen) = self.see(fleet.as_ref(), read, &reader) else {
            return Ok(None);
        };
        self.inner.deputies.environment(&context(), request)?;
        self.answered(content, &seen, &reader);
        Ok(replies::environment(request, &seen, &reader))
    }

    /// Fails unless the caller of a context may watch what a request names, as config-svc would say.
    pub(crate) fn may_watch(
        &self,
        context: &Context,
        request: &WatchConfigRequest,
    ) -> Result<(), Fault> {
        self.inner.deputies.watch(context, request)
    }

    /// Follows the effective configuration of a fleet for as long as this is kept. None if there is
    /// no room.
    pub(crate) fn hold(&self, fleet: &Fleet) -> Option<Held> {
        self.inner.views.hold(fleet)
    }

    /// Whether config-svc tells of views now, or has not begun to since the process did.
    pub(crate) fn may_tell(&self) -> bool {
        let views = &self.inner.views;
        views.is_current() || views.position().is_none()
    }

    /// The newest position that was told.
    pub(crate) fn floor(&self) -> &Floor {
        &self.inner.floor
    }

    /// Counts whether a watch could begin from a view.
    pub(crate) fn count_watch(&self, begun: Result<(), Unseen>) {
        self.inner.meters.watch(begun);
    }

    /// What a reader gets of a view, if it is followed and new enough.
    fn see(
        &self,
        fleet: Option<&Fleet>,
        (content, min_token): (Content, &str),
        reader: &Reader<'_>,
    ) -> Option<Seen> {
        let unseen = match fleet {
            Some(fleet) => match self.find(fleet, content, min_token, reader) {
                Ok(seen) => return Some(seen),
                Err(unseen) => unseen,
            },
            // several at once, or what config-svc says is no name
            None => Unseen::Bypassed,
        };
        self.inner.meters.read(content, Outcome::from(unseen));
        None
    }

    fn find(
        &self,
        fleet: &Fleet,
        content: Content,
        min_token: &str,
        reader: &Reader<'_>,
    ) -> Result<Seen, Unseen> {
        let inner = &*self.inner;
        let views = inner.views.of(content);
        let Some(fresh) = views.fresh(fleet) else {
            if !views.follows(fleet) && inner.asked.is_again(fleet, content) {
                views.get(fleet);
            }
            return Err(Unseen::Missed);
        };
        let age = views.source_age(fresh.view());
        Seen::of(fresh, age, reader, &inner.floor, min_token)
    }

    /// Notes that a read is answered.
    fn answered(&self, content: Content, seen: &Seen, reader: &Reader<'_>) {
        seen.count(reader);
        self.inner.floor.raise(seen.token());
        self.inner.meters.read(content, Outcome::Hit);
    }
}

fn context() -> Context {
    Context::current().unwrap_or_else(Context::root)
}
