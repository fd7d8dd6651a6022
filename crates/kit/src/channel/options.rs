//! Settings of a channel over a network.

use std::{sync::Arc, time::Duration};

use vortex_backoff::{Backoff, Jitter};
use vortex_tls::Client;

/// Time limits and attempts of a [`Channel`](super::Channel) over a network, and whom it trusts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Pause between two looks at the name's addresses.
    pub resolve_every: Duration,
    /// Time for a look, and for a connection to stand.
    pub connect_timeout: Duration,
    /// Silence after which a connection is asked whether it lives.
    pub keep_alive: Duration,
    /// Time for the answer to that.
    pub keep_alive_timeout: Duration,
    /// Pause after a first failed connection; it doubles with each further one.
    pub min_backoff: Duration,
    /// Longest pause between two tries of an address that does not answer.
    pub max_backoff: Duration,
    /// Longest pause between two tries of an address that refuses at once: its machine is there,
    /// asking costs it next to nothing, and the service may be back at any moment.
    pub max_refused_backoff: Duration,
    /// Attempts of a call that may be repeated.
    pub attempts: u32,
    /// Time for a call with one answer when its caller sets no deadline.
    pub call_timeout: Duration,
    /// Addresses used at most; those beyond are left aside.
    pub addresses: usize,
    /// Whom a channel to `https://` trusts, and what it shows; without it there is none.
    pub tls: Option<Arc<Client>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            resolve_every: Duration::from_secs(3),
            connect_timeout: Duration::from_secs(2),
            keep_alive: Duration::from_secs(10),
            keep_alive_timeout: Duration::from_secs(5),
            min_backoff: Duration::from_millis(50),
            max_backoff: Duration::from_secs(5),
            max_refused_backoff: Duration::from_millis(250),
            attempts: 3,
            call_timeout: Duration::from_secs(30),
            addresses: 64,
            tls: None,
        }
    }
}

impl Options {
    /// Between two tries of an address.
    pub(super) const fn backoff(&self) -> Backoff {
        Backoff::new(self.min_backoff, self.max_backoff, Jitter::Quarter)
    }
}
