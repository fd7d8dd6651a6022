//! Asks a Prometheus, or what speaks as it does.

mod answer;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use reqwest::{
    Client,
    header::{ACCEPT, CONTENT_TYPE, HeaderValue},
};
use url::{Url, form_urlencoded};
use vortex_kit::{clock::Clock, process::Runtime};

use super::{
    http::{self, Unanswered},
    meters::Queries,
    settings::{Credentials, Provider},
    standing::Standing,
    subject::Subject,
};
use crate::domain::analysis::Sample;

/// Bytes of an answer: one value has a hundred.
const LARGEST: usize = 256 << 10;
/// What the answer to one value is asked as.
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// A provider of values.
pub(super) struct Prometheus {
    url: Url,
    http: Client,
    credentials: Option<Credentials>,
    patience: Duration,
    standing: Standing,
    meters: Queries,
    clock: Arc<dyn Clock>,
}

impl Prometheus {
    pub(super) fn new(provider: &Provider, runtime: &Runtime) -> Self {
        let name = format!("provider {}", provider.name);
        Self {
            url: provider.query_url.clone(),
            http: provider.http.clone(),
            credentials: provider.credentials.clone(),
            patience: provider.timeout,
            standing: Standing::new(name, runtime.health.clone()),
            meters: Queries::new(&provider.name, &runtime.metrics),
            clock: runtime.clock.clone(),
        }
    }

    /// Asks for the value of a query at the time of the round.
    pub(super) async fn ask(&self, query: &str, subject: &Subject<'_>) -> Sample {
        let patience = subject.patience(self.patience);
        let now: Timestamp = self.clock.now();
        match self.answer(query, subject.now, patience).await {
            Ok(value) => {
                self.standing.is_there();
                let counter = match value {
                    Some(_) => &self.meters.value,
                    None => &self.meters.none,
                };
                counter.increment(1);
                Ok(value)
            }
            Err(Unanswered::Refused(why)) => {
                self.standing.is_there();
                self.meters.refused.increment(1);
                Err(why)
            }
            Err(Unanswered::Away(why)) => {
                self.meters.away.increment(1);
                Err(self.standing.is_away(now, &why))
            }
        }
    }

    async fn answer(
        &self,
        query: &str,
        at: Timestamp,
        patience: Duration,
    ) -> Result<Option<f64>, Unanswered> {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("query", query)
            .append_pair("time", &at.to_string())
            .append_pair("timeout", &format!("{}ms", patience.as_millis().max(1)))
            .finish();
        let request = self.http.post(self.url.clone()).header(ACCEPT, JSON);
        let request = request.header(CONTENT_TYPE, FORM).body(form);
        let request = match &self.credentials {
            Some(credentials) => {
                request.header(reqwest::header::AUTHORIZATION, credentials.header())
            }
            None => request,
        };
        let answer = http::ask(request, patience, LARGEST).await?;
        answer::value(answer.status, &answer.body)
    }
}
