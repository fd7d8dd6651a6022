//! A configuration that is kept up to date in the background.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use tokio::{runtime::Handle, sync::watch, task::JoinHandle};

use crate::{
    config::Config,
    error::{Error, Refusal},
    watch::Watch,
};

/// A configuration that is kept up to date by a task; [`Client::on_change`](crate::Client::on_change)
/// begins it. The task ends with this.
#[derive(Debug)]
pub struct Following<T> {
    newest: watch::Receiver<Option<Arc<Config<T>>>>,
    task: JoinHandle<()>,
}

impl<T: DeserializeOwned + Send + Sync + 'static> Following<T> {
    pub(crate) fn begin(
        watch: Watch<T>,
        check: impl FnMut(&Config<T>) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<Self, Error> {
        let runtime = Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let (sender, newest) = watch::channel(None);
        let task = runtime.spawn(follow(watch, check, sender));
        Ok(Self { newest, task })
    }
}

impl<T> Following<T> {
    /// The newest that was accepted; none before the first.
    pub fn newest(&self) -> Option<Arc<Config<T>>> {
        self.newest.borrow().clone()
    }

    /// Waits until there is another one than at the last call, and gives it; none once the client
    /// was stopped. Cancel safe.
    pub async fn changed(&mut self) -> Option<Arc<Config<T>>> {
        self.newest.changed().await.ok()?;
        self.newest.borrow_and_update().clone()
    }
}

impl<T> Drop for Following<T> {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow<T: DeserializeOwned>(
    mut watch: Watch<T>,
    mut check: impl FnMut(&Config<T>) -> Result<(), Refusal>,
    sender: watch::Sender<Option<Arc<Config<T>>>>,
) {
    while let Some(update) = watch.next().await {
        match check(update.config()) {
            Ok(()) => {
                sender.send_replace(Some(Arc::new(update.accept())));
            }
            Err(refusal) => update.refuse(&refusal),
        }
    }
}
