//! What a watcher is told of a view that the gateway follows.

use std::{cmp::Ordering, sync::Arc};

use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::config::v1::{
    Progress, WatchConfigRequest, WatchConfigResponse, watch_config_response::Event as Message,
};
use vortex_views::{Fleet, Fresh, Reader, Token};

use super::{
    Feeds,
    event::Event,
    followed::{Followed, Woken},
    held::Held,
    position::Position,
    view::View,
};
use crate::views::{self, Seen, Unseen};

/// What a look at a view comes to.
#[derive(Debug)]
pub(super) enum Look {
    /// There is nothing to tell.
    Nothing,
    /// This is told, and held from then on.
    Tell(Arc<Event>, Held),
    /// The view is of another store than what is held: config-svc knows what to tell.
    Ask,
    /// What this reader gets can't be said from the view.
    Leave,
}

impl Feeds {
    /// What a watch begins with, if a view says it; what is held then, too.
    ///
    /// Fails if its caller may not watch it, as config-svc would say.
    pub(super) async fn begin_on_view(
        &self,
        followed: &mut Followed,
        view: &View,
        request: &WatchConfigRequest,
        context: &Context,
    ) -> Result<Result<(Arc<Event>, Held), Unseen>, Fault> {
        let (Some(fleet), Some(fresh)) = (view.fleet(), self.known(followed).await) else {
            return Ok(Err(Unseen::Missed));
        };
        let age = followed.age(fresh.view());
        let (reader, floor) = (view.reader(), self.inner.views.floor());
        let seen = match Seen::of(fresh, age, &reader, floor, &request.min_token) {
            Ok(seen) => seen,
            Err(unseen) => return Ok(Err(unseen)),
        };
        self.inner.views.may_watch(context, request)?;
        let named = match (&*request.last_digest, &*request.last_version) {
            ("", version) if !version.is_empty() => self.inner.configs.digest_of(&fleet, version),
            _ => None,
        };
        let before = match named.as_deref().unwrap_or(&request.last_digest) {
            "" if request.last_version.is_empty() => Before::Nothing,
            // config-svc may remember what was served by that name
            "" => return Ok(Err(Unseen::Bypassed)),
            digest if seen.variant().is_some_and(|now| *now.digest == *digest) => {
                self.remember_seen(&fleet, &seen);
                Before::Same
            }
            digest => match self.inner.configs.find(&fleet, digest) {
                Some(_) => Before::Held(digest),
                // config-svc may remember it
                None => return Ok(Err(Unseen::Bypassed)),
            },
        };
        let least = request.min_token.parse().ok();
        let told = self.tell(view, &seen, before, least).await?;
        Ok(told.ok_or(Unseen::Bypassed))
    }

    /// Remembers what somebody holds from now on, so that the next event can be the difference.
    fn remember_seen(&self, fleet: &Fleet, seen: &Seen) {
        if let Some(now) = seen.variant() {
            let configs = &self.inner.configs;
            configs.remember(fleet, &now.digest, &now.version, &now.config);
        }
    }

    /// What is known of a view; waits for it for a while if config-svc may tell of it.
    async fn known(&self, followed: &mut Followed) -> Option<Fresh> {
        let knowing = async {
            loop {
                if let Some(fresh) = followed.fresh() {
                    return fresh;
                }
                followed.moved().await;
            }
        };
        match self.inner.views.may_tell() {
            true => tokio::time::timeout(super::KNOWN_WITHIN, knowing)
                .await
                .ok(),
            false => None,
        }
    }

