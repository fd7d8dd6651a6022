//! What is measured of connections.

use std::sync::Arc;

use metrics::{Counter, Gauge};
use vortex_kit::telemetry::Metrics;
use vortex_realtime::{Ended, MessageKind};

/// The codes that are counted by themselves; clients can make up others.
const CODES: [u16; 12] = [
    1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013,
];
/// The kinds of frames that are counted.
const RECEIVED: [&str; 5] = ["text", "binary", "ping", "pong", "close"];

/// The series of all connections. A clone is a few pointers.
#[derive(Clone)]
pub(super) struct Counters(Arc<Series>);

struct Series {
    open: Gauge,
    sent: [Counter; MessageKind::ALL.len()],
    received: [Counter; RECEIVED.len()],
    /// By the server, then by the client; the last of each is of all other codes.
    closes: [Vec<Counter>; 2],
}

/// Counts a connection while it is open.
pub(super) struct Open(Gauge);

impl Counters {
    pub(super) fn new(metrics: &Metrics) -> Self {
        let help = "WebSocket messages, by direction and type";
        let message = |direction, kind| {
            let labels = [("direction", direction), ("type", kind)];
            metrics.counter("websocket_messages_total", help, &labels)
        };
        let help = "WebSocket connections that ended, by the code of the first close frame";
        let close = |by, code: &str| {
            let labels = [("by", by), ("code", code)];
            metrics.counter("websocket_closes_total", help, &labels)
        };
        let closes = |by| {
            let known = CODES.iter().map(|code| close(by, &code.to_string()));
            known.chain([close(by, "other")]).collect()
        };
        Self(Arc::new(Series {
            open: metrics.gauge("websocket_connections", "WebSocket connections open", &[]),
            sent: MessageKind::ALL.map(|kind| message("out", kind.as_str())),
            received: RECEIVED.map(|kind| message("in", kind)),
            closes: [closes("server"), closes("client")],
        }))
    }

    pub(super) fn open(&self) -> Open {
        self.0.open.increment(1.0);
        Open(self.0.open.clone())
    }

    pub(super) fn sent(&self, kind: MessageKind) {
        let at = MessageKind::ALL.iter().position(|other| *other == kind);
        if let Some(counter) = at.and_then(|at| self.0.sent.get(at)) {
            counter.increment(1);
        }
    }

    pub(super) fn received(&self, kind: &str) {
        let at = RECEIVED.iter().position(|other| *other == kind);
        if let Some(counter) = at.and_then(|at| self.0.received.get(at)) {
            counter.increment(1);
        }
    }

    pub(super) fn ended(&self, ended: Ended) {
        let at = CODES.iter().position(|code| *code == ended.code);
        let closes = &self.0.closes[usize::from(!ended.by_server)];
        if let Some(counter) = closes.get(at.unwrap_or(CODES.len())) {
            counter.increment(1);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

impl std::fmt::Debug for Counters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Counters").finish_non_exhaustive()
    }
}
