//! One address of a service: connect, serve, connect again.

use std::net::SocketAddr;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use vortex_backoff::Jitter;

use super::{
    Options, Resolve,
    connect::{Connection, Connector},
    pool::{Live, Shared},
};

/// Keeps a pool's connections as its name's addresses come and go.
pub(super) struct Keeper {
    pub(super) pool: Shared,
    pub(super) connector: Connector,
    pub(super) options: Options,
}

impl Keeper {
    pub(super) async fn run(self, resolver: impl Resolve) {
        let keeper = std::sync::Arc::new(self);
        let mut connections = JoinSet::new();
        loop {
            for (address, leave) in keeper.look(&resolver).await {
                connections.spawn(keeper.clone().keep(address, leave));
            }
            while connections.try_join_next().is_some() {}
            let pause = Jitter::Quarter.of(keeper.options.resolve_every, fastrand::f64());
            tokio::time::sleep(pause).await;
        }
    }

    async fn look(&self, resolver: &impl Resolve) -> Vec<(SocketAddr, CancellationToken)> {
        let found = tokio::time::timeout(self.options.connect_timeout, resolver.resolve());
        match found.await {
            Ok(Ok(mut found)) => {
                found.truncate(self.options.addresses);
                self.pool.resolved(found)
            }
            Ok(Err(error)) => {
                self.pool.unresolved(error.to_string());
                Vec::new()
            }
            Err(_elapsed) => {
                self.pool
                    .unresolved("no answer from the resolver in time".to_owned());
                Vec::new()
            }
        }
    }

    /// Keeps one address connected until it leaves the name.
    async fn keep(self: std::sync::Arc<Self>, address: SocketAddr, leave: CancellationToken) {
        let mut backoff = self.options.backoff();
        loop {
            let longest = match self.connector.connect(address).await {
                Ok((sender, connection)) => {
                    backoff.reset();
                    self.pool.connected(Live { address, sender });
                    let why = self.drive(address, connection, &leave).await;
                    self.lost(address, why);
                    self.options.max_backoff
                }
                Err(error) => {
                    self.lost(address, error.to_string());
                    match error.is_refused() {
                        true => self.options.max_refused_backoff,
                        false => self.options.max_backoff,
                    }
                }
            };
            let pause = backoff.pause_of_at_most(longest, fastrand::f64());
            let pause = tokio::time::sleep(pause);
            if leave.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    fn lost(&self, address: SocketAddr, why: String) {
        tracing::debug!(%address, why, "not connected");
        self.pool.lost(address, why);
    }

    /// Drives a connection to its end, and says why it ended. One whose address leaves the name
    /// takes no new calls and ends those it has.
    async fn drive(
        &self,
        address: SocketAddr,
        mut connection: Connection,
        leave: &CancellationToken,
    ) -> String {
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = leave.cancelled() => {
                self.pool.lost(address, "the name no longer resolves to this address".to_owned());
                connection.await
            }
        };
        match ended {
            Ok(()) => "the connection was closed".to_owned(),
            Err(error) => error.to_string(),
        }
    }
}
