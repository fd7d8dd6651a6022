//! The gateway, by HTTP: reads and reports are requests, a watch is server-sent events.

mod events;
mod http;

use reqwest::{Url, header::HeaderName};
use vortex_rest::{Effective, Heartbeat, HeartbeatReply};

use super::{Address, Read, Trust};
use crate::{builder::Settings, error::Error, served::Served};
use http::Http;

pub(crate) use events::Events;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const KEY: HeaderName = HeaderName::from_static("x-vortex-key");

/// A client of a gateway.
#[derive(Debug)]
pub(crate) struct Rest {
    http: Http,
    effective: Url,
    watch: Url,
    report: Url,
}

impl Rest {
    pub(super) fn new(server: &Url, trust: &Trust, settings: &Settings) -> Result<Self, Error> {
        let http = Http::new(server, trust, settings)?;
        let of_view = |what: &str| {
            let segments = ["api", what, &settings.app, &settings.profiles];
            let mut url = http.url(&segments);
            if let Some(label) = &settings.label {
                url.query_pairs_mut().append_pair("label", label);
            }
            url
        };
        Ok(Self {
            effective: of_view("effective"),
            watch: of_view("watch"),
            report: http.url(&["heartbeat"]),
            http,
        })
    }

    pub(super) async fn effective(&self, read: Read<'_>) -> Result<Effective, Error> {
        let mut url = self.effective.clone();
        if !read.min_token.is_empty() {
            url.query_pairs_mut()
                .append_pair("min_token", read.min_token);
        }
        let mut request = self.http.get(url);
        if let Some(subject) = read.subject {
            request = request.header(KEY, subject);
        }
        self.http.call(request).await
    }

    pub(super) async fn watch(&self, held: Option<&Served>) -> Result<Events, Error> {
        let mut url = self.watch.clone();
        if let Some(held) = held {
            url.query_pairs_mut()
                .append_pair("last_digest", &held.digest);
        }
        let mut request = self.http.get(url).header("accept", "text/event-stream");
        if let Some(held) = held.filter(|held| !held.token.is_empty()) {
            request = request.header(LAST_EVENT_ID, &held.token);
        }
        let response = self.http.open(request).await?;
        Ok(Events::new(response, self.http.clone()))
    }

    pub(super) async fn report(&self, heartbeat: &Heartbeat) -> Result<HeartbeatReply, Error> {
        let body = serde_json::to_vec(heartbeat);
        let body = body.map_err(|error| self.address().garbage(error.to_string()))?;
        let request = self.http.post(self.report.clone(), body);
        self.http.call(request).await
    }

    pub(super) fn address(&self) -> &Address {
        self.http.address()
    }
}
