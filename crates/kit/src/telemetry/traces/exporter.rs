//! Sends spans to a collector, in batches.

use std::time::Duration;

use jiff::Timestamp;
use metrics::Counter;
use reqwest::{Client, RequestBuilder, StatusCode, header::CONTENT_TYPE, redirect::Policy};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;
use url::Url;
use vortex_backoff::{Backoff, Jitter};
use vortex_tls::ClientFiles;

use super::{otlp, span::Span, spans_total};
use crate::{error::Chain, shutdown::Lifecycle, telemetry::Metrics};

/// Spans of one request.
const BATCH: usize = 512;
/// The longest that a span waits for others.
const GATHER: Duration = Duration::from_secs(2);
/// For one attempt, with its answer.
const ATTEMPT: Duration = Duration::from_secs(5);
/// Attempts for one batch; then it is given up, since newer spans wait.
const ATTEMPTS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read. What it says is no matter.
const ANSWER: usize = 64 << 10;
/// For what is left when the process ends.
const LAST: Duration = Duration::from_secs(2);

/// Traces can't be sent.
#[derive(Debug, thiserror::Error)]
pub enum CannotExport {
    /// The URL is not one of HTTP.
    #[error("--otlp-endpoint: {0} is neither http:// nor https://")]
    Scheme(Url),
    /// No TLS can be spoken.
    #[error("--otlp-endpoint")]
    Tls(#[from] vortex_tls::Error),
    /// There is no client.
    #[error("--otlp-endpoint")]
    Client(#[from] reqwest::Error),
}

/// A collector, and the spans for it.
pub(super) struct Exporter {
    url: Url,
    http: Client,
    waiting: mpsc::Receiver<Span>,
}

/// Why a batch was not taken.
enum Refused {
    /// Another attempt may do.
    Later(String),
    /// None will.
    For(StatusCode),
}

struct Counters {
    sent: Counter,
    failed: Counter,
}

impl Exporter {
    pub(super) fn new(
        endpoint: &Url,
        waiting: mpsc::Receiver<Span>,
        now: Timestamp,
    ) -> Result<Self, CannotExport> {
        let client = Client::builder()
            .user_agent(concat!("vortex/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none());
        let client = match endpoint.scheme() {
            // this network is not behind a proxy, and speaks no TLS
            "http" => client
                .no_proxy()
                .tls_backend_preconfigured(vortex_tls::trusting_nobody()?),
            "https" => {
                let trusted = ClientFiles::default().config(now)?;
                client.tls_backend_preconfigured(trusted)
            }
            _ => return Err(CannotExport::Scheme(endpoint.clone())),
        };
        let mut url = endpoint.clone();
        let path = url.path().trim_end_matches('/');
        if !path.ends_with("/v1/traces") {
            url.set_path(&format!("{path}/v1/traces"));
        }
        Ok(Self {
            url,
            http: client.build()?,
            waiting,
        })
    }

    /// Sends from now on, until the process ends.
    pub(super) fn start(self, metrics: &Metrics, lifecycle: &Lifecycle) {
        let counters = Counters {
            sent: spans_total(metrics, "sent"),
            failed: spans_total(metrics, "failed"),
        };
        tracing::info!(collector = %named(&self.url), "sending traces");
        lifecycle.spawn_stoppable("traces", |stop| self.run(counters, stop));
    }

    async fn run(mut self, counters: Counters, stop: CancellationToken) {
        let mut trouble = false;
        let mut batch = Vec::new();
        loop {
            let next = async {
                self.gather(&mut batch).await;
                self.send(&batch, &counters, &mut trouble).await;
            };
            if stop.run_until_cancelled(next).await.is_none() {
                break;
            }
            batch.clear();
        }
        // what was being sent may be sent again, which a collector tells by the spans' ids
        while let Ok(span) = self.waiting.try_recv() {
            batch.push(span);
        }
        let end = Instant::now() + LAST;
        for batch in batch.chunks(BATCH) {
            let sent = timeout_at(end, self.attempt(batch)).await;
            counters.count(batch, matches!(sent, Ok(Ok(()))));
        }
    }

    /// Adds the next spans to a batch, until there are enough or the first has waited long enough.
    /// Cancel safe: they stay in the batch.
    async fn gather(&mut self, batch: &mut Vec<Span>) {
        match self.waiting.recv().await {
            Some(first) => batch.push(first),
            // nobody is left who could tell any
            None => return std::future::pending().await,
        }
        let end = Instant::now() + GATHER;
        while batch.len() < BATCH {
            match timeout_at(end, self.waiting.recv()).await {
                Ok(Some(span)) => batch.push(span),
                Ok(None) | Err(_) => return,
            }
        }
    }

    async fn send(&self, batch: &[Span], counters: &Counters, trouble: &mut bool) {
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE, Jitter::Quarter);
        loop {
            let why = match self.attempt(batch).await {
                Ok(()) => {
                    counters.count(batch, true);
                    if std::mem::take(trouble) {
                        tracing::info!(collector = %named(&self.url), "traces are taken again");
                    }
                    return;
                }
                Err(Refused::Later(_)) if backoff.failures() + 1 < ATTEMPTS => {
                    tokio::time::sleep(backoff.pause(fastrand::f64())).await;
                    continue;
                }
                Err(Refused::Later(why)) => why,
                Err(Refused::For(status)) => status.to_string(),
            };
            counters.count(batch, false);
            // said once until it is over
            if !std::mem::replace(trouble, true) {
                let collector = named(&self.url);
                tracing::warn!(%collector, why, "traces are not taken, and are left out");
            }
            return;
        }
    }

    async fn attempt(&self, batch: &[Span]) -> Result<(), Refused> {
        let request = self.http.post(self.url.clone());
        let request = request
            .header(CONTENT_TYPE, "application/json")
            .body(otlp::request(batch).to_string());
        match timeout(ATTEMPT, ask(request)).await {
            Ok(Ok(status)) if status.is_success() => Ok(()),
            Ok(Ok(status)) if is_passing(status) => Err(Refused::Later(status.to_string())),
            Ok(Ok(status)) => Err(Refused::For(status)),
            Ok(Err(error)) => Err(Refused::Later(Chain(&error.without_url()).to_string())),
            Err(_elapsed) => Err(Refused::Later(format!("no answer within {ATTEMPT:?}"))),
        }
    }
}

impl Counters {
    fn count(&self, batch: &[Span], taken: bool) {
        let counter = if taken { &self.sent } else { &self.failed };
        counter.increment(batch.len() as u64);
    }
}

/// The status of an answer, which is read to its end if that is near, so that the connection can be
/// used again.
async fn ask(request: RequestBuilder) -> reqwest::Result<StatusCode> {
    let mut answer = request.send().await?;
    let mut read = 0;
    while let Some(chunk) = answer.chunk().await? {
        read += chunk.len();
        if read > ANSWER {
            break;
        }
    }
    Ok(answer.status())
}

/// Whether OTLP has a client try again after such an answer.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

/// A collector for people: its URL may hold a key.
fn named(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}
