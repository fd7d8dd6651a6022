//! Reading the effective configuration.

use reqwest::{Response, header::HeaderName};
use vortex_rest::Effective;

use crate::{error::Error, served::Served, shared::Shared};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const KEY: HeaderName = HeaderName::from_static("x-vortex-key");

impl Shared {
    /// The configuration for this instance, or for a subject that it serves; not older than
    /// `min_token`.
    pub(crate) async fn effective(
        &self,
        subject: Option<&str>,
        min_token: &str,
    ) -> Result<Effective, Error> {
        let mut url = self.url("effective");
        if !min_token.is_empty() {
            url.query_pairs_mut().append_pair("min_token", min_token);
        }
        let mut request = self.http.get(url);
        if let Some(subject) = subject {
            request = request.header(KEY, subject);
        }
        self.http.call(request).await
    }

    /// A stream of what changes, from what is `held` if the server knows that.
    pub(crate) async fn open_watch(&self, held: Option<&Served>) -> Result<Response, Error> {
        let mut url = self.url("watch");
        if let Some(held) = held {
            url.query_pairs_mut()
                .append_pair("last_digest", &held.digest);
        }
        let mut request = self.http.get(url).header("accept", "text/event-stream");
        if let Some(held) = held.filter(|held| !held.token.is_empty()) {
            request = request.header(LAST_EVENT_ID, &held.token);
        }
        self.http.open(request).await
    }

    /// What an answer serves.
    pub(crate) fn whole(&self, answer: Effective) -> Result<Served, Error> {
        let astray = |_| {
            let what = "the digest is of another configuration";
            self.http.garbage(what)
        };
        Served::whole(answer).map_err(astray)
    }

    fn url(&self, what: &str) -> reqwest::Url {
        let settings = &self.settings;
        let segments = ["api", what, &settings.app, &settings.profiles];
        let mut url = self.http.url(&segments);
        if let Some(label) = &settings.label {
            url.query_pairs_mut().append_pair("label", label);
        }
        url
    }
}