    /// Looks at a view for what a watcher that holds this has to be told.
    ///
    /// Fails when the view can't be served, and when config-svc is silent for too long.
    pub(super) async fn look(
        &self,
        followed: &mut Followed,
        woken: Woken,
        view: &View,
        held: &Held,
    ) -> Result<Look, Fault> {
        let fresh = followed.fresh();
        if followed.is_gone(woken, fresh.is_some()) {
            return Err(super::silent());
        }
        let Some(fresh) = fresh else {
            return Ok(Look::Nothing);
        };
        match Position::new(fresh.token.to_string()).order(&held.position) {
            Some(Ordering::Less) => return Ok(Look::Nothing),
            Some(Ordering::Equal | Ordering::Greater) => {}
            // a second's word may be of before a restore, of which config-svc was told since
            None if woken == Woken::Pulse => return Ok(Look::Nothing),
            None => return Ok(Look::Ask),
        }
        let reader = view.reader();
        let age = followed.age(fresh.view());
        let seen = match Seen::at_all(fresh.clone(), age, &reader) {
            Ok(seen) => seen,
            Err(Unseen::ByReader) => return Ok(Look::Leave),
            Err(_) => return fault(&fresh, &reader).map_or(Ok(Look::Leave), Err),
        };
        let before = match held.is_of(&seen, &reader) {
            false => Before::Held(&held.digest),
            true if woken == Woken::Pulse => Before::Same,
            true => return Ok(Look::Nothing),
        };
        let told = self.tell(view, &seen, before, held.token()).await?;
        Ok(told.map_or(Look::Leave, |(event, held)| Look::Tell(event, held)))
    }

    /// The event that leads from what a watcher held before to what it gets now, not as of a position
    /// before `least`; and what it holds then.
    async fn tell(
        &self,
        view: &View,
        seen: &Seen,
        before: Before<'_>,
        least: Option<Token>,
    ) -> Result<Option<(Arc<Event>, Held)>, Fault> {
        let reader = view.reader();
        let (at, from) = match before {
            Before::Same => (seen.token(), None),
            Before::Nothing => (seen.since(least), Some("")),
            Before::Held(digest) => (seen.since(least), Some(digest)),
        };
        let (Some(held), Some(fleet)) = (Held::seen(seen, at, &reader), view.fleet()) else {
            return Ok(None);
        };
        self.inner.views.floor().raise(at);
        let Some(from) = from else {
            let token = at.to_string();
            let event = Event::progress(held.digest.clone(), Progress { token });
            return Ok(Some((Arc::new(event), held)));
        };
        seen.count(&reader);
        let Some(message) = self.message(&fleet, seen, at, from, &reader).await? else {
            return Ok(None);
        };
        let event = self.write(view, from, message).await?;
        Ok(event.map(|event| (event, held)))
    }

    /// The difference to the configuration of a digest if it is remembered, and small; else the
    /// whole.
    async fn message(
        &self,
        fleet: &Fleet,
        seen: &Seen,
        at: Token,
        from: &str,
        reader: &Reader<'_>,
    ) -> Result<Option<WatchConfigResponse>, Fault> {
        let Some(variant) = seen.variant() else {
            return Ok(None);
        };
        let sent = &self.inner.configs;
        let old = sent.find(fleet, from);
        self.remember_seen(fleet, seen);
        if let Some(old) = old {
            let (before, after) = ((from, &old.json), (&*variant.digest, &variant.config));
            let patch = sent.patch(&self.inner.compute, before, after).await?;
            // a difference larger than the whole is sent as the whole
            if patch.len() <= variant.config.len() {
                let change = views::change(seen, at, (old.version, patch), reader);
                let event = change.map(Message::Change);
                return Ok(event.map(|event| WatchConfigResponse { event: Some(event) }));
            }
        }
        let snapshot = views::config_reply(fleet, seen, at, reader);
        let event = snapshot.map(Message::Snapshot);
        Ok(event.map(|event| WatchConfigResponse { event: Some(event) }))
    }
}

/// What a watcher held before.
#[derive(Clone, Copy, Debug)]
enum Before<'a> {
    /// Nothing that is known.
    Nothing,
    /// What it gets now.
    Same,
    /// The configuration of this digest.
    Held(&'a str),
}

/// Why a view can't be served to a reader, if config-svc says so.
fn fault(fresh: &Fresh, reader: &Reader<'_>) -> Option<Fault> {
    let view = fresh.view();
    let of_variant = || view.variant(view.arms_of(reader))?.fault.as_ref();
    let fault = view.fault.as_ref().or_else(of_variant)?;
    let reason = fault.reason.parse().unwrap_or(Reason::Internal);
    Some(Fault::new(reason, fault.message.to_string()))
}
