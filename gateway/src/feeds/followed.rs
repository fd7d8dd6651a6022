//! A view that a watcher follows, and what wakes it.

use tokio::sync::watch;
use vortex_views::{Fresh, Held, SourceAge, View};

/// Moments without a word of config-svc after which it counts as gone: as many seconds.
const SILENCE: u32 = 15;

/// A view that a watcher follows.
#[derive(Debug)]
pub(super) struct Followed {
    held: Held,
    /// Told once a second.
    pulse: watch::Receiver<()>,
    silent: u32,
}

/// What woke a watcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// The view has changed.
    Moved,
    /// A second has passed.
    Pulse,
}

impl Followed {
    pub(super) fn new(held: Held, pulse: watch::Receiver<()>) -> Self {
        Self {
            held,
            pulse,
            silent: 0,
        }
    }

    /// Waits for what wakes a watcher. Cancel safe.
    pub(super) async fn woken(&mut self) -> Woken {
        tokio::select! {
            () = self.held.moved() => Woken::Moved,
            beat = self.pulse.changed() => match beat {
                Ok(()) => Woken::Pulse,
                // the process ends, and the drain with it
                Err(_) => std::future::pending().await,
            },
        }
    }

    /// Waits until what is known of the view changes. Cancel safe.
    pub(super) async fn moved(&mut self) {
        self.held.moved().await;
    }

    /// What is known of it now.
    pub(super) fn fresh(&self) -> Option<Fresh> {
        self.held.fresh()
    }

    /// How current its source is.
    pub(super) fn age(&self, view: &View) -> Option<SourceAge> {
        self.held.source_age(view)
    }

    /// Notes whether anything was known as it was woken; whether config-svc counts as gone.
    pub(super) fn is_gone(&mut self, woken: Woken, is_known: bool) -> bool {
        self.silent = match (is_known, woken) {
            (true, _) => 0,
            (false, Woken::Pulse) => self.silent + 1,
            (false, Woken::Moved) => self.silent,
        };
        self.silent > SILENCE
    }
}
