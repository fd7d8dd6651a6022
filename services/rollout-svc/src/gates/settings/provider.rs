//! A provider of values.

use std::{fmt, ops::RangeInclusive, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use reqwest::{Client, header::HeaderValue};
use rustls::ClientConfig;
use url::Url;
use vortex_kit::{
    http::is_loopback,
    settings::{Secret, duration},
    yaml::{Fields, Text},
};
use vortex_tls::{ClientFiles, trusting_nobody};

use super::{Why, Wrong, secret::Secrets};
use crate::gates::http;

/// The fields of a provider.
pub(super) const FIELDS: &[&str] = &[
    "name",
    "url",
    "ca",
    "token_file",
    "username",
    "password_file",
    "timeout",
];
/// How long an answer is waited for, unless that is said.
const TIMEOUT: Duration = Duration::from_secs(5);
/// What may be said.
const TIMEOUTS: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(60);

/// A provider of values: a Prometheus, or what speaks as it does.
pub(crate) struct Provider {
    /// Its name, which is unique.
    pub name: String,
    /// Where it takes queries.
    pub query_url: Url,
    pub http: Client,
    pub credentials: Option<Credentials>,
    pub timeout: Duration,
}

/// What is shown to a provider.
#[derive(Clone)]
pub(crate) struct Credentials(HeaderValue);

impl Credentials {
    /// The header that shows them.
    pub(in crate::gates) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    fn new(value: &str, line: usize) -> Result<Self, Why> {
        let header = HeaderValue::from_str(value);
        let mut header = header.map_err(|_| Wrong::Secret { least: 1 }.at(line))?;
        header.set_sensitive(true);
        Ok(Self(header))
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("name", &self.name)
            .field("query_url", &self.query_url.as_str())
            .field("has_credentials", &self.credentials.is_some())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Provider {
    pub(super) fn new(fields: &mut Fields, secrets: &mut Secrets) -> Result<Self, Why> {
        let line = fields.line();
        let name = fields.name("name")?;
        let url = fields.must("url")?;
        let query_url = query_url(&url.text).ok_or_else(|| Wrong::Url.at(url.line))?;
        let credentials = credentials(fields, secrets)?;
        let is_private = query_url.scheme() == "https" || is_loopback(&query_url);
        if credentials.is_some() && !is_private {
            return Err(Wrong::InClear.at(url.line));
        }
        let config = match query_url.scheme() {
            "https" => trust(fields, secrets)?,
            _ => trust_nobody(fields)?,
        };
        Ok(Self {
            http: http::client(config)
                .build()
                .map_err(|error| Wrong::Client(error).at(line))?,
            name,
            query_url,
            credentials,
            timeout: timeout(fields)?,
        })
    }
}

/// Where a Prometheus at `given` takes queries.
fn query_url(given: &str) -> Option<Url> {
    let mut url = Url::parse(given.trim()).ok()?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_bare = url.query().is_none() && url.fragment().is_none() && url.has_host();
    if !is_plain || !is_bare || !["http", "https"].contains(&url.scheme()) {
        return None;
    }
    let mut path = url.path_segments_mut().ok()?;
    path.pop_if_empty().extend(["api", "v1", "query"]);
    drop(path);
    Some(url)
}

fn credentials(fields: &mut Fields, secrets: &mut Secrets) -> Result<Option<Credentials>, Why> {
    let token = fields.text("token_file")?;
    let username = fields.text("username")?;
    let password = fields.text("password_file")?;
    match (token, username, password) {
        (None, None, None) => Ok(None),
        (Some(file), None, None) => {
            let token: Secret = secrets.read(&file, 1)?;
            Credentials::new(&format!("Bearer {}", token.reveal()), file.line).map(Some)
        }
        (None, Some(user), Some(file)) => {
            let password = secrets.read(&file, 1)?;
            let pair = format!("{}:{}", user.text, password.reveal());
            let encoded = BASE64_STANDARD.encode(pair);
            Credentials::new(&format!("Basic {encoded}"), file.line).map(Some)
        }
        (token, username, password) => {
            let given = token.or(username).or(password);
            let line = given.map_or(fields.line(), |given| given.line);
            Err(Wrong::Credentials.at(line))
        }
    }
}

/// TLS that trusts the authorities in a file of PEM, or those of the machine.
pub(super) fn trust(fields: &mut Fields, secrets: &Secrets) -> Result<ClientConfig, Why> {
    let ca = fields.text("ca")?;
    let line = ca.as_ref().map_or(fields.line(), |ca| ca.line);
    let files = ClientFiles {
        ca: ca.map(|ca| secrets.file(&ca)),
        ..ClientFiles::default()
    };
    let config = files.config(Timestamp::now());
    config.map_err(|error| Wrong::from(error).at(line))
}

fn trust_nobody(fields: &mut Fields) -> Result<ClientConfig, Why> {
    match fields.text("ca")? {
        Some(ca) => Err(Wrong::NeedlessCa.at(ca.line)),
        None => trusting_nobody().map_err(|error| Wrong::from(error).at(fields.line())),
    }
}

/// How long an answer is waited for.
pub(super) fn timeout(fields: &mut Fields) -> Result<Duration, Why> {
    let Some(Text { line, text }) = fields.text("timeout")? else {
        return Ok(TIMEOUT);
    };
    let timeout = duration(&text).map_err(|error| Wrong::from(error).at(line))?;
    match TIMEOUTS.contains(&timeout) {
        true => Ok(timeout),
        false => Err(Wrong::Timeout.at(line)),
    }
}
