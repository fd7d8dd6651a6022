//! Resolves a host name to addresses.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, future::BoxFuture};

use super::Target;

/// Finds a service's addresses; asked again and again.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses now.
    fn resolve(&self) -> BoxFuture<'_, io::Result<Vec<SocketAddr>>>;
}

/// The system's resolver.
#[derive(Clone, Debug)]
pub struct Dns {
    host: String,
    port: u16,
}

impl Dns {
    /// Finds the addresses of a target's host.
    pub fn new(target: &Target) -> Self {
        Self {
            host: target.host().to_owned(),
            port: target.port(),
        }
    }
}

impl Resolve for Dns {
    fn resolve(&self) -> BoxFuture<'_, io::Result<Vec<SocketAddr>>> {
        async move {
            let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await?;
            Ok(found.collect())
        }
        .boxed()
    }
}

/// A list given, and changed, by hand.
#[derive(Clone, Debug, Default)]
pub struct Fixed(Arc<Mutex<Vec<SocketAddr>>>);

impl Fixed {
    /// Finds exactly these.
    pub fn new(addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self(Arc::new(Mutex::new(addresses.into_iter().collect())))
    }

    /// Finds exactly these from the next look on.
    pub fn set(&self, addresses: impl IntoIterator<Item = SocketAddr>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = addresses.into_iter().collect();
    }
}

impl Resolve for Fixed {
    fn resolve(&self) -> BoxFuture<'_, io::Result<Vec<SocketAddr>>> {
        let addresses = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        std::future::ready(Ok(addresses)).boxed()
    }
}
