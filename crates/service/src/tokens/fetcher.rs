//! Fetches a provider's keys from their URL.

use std::{error::Error, time::Duration};

use reqwest::{
    StatusCode,
    header::{ACCEPT, HeaderValue},
    redirect::{Attempt, Policy},
};
use rustls::ClientConfig;
use tokio::time::timeout;
use url::Url;
use vortex_oidc::MAX_JWKS;

use super::provider::is_fetched;

/// How long a fetch may take, whatever happens in between.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a provider may send a fetch on.
const MAX_REDIRECTS: usize = 3;
const JWKS: HeaderValue = HeaderValue::from_static("application/jwk-set+json, application/json");

/// Fetches keys from one URL.
#[derive(Clone, Debug)]
pub(super) struct Fetcher {
    http: reqwest::Client,
    url: Url,
}

/// Keys that did not come.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// There was no whole answer in time.
    #[error("no whole answer within {} s", PATIENCE.as_secs())]
    Slow,
    /// The answer is an error, or sends elsewhere.
    #[error("the answer was {0}")]
    Status(StatusCode),
    /// The answer has no end that matters.
    #[error("the answer is larger than {MAX_JWKS} bytes")]
    TooLarge,
    /// The provider was not reached, or broke off.
    #[error("{0}")]
    Broken(String),
}

impl Fetcher {
    /// Fetches from `url`, over TLS as `config` has it.
    pub(super) fn new(url: Url, config: ClientConfig) -> reqwest::Result<Self> {
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("vortex/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(config)
            .redirect(Policy::custom(|attempt| match is_followed(&attempt) {
                true => attempt.follow(),
                false => attempt.stop(),
            }));
        if url.scheme() == "http" {
            // this machine is not behind a proxy
            http = http.no_proxy();
        }
        let http = http.build()?;
        Ok(Self { http, url })
    }

    /// Where the keys are.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// What is answered there. Cancel safe.
    pub(super) async fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        match timeout(PATIENCE, self.ask()).await {
            Ok(answered) => answered,
            Err(_elapsed) => Err(FetchError::Slow),
        }
    }

    async fn ask(&self) -> Result<Vec<u8>, FetchError> {
        let request = self.http.get(self.url.clone()).header(ACCEPT, JWKS);
        let mut answer = request.send().await?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > MAX_JWKS {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// Whether a redirect leads where keys may be fetched from, and not from TLS to none.
fn is_followed(attempt: &Attempt<'_>) -> bool {
    let first = attempt.previous().first();
    let is_same = first.is_some_and(|first| first.scheme() == attempt.url().scheme());
    is_same && is_fetched(attempt.url()) && attempt.previous().len() <= MAX_REDIRECTS
}

impl From<reqwest::Error> for FetchError {
    /// Its innermost cause says most: `Connection refused (os error 111)`.
    fn from(error: reqwest::Error) -> Self {
        let mut cause: &dyn Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        Self::Broken(cause.to_string())
    }
}
