//! Asks webhooks.

mod body;
mod decision;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, header::CONTENT_TYPE};
use url::Url;
use vortex_backoff::{Backoff, Jitter};
use vortex_kit::{clock::Clock, process::Runtime, settings::Secret};
use vortex_notify::{DELIVERY, SIGNATURE, TIMESTAMP, signature};

use super::{
    hosts::{Hosts, place},
    http::{self, Unanswered},
    meters,
    settings::WebhookSettings,
    standing::Standing,
    subject::Subject,
};
use crate::domain::{
    Webhook,
    analysis::{Application, WebhookFinding},
};

/// Bytes of an answer.
const LARGEST: usize = 64 << 10;
/// The number of times that a webhook is asked in a round.
const ATTEMPTS: u32 = 3;
/// The pauses between attempts.
const BACKOFF: Backoff = Backoff::new(
    Duration::from_millis(100),
    Duration::from_secs(1),
    Jitter::Quarter,
);

/// A decision with its message.
type Decision = (WebhookFinding, String);

/// Asks webhooks at the hosts that are allowed.
pub(super) struct Webhooks {
    hosts: Hosts,
    http: Client,
    secret: Option<Secret>,
    patience: Duration,
    /// How it stands with each host.
    standings: BTreeMap<String, Standing>,
    meters: meters::Webhooks,
    clock: Arc<dyn Clock>,
}

impl Webhooks {
    pub(super) fn new(settings: &WebhookSettings, runtime: &Runtime) -> Self {
        let standing = |place: String| {
            let standing = Standing::new(format!("webhooks at {place}"), runtime.health.clone());
            (place, standing)
        };
        Self {
            hosts: settings.hosts.clone(),
            http: settings.http.clone(),
            secret: settings.secret.clone(),
            patience: settings.timeout,
            standings: settings.hosts.places().map(standing).collect(),
            meters: meters::Webhooks::new(&runtime.metrics),
            clock: runtime.clock.clone(),
        }
    }

    /// Asks a webhook about an application, again while it is away and the round lasts.
    pub(super) async fn ask(
        &self,
        webhook: &Webhook,
        app: &Application,
        subject: &Subject<'_>,
    ) -> Result<Decision, String> {
        let url = self.hosts.allow(&webhook.url);
        let decided = match &url {
            Ok(url) => self.decide(url, webhook, app, subject).await,
            Err(error) => Err(Unanswered::Refused(error.to_string())),
        };
        let counter = match &decided {
            Ok((WebhookFinding::Passes, _)) => &self.meters.passes,
            Ok((WebhookFinding::Fails, _)) => &self.meters.fails,
            Ok((WebhookFinding::Waits, _)) => &self.meters.waits,
            Ok((WebhookFinding::Unanswered, _)) | Err(Unanswered::Away(_)) => &self.meters.away,
            Err(Unanswered::Refused(_)) => &self.meters.refused,
        };
        counter.increment(1);
        let place = url.ok().map(|url| place(&url));
        let standing = place.and_then(|place| self.standings.get(&place));
        match (decided, standing) {
            (Err(Unanswered::Away(why)), Some(standing)) => {
                Err(standing.is_away(self.clock.now(), &why))
            }
            (decided, standing) => {
                standing.inspect(|standing| standing.is_there());
                decided.map_err(Unanswered::why)
            }
        }
    }

    async fn decide(
        &self,
        url: &Url,
        webhook: &Webhook,
        app: &Application,
        subject: &Subject<'_>,
    ) -> Result<Decision, Unanswered> {
        let id = format!("{}-{}-{app}", subject.name(), webhook.name);
        let body = body::of(&id, webhook, app, subject);
        let mut backoff = BACKOFF;
        loop {
            let patience = subject.patience(self.patience);
            let request = self.request(url, &id, &body, self.clock.now());
            let answer = http::ask(request, patience, LARGEST).await;
            let decided = answer.and_then(|answer| decision::of(answer.status, &answer.body));
            let pause = backoff.pause(fastrand::f64());
            let may_ask = backoff.failures() < ATTEMPTS && pause < subject.left();
            match decided {
                Err(Unanswered::Away(_)) if may_ask => {
                    tokio::time::sleep(pause).await;
                }
                decided => return decided,
            }
        }
    }

    fn request(&self, url: &Url, id: &str, body: &Bytes, now: Timestamp) -> RequestBuilder {
        let request = self.http.post(url.clone());
        let request = request
            .header(CONTENT_TYPE, "application/json")
            .header(DELIVERY, id);
        let request = match &self.secret {
            Some(secret) => {
                let second = now.as_second();
                let signed = signature(secret.reveal().as_bytes(), second, body);
                request.header(TIMESTAMP, second).header(SIGNATURE, signed)
            }
            None => request,
        };
        request.body(body.clone())
    }
}
