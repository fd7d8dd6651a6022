//! The thread that a blocking client's calls and tasks run on.

use std::{
    sync::mpsc,
    thread::{self, JoinHandle},
};

use tokio::{
    runtime::{self, Handle},
    sync::oneshot,
};

use crate::error::Error;

/// A thread with a runtime. It ends with this.
#[derive(Debug)]
pub(super) struct Worker {
    runtime: Handle,
    /// Dropped to end it.
    running: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    pub(super) fn start() -> Result<Self, Error> {
        let none = |error: std::io::Error| Error::setting("build_blocking", error);
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            // for the cache folder
            .max_blocking_threads(1)
            .build()
            .map_err(none)?;
        let handle = runtime.handle().clone();
        let (running, ended) = oneshot::channel::<()>();
        let thread = thread::Builder::new().name("vortex-sdk".to_owned());
        let thread = thread.spawn(move || {
            // the sender is dropped and never used
            let _ = runtime.block_on(ended);
        });
        Ok(Self {
            runtime: handle,
            running: Some(running),
            thread: Some(thread.map_err(none)?),
        })
    }

    /// Runs something there and waits for what comes of it.
    pub(super) fn run<F>(&self, work: F) -> Result<F::Output, Error>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.runtime.spawn(async move {
            // who asked may be gone
            let _ = sender.send(work.await);
        });
        receiver.recv().map_err(|_| Error::Stopped)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            // one that panicked has ended, too
            let _ = thread.join();
        }
    }
}
