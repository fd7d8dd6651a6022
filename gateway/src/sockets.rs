//! WebSockets: connections that were handed over by HTTP, each a task that runs a session of
//! `vortex-realtime` on a view's feed.

mod connection;
mod counted;
mod counters;
mod door;
mod notices;
mod socket;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use vortex_kit::{access::Gate, clock::Clock, context::Context, error::Fault, process::Runtime};
use vortex_realtime::Now;

use crate::{clients::ConfigClient, feeds::Feeds, settings::Settings};
use counters::Counters;
use door::Door;
use notices::Notices;

pub(crate) use connection::Connection;

/// What all connections share. A clone is a pointer.
#[derive(Clone, Debug)]
pub(crate) struct Sockets {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    feeds: Feeds,
    notices: Notices,
    gate: Gate,
    clock: Arc<dyn Clock>,
    counters: Counters,
    door: Door,
}

impl Sockets {
    /// Connections that follow `feeds`, and what happens behind `config`.
    pub(crate) fn new(
        feeds: Feeds,
        config: ConfigClient,
        settings: &Settings,
        runtime: &Runtime,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                feeds,
                notices: Notices::new(config, runtime),
                gate: runtime.gate.clone(),
                clock: runtime.clock.clone(),
                counters: Counters::new(&runtime.metrics),
                door: Door::new(settings.websocket_rate),
            }),
        }
    }

    /// Lets a connection begin. Fails with `OVERLOADED` when too many do, and with `DRAINING` when
    /// the process ends.
    pub(crate) fn admit(&self, context: &Context) -> Result<(), Fault> {
        if context.drain().has_begun() {
            return Err(vortex_kit::shutdown::Drain::fault());
        }
        self.inner.door.admit(self.inner.clock.monotonic())
    }

    fn now(&self) -> Now {
        Now {
            monotonic: self.inner.clock.monotonic(),
            wall: self.wall(),
        }
    }

    fn wall(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The time from now until a moment of the monotonic clock.
    fn until(&self, moment: Duration) -> Duration {
        moment.saturating_sub(self.inner.clock.monotonic())
    }
}
