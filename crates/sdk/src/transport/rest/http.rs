//! Calls of the gateway: each is made once, and has its deadline.

use std::{net::IpAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use reqwest::{
    RequestBuilder, Response, Url,
    header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect,
};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use vortex_tls::{ClientFiles, Identity};

use crate::{
    builder::Settings,
    error::{Error, Problem},
};

/// The most an answer may take; what is larger is not read on.
const LIMIT: usize = 16 << 20;

/// The longest that a server may ask to be left alone.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

const INSTANCE: HeaderName = HeaderName::from_static("x-vortex-instance");

/// A client of one gateway.
#[derive(Clone, Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    server: Url,
    timeout: Duration,
}

impl Http {
    /// A client by these settings.
    ///
    /// # Errors
    /// When a setting can't be used.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let server = server(&settings.server_url)?;
        // without TLS nobody, as a machine may have no certificates at all
        let trust = match server.scheme() {
            "https" => files(settings).config(Timestamp::now()),
            _ => vortex_tls::trusting_nobody(),
        };
        let trust = trust.map_err(|error| Error::setting("ca", error))?;
        let mut client = reqwest::Client::builder()
            .user_agent(concat!("vortex-sdk/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers(settings)?)
            .http1_only()
            .pool_max_idle_per_host(1)
            .connect_timeout(settings.timeout)
            // a key that is sent elsewhere unasked is worse than an error
            .redirect(redirect::Policy::none())
            .tls_backend_preconfigured(trust);
        if is_loopback(&server) {
            client = client.no_proxy();
        }
        let client = client
            .build()
            .map_err(|error| Error::setting("server_url", root_cause(&error)))?;
        Ok(Self {
            client,
            server,
            timeout: settings.timeout,
        })
    }

    /// The address of the route with these segments, which are escaped.
    pub(crate) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.server.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// A request to read what is at an address.
    pub(crate) fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }

    /// A request to take JSON.
    pub(crate) fn post(&self, url: Url, json: Vec<u8>) -> RequestBuilder {
        let request = self.client.post(url).body(json);
        request.header("content-type", "application/json")
    }

    /// Makes a call and reads its answer.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, Error> {
        let called = async {
            let response = self.opened(request).await?;
            let body = self.body(response).await?;
            serde_json::from_slice(&body).map_err(|error| self.garbage(error.to_string()))
        };
        timeout(self.timeout, called)
            .await
            .unwrap_or_else(|_| Err(self.timed_out(self.timeout)))
    }

    /// Makes a call and leaves its answer to be read.
    pub(crate) async fn open(&self, request: RequestBuilder) -> Result<Response, Error> {
        timeout(self.timeout, self.opened(request))
            .await
            .unwrap_or_else(|_| Err(self.timed_out(self.timeout)))
    }

    async fn opened(&self, request: RequestBuilder) -> Result<Response, Error> {
        let response = request.send().await.map_err(|error| self.broken(&error))?;
        match response.status().is_success() {
            true => Ok(response),
            false => Err(self.refused(response).await),
        }
    }

    async fn refused(&self, response: Response) -> Error {
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        let retry_after = retry_after.map(|seconds| Duration::from_secs(seconds).min(LONGEST_WAIT));
        match self.body(response).await {
            Ok(body) => {
                let mut problem = Problem::read(status, &body);
                problem.retry_after = retry_after;
                Error::Refused(Box::new(problem))
            }
            Err(error) => error,
        }
    }

    async fn body(&self, mut response: Response) -> Result<Bytes, Error> {
        let mut body = BytesMut::new();
        while let Some(chunk) = self.chunk(&mut response).await? {
            if body.len() + chunk.len() > LIMIT {
                return Err(self.garbage(format!("it is over {} MiB", LIMIT >> 20)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// The next bytes of an answer; none at its end. Cancel safe.
    pub(crate) async fn chunk(&self, response: &mut Response) -> Result<Option<Bytes>, Error> {
        let chunk = response.chunk().await;
        chunk.map_err(|error| self.broken(&error))
    }

    fn broken(&self, error: &reqwest::Error) -> Error {
        Error::Unreachable {
            server: self.server.to_string(),
            cause: vortex_tls::explain(error).unwrap_or_else(|| root_cause(error)),
            sent: !error.is_connect(),
        }
    }

    /// A connection that ended like this.
    pub(crate) fn ended(&self, cause: &str) -> Error {
        Error::Unreachable {
            server: self.server.to_string(),
            cause: cause.to_owned(),
            sent: true,
        }
    }

    pub(crate) fn timed_out(&self, after: Duration) -> Error {
        Error::TimedOut {
            server: self.server.to_string(),
            after,
        }
    }

    /// An answer that is none.
    pub(crate) fn garbage(&self, what: impl Into<String>) -> Error {
        Error::Garbage {
            server: self.server.to_string(),
            what: what.into(),
        }
    }
}

fn server(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|error| Error::setting("server_url", error))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err(Error::setting(
            "server_url",
            "must begin with http:// or https://",
        )),
    }
}

fn headers(settings: &Settings) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    let instance = HeaderValue::from_str(&settings.instance_id);
    let instance = instance.map_err(|error| Error::setting("instance_id", error))?;
    headers.insert(INSTANCE, instance);
    if let Some(key) = &settings.api_key {
        let key = HeaderValue::try_from(format!("Bearer {key}"));
        // the key itself is never part of a message
        let mut key = key.map_err(|_| Error::setting("api_key", "is not a valid key"))?;
        key.set_sensitive(true);
        headers.insert(AUTHORIZATION, key);
    }
    Ok(headers)
}

fn is_loopback(server: &Url) -> bool {
    let host = server.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// The innermost cause: `Connection refused (os error 111)`.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn files(settings: &Settings) -> ClientFiles {
    let identity = settings.client_certificate.clone();
    ClientFiles {
        ca: settings.ca.clone(),
        identity: identity.map(|(certificate, key)| Identity { certificate, key }),
        protocols: vec![vortex_tls::HTTP1],
    }
}
