//! A request that is being served.

use std::sync::Arc;

use tokio::time::Instant;
use vortex_rest::Assignment;

use crate::client::Client;

/// A request that is being served, and the arms that serve it, whatever changes meanwhile.
/// [`Client::begin_request`] makes one; it counts when it ends, and not if it is dropped.
#[derive(Debug)]
#[must_use = "a request counts when it ends"]
pub struct Request {
    client: Client,
    arms: Arc<[Assignment]>,
    began: Instant,
}

impl Request {
    pub(crate) fn new(client: Client) -> Self {
        let arms = client.shared.state().in_use.assignments();
        Self {
            client,
            arms,
            began: Instant::now(),
        }
    }

    /// The request ended, and how.
    pub fn end(self, ok: bool) {
        let latency = self.began.elapsed();
        self.client.shared.record_for(&self.arms, latency, ok);
    }
}
