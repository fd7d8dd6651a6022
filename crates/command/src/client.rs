//! A client of the gateway: one deadline per invocation, and retries where they are safe.

mod answer;
mod call;
mod pages;
mod problem;
mod watch;

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{
    Response, Url,
    header::{self, HeaderValue},
    redirect,
};
use rustls::ClientConfig;
use tokio::time::{Instant, sleep_until, timeout_at};
use uuid::Uuid;
use vortex_backoff::Backoff;
use vortex_sse::{BACKOFF, TRIES_UNREACHABLE};
use vortex_tls::ClientFiles;

use crate::{console::Notes, error::Error};

pub(crate) use answer::{Answer, read};
pub(crate) use call::{Call, entity_tag};
pub(crate) use pages::collect;
pub(crate) use problem::Problem;
pub(crate) use watch::{Follow, Told};

/// A client of one gateway.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    server: Url,
    key: Option<HeaderValue>,
    tls: ClientFiles,
    timeout: Duration,
    request_id: String,
    notes: Notes,
}

impl Client {
    /// A client that trusts by `tls` where the server speaks it, shows `key`, and sends `request_id`, or a new id, with every call.
    pub(crate) fn new(
        server: Url,
        key: Option<HeaderValue>,
        tls: &ClientFiles,
        timeout: Duration,
        request_id: Option<String>,
        notes: Notes,
    ) -> Result<Self, Error> {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("vortex/", env!("CARGO_PKG_VERSION")))
            // a write that is sent elsewhere unasked is worse than an error
            .redirect(redirect::Policy::none())
            .tls_backend_preconfigured(trust(&server, tls)?);
        if let Some(key) = key.clone() {
            http = http.default_headers([(header::AUTHORIZATION, key)].into_iter().collect());
        }
        if is_loopback(&server) {
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|error| Error::Setup(root_cause(&error)))?;
        Ok(Self {
            http,
            server,
            key,
            tls: tls.clone(),
            timeout,
            request_id: request_id.unwrap_or_else(|| Uuid::new_v4().to_string()),
            notes,
        })
    }

    /// How long one call may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The key that calls show, for a call by other means.
    pub(crate) fn key(&self) -> Option<&HeaderValue> {
        self.key.as_ref()
    }

    /// Whom the client trusts of `server`, as far as that speaks TLS.
    pub(crate) fn trust(&self, server: &Url) -> Result<ClientConfig, Error> {
        trust(server, &self.tls)
    }

    /// The gateway's address.
    pub(crate) fn server(&self) -> &Url {
        &self.server
    }

    /// Makes a call and reads its whole answer.
    ///
    /// A call that can't reach the server, breaks off or is answered that nothing happened is
    /// made again; writes carry an `Idempotency-Key`, so that they happen once.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, Error> {
        let deadline = Instant::now() + self.timeout;
        let mut backoff = BACKOFF;
        loop {
            let failed = match timeout_at(deadline, self.attempt(&call)).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error,
                Err(_) => return Err(self.timed_out(&call)),
            };
            let Some(pause) = pause(&failed, &mut backoff) else {
                return Err(failed);
            };
            let resume = Instant::now() + pause;
            if resume >= deadline {
                return Err(failed);
            }
            self.notes.progress(format_args!("{failed}; trying again"));
            sleep_until(resume).await;
        }
    }

    /// Makes a call once, whatever comes of it.
    pub(crate) async fn once(&self, call: &Call) -> Result<Answer, Error> {
        let answer = tokio::time::timeout(self.timeout, self.attempt(call)).await;
        answer.map_err(|_| self.timed_out(call))?
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, Error> {
        let response = self.open(call).await?;
        let answer = Answer::read(response, &self.server).await;
        answer.map_err(|error| error.unwrap_or_else(|cause| self.unreachable(&cause)))
    }

    /// Makes a call once and leaves the body of its answer to be read.
    async fn open(&self, call: &Call) -> Result<Response, Error> {
        let url = call.url(&self.server)?;
        let request_id = call.request_id.as_deref().unwrap_or(&self.request_id);
        let mut request = self
            .http
            .request(call.method.clone(), url)
            .headers(call.headers.clone())
            .header("x-request-id", request_id);
        if call.is_mutation() {
            request = request.header("idempotency-key", request_id);
        }
        if let Some(body) = &call.body {
            request = request.body(body.clone());
        }
        let response = request
            .send()
            .await
            .map_err(|error| self.unreachable(&error))?;
        match response.status().is_success() {
            true => Ok(response),
            false => Err(self.refused(response).await),
        }
    }

    async fn refused(&self, response: Response) -> Error {
        let status = response.status().as_u16();
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        let location = response.headers().get(header::LOCATION);
        let location = location.and_then(|value| Some(value.to_str().ok()?.to_owned()));
        match Answer::read(response, &self.server).await {
            Ok(answer) => {
                let mut problem = Problem::read(status, answer.body(), &self.request_id);
                problem.retry_after = retry_after.map(Duration::from_secs);
                problem.location = location;
                Error::Problem(Box::new(problem))
            }
            Err(error) => error.unwrap_or_else(|cause| self.unreachable(&cause)),
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Error {
        let told = vortex_tls::explain(error);
        Error::Unreachable {
            server: self.server.to_string(),
            tls: told.is_some(),
            cause: told.unwrap_or_else(|| root_cause(error)),
            request_id: self.request_id.clone(),
        }
    }

    fn timed_out(&self, call: &Call) -> Error {
        Error::TimedOut {
            server: self.server.to_string(),
            after: self.timeout,
            request_id: self.request_id.clone(),
            mutation: call.is_mutation(),
        }
    }
}

/// How long to wait before trying again, or `None` when another try would be no better.
fn pause(failed: &Error, backoff: &mut Backoff) -> Option<Duration> {
    match failed {
        Error::Unreachable { .. } if backoff.failures() + 1 >= TRIES_UNREACHABLE => None,
        Error::Unreachable { .. } => Some(backoff.pause(fastrand::f64())),
        Error::Problem(problem) if problem.is_transient() => {
            let jittered = backoff.pause(fastrand::f64());
            Some(problem.retry_after.unwrap_or_default().max(jittered))
        }
        _ => None,
    }
}

/// Whom the client trusts: without TLS nobody, as a machine may have no certificates at all.
fn trust(server: &Url, tls: &ClientFiles) -> Result<ClientConfig, Error> {
    let config = match server.scheme() {
        "https" => tls.config(Timestamp::now()),
        _ => vortex_tls::trusting_nobody(),
    };
    config.map_err(|error| match error {
        vortex_tls::Error::File { .. } => Error::Usage(error.to_string()),
        other => Error::Setup(other.to_string()),
    })
}

fn is_loopback(server: &Url) -> bool {
    let host = server.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

/// The innermost cause: `Connection refused (os error 111)`.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
