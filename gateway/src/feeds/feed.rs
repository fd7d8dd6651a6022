//! The feed of one reader, of a view that does not say what each reader gets.

use std::time::Duration;

use tokio::{sync::broadcast::Sender, time::timeout};
use tonic::Streaming;
use vortex_kit::{context::Context, error::Fault};
use vortex_proto::config::v1::WatchConfigResponse;

use super::{Feeds, Told, next, silent, view::View};

/// config-svc sends something each second; after a silence of this length it counts as gone.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// Watches config-svc for one view, and passes what it says on to all watchers.
#[derive(Debug)]
pub(super) struct Feed {
    feeds: Feeds,
    view: View,
    sender: Sender<Told>,
    /// The digest of the configuration after the last event.
    digest: String,
}

impl Feed {
    /// A feed of `view` for the receivers of `sender`.
    pub(super) fn new(feeds: Feeds, view: View, sender: Sender<Told>) -> Self {
        Self {
            feeds,
            view,
            sender,
            digest: String::new(),
        }
    }

    /// Runs until the last watcher has left, or until it fails, which it tells all watchers.
    pub(super) async fn run(mut self) {
        if let Err(fault) = Context::root().scope(self.tell_all()).await {
            self.feeds.end(&self.view, &self.sender);
            // nobody may be left to hear it
            let _ = self.sender.send(Err(fault));
        }
    }

    async fn tell_all(&mut self) -> Result<(), Fault> {
        let opening = timeout(SILENCE, self.feeds.watch(self.view.request()));
        let mut messages = tokio::select! {
            opened = opening => opened.unwrap_or_else(|_| Err(silent()))?,
            () = self.idle() => return Ok(()),
        };
        loop {
            tokio::select! {
                message = heard(&mut messages) => self.tell(message?).await?,
                () = self.idle() => return Ok(()),
            }
        }
    }

    /// Waits until the last watcher has left, and accepts none from then on.
    async fn idle(&self) {
        loop {
            self.sender.closed().await;
            if self.feeds.end_if_idle(&self.view, &self.sender) {
                return;
            }
        }
    }

    async fn tell(&mut self, message: WatchConfigResponse) -> Result<(), Fault> {
        let event = self.feeds.write(&self.view, &self.digest, message);
        if let Some(event) = event.await? {
            self.digest.clone_from(&event.digest);
            self.feeds.inner.views.floor().note(event.position.token());
            // nobody may be left to hear it
            let _ = self.sender.send(Ok(event));
        }
        Ok(())
    }
}

impl Drop for Feed {
    /// Removes the feed however it ends, by a panic too.
    fn drop(&mut self) {
        self.feeds.end(&self.view, &self.sender);
    }
}

/// The next message. Fails when config-svc is silent for [`SILENCE`].
async fn heard(
    messages: &mut Streaming<WatchConfigResponse>,
) -> Result<WatchConfigResponse, Fault> {
    let message = timeout(SILENCE, next(messages)).await;
    message.unwrap_or_else(|_| Err(silent()))
}
