//! Builds and starts the gateway.

mod freezes;
mod health;

use std::net::SocketAddr;

use vortex_kit::{
    channel::Channel,
    http::{BindError, Limits, Listener},
    process::Runtime,
    settings::About,
};
use vortex_service::{
    CannotConnect, OwnKeyError, PerService, ServiceName, Trust, connect, denials, follow_keys,
};

use crate::{
    serve::Rest,
    settings::{ProcessSettings, Settings},
};

/// The program's name, version and purpose.
pub const ABOUT: About = About {
    name: "gateway",
    version: env!("CARGO_PKG_VERSION"),
    summary: "REST in front of the gRPC mesh",
    // health and metrics are on its port for REST
    admin: None,
    log: "info",
    aliases: &[],
};

/// The gateway could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its address cannot be bound.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The services behind it can't be called.
    #[error(transparent)]
    Connect(#[from] CannotConnect),
    /// It has no key that it could show.
    #[error(transparent)]
    OwnKey(#[from] OwnKeyError),
}

/// A running gateway.
#[derive(Clone, Debug)]
pub struct Gateway {
    address: SocketAddr,
}

impl Gateway {
    /// Serves REST over the services behind `channels` on [`Settings::http`], until the runtime's
    /// lifecycle drains.
    ///
    /// # Errors
    /// When the address cannot be bound. The caller checks whether it may be bound at all.
    pub fn start(
        settings: Settings,
        channels: PerService<Channel>,
        runtime: &Runtime,
    ) -> Result<Self, BindError> {
        let listener =
            Listener::bind(&settings.http).map_err(|error| error.wanted("REST", "--http"))?;
        Ok(Self::serve(listener, settings, channels, runtime))
    }

    /// As [`Gateway::start`], on a listener that is bound already.
    pub fn serve(
        listener: Listener,
        settings: Settings,
        channels: PerService<Channel>,
        runtime: &Runtime,
    ) -> Self {
        let address = listener.address();
        let limits = Limits {
            connections: settings.max_connections,
            head_timeout: settings.head_timeout,
            idle_timeout: settings.idle_timeout,
            write_timeout: settings.write_timeout,
            ..Limits::default()
        };
        health::report_services(&channels, runtime);
        freezes::report(&channels, runtime);
        let rest = Rest::new(settings, &channels, runtime);
        listener.serve(rest, limits, runtime);
        tracing::info!(%address, "serving REST");
        Self { address }
    }

    /// The address bound, with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Starts the gateway as a process of its own, which calls its neighbours over the network.
///
/// # Errors
/// When its port is taken.
pub async fn start(settings: ProcessSettings, runtime: Runtime) -> Result<(), StartError> {
    let targets = settings.targets();
    let all = targets.iter().map(|(_, target)| *target);
    let trust = Trust::new(&settings.calls, all, &runtime)?;
    let own = settings.own_key.show(&trust, &runtime)?;
    let channels =
        PerService::try_from_fn(|service| connect(targets[service], &trust, &own, &runtime))?;
    follow_keys(&channels[ServiceName::Config], &runtime);
    denials::report(&channels[ServiceName::Config], &runtime);
    settings.tokens.open(None, &runtime).await;
    Gateway::start(settings.gateway, channels, &runtime)?;
    Ok(())
}
