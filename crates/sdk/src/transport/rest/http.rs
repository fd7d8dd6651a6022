//! Calls of the gateway: each is made once, and has its deadline.

use std::{net::IpAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use reqwest::{
    RequestBuilder, Response, Url,
    header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect,
};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::{
    builder::Settings,
    error::{Error, Problem},
    transport::{Address, LIMIT, LONGEST_WAIT, Trust, address::root_cause},
};

const INSTANCE: HeaderName = HeaderName::from_static("x-vortex-instance");

/// A client of one gateway.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    server: Url,
    address: Address,
    timeout: Duration,
}

impl Http {
    /// A client by these settings.
    ///
    /// # Errors
    /// When a setting can't be used.
    pub(super) fn new(server: &Url, trust: &Trust, settings: &Settings) -> Result<Self, Error> {
        let trust = trust.speaking(Some(vortex_tls::HTTP1));
        let mut client = reqwest::Client::builder()
            .user_agent(concat!("vortex-sdk/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers(settings)?)
            .http1_only()
            .pool_max_idle_per_host(1)
            .connect_timeout(settings.timeout)
            // a key that is sent elsewhere unasked is worse than an error
            .redirect(redirect::Policy::none())
            .tls_backend_preconfigured(trust);
        if is_loopback(server) {
            client = client.no_proxy();
        }
        let client = client
            .build()
            .map_err(|error| Error::setting("server_url", root_cause(&error)))?;
        Ok(Self {
            client,
            server: server.clone(),
            address: Address::new(server),
            timeout: settings.timeout,
        })
    }

    /// The address of the route with these segments, which are escaped.
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.server.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    /// A request to read what is at an address.
    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }

    /// A request to take JSON.
    pub(super) fn post(&self, url: Url, json: Vec<u8>) -> RequestBuilder {
        let request = self.client.post(url).body(json);
        request.header("content-type", "application/json")
    }

    /// Makes a call and reads its answer.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, Error> {
        let called = async {
            let response = self.opened(request).await?;
            let body = self.body(response).await?;
            serde_json::from_slice(&body).map_err(|error| self.address.garbage(error.to_string()))
        };
        timeout(self.timeout, called)
            .await
            .unwrap_or_else(|_| Err(self.address.timed_out(self.timeout)))
    }

    /// Makes a call and leaves its answer to be read.
    pub(super) async fn open(&self, request: RequestBuilder) -> Result<Response, Error> {
        timeout(self.timeout, self.opened(request))
            .await
            .unwrap_or_else(|_| Err(self.address.timed_out(self.timeout)))
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
                return Err(self
                    .address
                    .garbage(format!("it is over {} MiB", LIMIT >> 20)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// The next bytes of an answer; none at its end. Cancel safe.
    pub(super) async fn chunk(&self, response: &mut Response) -> Result<Option<Bytes>, Error> {
        let chunk = response.chunk().await;
        chunk.map_err(|error| self.broken(&error))
    }

    fn broken(&self, error: &reqwest::Error) -> Error {
        self.address.broken(error, !error.is_connect())
    }

    /// What errors name.
    pub(super) fn address(&self) -> &Address {
        &self.address
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
