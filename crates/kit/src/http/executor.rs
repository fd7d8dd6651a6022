//! hyper's tasks, owned by the process's lifecycle.

use std::time::Duration;

use metrics::Counter;

use super::clocks::{Stall, taking};
use crate::shutdown::Lifecycle;

/// Spawns what hyper asks for as tasks of a [`Lifecycle`].
#[derive(Clone, Debug)]
pub(crate) struct Owned {
    lifecycle: Lifecycle,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Server {
        write_timeout: Duration,
        slow_readers: Counter,
    },
    Client,
}

impl Owned {
    /// For a server, whose tasks are callers' work, one each HTTP/2 stream: they end when nothing
    /// is taken of an answer for `write_timeout`, and are counted then.
    pub(super) fn server(
        lifecycle: Lifecycle,
        write_timeout: Duration,
        slow_readers: Counter,
    ) -> Self {
        let kind = Kind::Server {
            write_timeout,
            slow_readers,
        };
        Self { lifecycle, kind }
    }

    /// For a client, whose connections stay open until all work that may use them has ended.
    pub(crate) fn client(lifecycle: Lifecycle) -> Self {
        Self {
            lifecycle,
            kind: Kind::Client,
        }
    }
}

impl<F> hyper::rt::Executor<F> for Owned
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, task: F) {
        match &self.kind {
            Kind::Server {
                write_timeout,
                slow_readers,
            } => {
                let stall = Stall::new(*write_timeout, slow_readers.clone());
                let task = taking::watched(task, stall);
                self.lifecycle.spawn_work("http2 stream", task);
            }
            Kind::Client => self.lifecycle.spawn("channel", async move {
                task.await;
            }),
        }
    }
}
