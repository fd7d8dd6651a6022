//! hyper's tasks, owned by the process's lifecycle.

use crate::shutdown::Lifecycle;

/// Spawns what hyper asks for as tasks of a [`Lifecycle`].
#[derive(Clone, Debug)]
pub(crate) struct Owned {
    lifecycle: Lifecycle,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Server,
    Client,
}

impl Owned {
    /// For a server, whose tasks are callers' work.
    pub(crate) fn server(lifecycle: Lifecycle) -> Self {
        Self {
            lifecycle,
            kind: Kind::Server,
        }
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
        let task = async move {
            task.await;
        };
        match self.kind {
            Kind::Server => self.lifecycle.spawn_work("http2 stream", task),
            Kind::Client => self.lifecycle.spawn("channel", task),
        }
    }
}
