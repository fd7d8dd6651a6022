//! How a client talks to a server.
//!
//! Nothing else in this library knows which protocol that is.

mod address;
#[cfg(feature = "grpc")]
mod grpc;
mod rest;
mod trust;

use std::time::Duration;

use reqwest::Url;
use vortex_rest::{ConfigChange, Effective, Heartbeat, HeartbeatReply};

use crate::{builder::Settings, error::Error, served::Served};

pub(crate) use address::Address;
use trust::Trust;

/// The most an answer may take, in bytes; what is larger is not read on.
const LIMIT: usize = 16 << 20;

/// The longest that a server may ask to be left alone.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// A client of one server. Each call is made once, and has its deadline.
#[derive(Debug)]
pub(crate) enum Transport {
    /// The gateway, by HTTP.
    Rest(Box<rest::Rest>),
    /// A service, by gRPC.
    #[cfg(feature = "grpc")]
    Grpc(Box<grpc::Grpc>),
}

/// Whom a configuration is read for, and how new it must be.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Read<'a> {
    /// A subject that the instance serves; none for the instance itself.
    pub(crate) subject: Option<&'a str>,
    /// The answer is not older than this token. Empty means any.
    pub(crate) min_token: &'a str,
}

/// What a watch tells.
#[derive(Debug)]
pub(crate) enum Told {
    /// The whole configuration.
    Whole(Box<Effective>),
    /// What has changed.
    Change(Box<ConfigChange>),
    /// That the server is there.
    Alive,
}

/// A watch that is connected.
#[derive(Debug)]
pub(crate) enum Events {
    Rest(rest::Events),
    #[cfg(feature = "grpc")]
    Grpc(grpc::Events),
}

/// The servers of a client.
#[derive(Debug)]
pub(crate) struct Servers {
    /// Where configurations come from.
    pub(crate) configurations: Transport,
    /// Where heartbeats go, if that is elsewhere.
    heartbeats: Option<Transport>,
}

impl Servers {
    /// The servers that settings name.
    ///
    /// # Errors
    /// When a setting can't be used.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let configurations = server("server_url", &settings.server_url)?;
        let heartbeats = settings.heartbeat_url.as_deref();
        let heartbeats = heartbeats
            .map(|url| server("heartbeat_url", url))
            .transpose()?;
        let all: Vec<&Url> = heartbeats.iter().chain([&configurations]).collect();
        let trust = Trust::new(&all, settings)?;
        let heartbeats = heartbeats.map(|url| Transport::new(&url, &trust, settings));
        Ok(Self {
            configurations: Transport::new(&configurations, &trust, settings)?,
            heartbeats: heartbeats.transpose()?,
        })
    }

    /// Where heartbeats go.
    pub(crate) fn heartbeats(&self) -> &Transport {
        self.heartbeats.as_ref().unwrap_or(&self.configurations)
    }
}

impl Transport {
    /// A client of the server at `url`. Connects to nobody yet.
    ///
    /// # Errors
    /// When a setting can't be used.
    fn new(url: &Url, trust: &Trust, settings: &Settings) -> Result<Self, Error> {
        match url.scheme() {
            #[cfg(feature = "grpc")]
            "grpc" | "grpcs" => {
                let grpc = grpc::Grpc::new(url, trust, settings)?;
                Ok(Self::Grpc(Box::new(grpc)))
            }
            _ => {
                let rest = rest::Rest::new(url, trust, settings)?;
                Ok(Self::Rest(Box::new(rest)))
            }
        }
    }

    /// The effective configuration.
    pub(crate) async fn effective(&self, read: Read<'_>) -> Result<Effective, Error> {
        match self {
            Self::Rest(rest) => rest.effective(read).await,
            #[cfg(feature = "grpc")]
            Self::Grpc(grpc) => grpc.effective(read).await,
        }
    }

    /// Follows what changes, from what is `held` if the server knows that, else from the whole.
    pub(crate) async fn watch(&self, held: Option<&Served>) -> Result<Events, Error> {
        match self {
            Self::Rest(rest) => rest.watch(held).await.map(Events::Rest),
            #[cfg(feature = "grpc")]
            Self::Grpc(grpc) => grpc.watch(held).await.map(Events::Grpc),
        }
    }

    /// Makes a report.
    pub(crate) async fn report(&self, heartbeat: Heartbeat) -> Result<HeartbeatReply, Error> {
        match self {
            Self::Rest(rest) => rest.report(&heartbeat).await,
            #[cfg(feature = "grpc")]
            Self::Grpc(grpc) => grpc.report(heartbeat).await,
        }
    }

    /// What errors name.
    pub(crate) fn address(&self) -> &Address {
        match self {
            Self::Rest(rest) => rest.address(),
            #[cfg(feature = "grpc")]
            Self::Grpc(grpc) => grpc.address(),
        }
    }
}

/// The address that a setting gives.
fn server(setting: &'static str, text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).map_err(|error| Error::setting(setting, error))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        "grpc" | "grpcs" if url.has_host() => match cfg!(feature = "grpc") {
            true => Ok(url),
            false => Err(Error::setting(setting, "needs the feature `grpc`")),
        },
        _ => Err(Error::setting(
            setting,
            "must begin with http://, https://, grpc:// or grpcs://",
        )),
    }
}

impl Events {
    /// What is told next, for as long as it takes. An error ends the watch. Cancel safe.
    pub(crate) async fn next(&mut self) -> Result<Told, Error> {
        match self {
            Self::Rest(events) => events.next().await,
            #[cfg(feature = "grpc")]
            Self::Grpc(events) => events.next().await,
        }
    }

    /// The watch broke.
    pub(crate) fn broken(&self, cause: &str) -> Error {
        let address = match self {
            Self::Rest(events) => events.address(),
            #[cfg(feature = "grpc")]
            Self::Grpc(events) => events.address(),
        };
        address.ended(cause)
    }
}
