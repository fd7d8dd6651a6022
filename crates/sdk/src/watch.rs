//! A watched configuration, whose changes the application takes or refuses.

use std::{marker::PhantomData, sync::Arc};

use serde::de::DeserializeOwned;

use crate::{
    client::Client,
    config::Config,
    error::{Error, Refusal},
    served::Served,
    stream::Stream,
};

/// A watched configuration; [`Client::watch`] begins it.
#[derive(Debug)]
pub struct Watch<T> {
    client: Client,
    stream: Stream,
    of: PhantomData<fn() -> T>,
}

/// A version that the application should run from now on.
///
/// It is in use once it is accepted. One that is neither accepted nor refused is not in use, and
/// the server is told of the one before.
#[derive(Debug)]
#[must_use = "a version is in use once it is accepted"]
pub struct Update<T> {
    client: Client,
    config: Config<T>,
}

impl<T: DeserializeOwned> Watch<T> {
    pub(crate) fn new(client: Client, held: Option<Arc<Served>>) -> Self {
        Self {
            stream: Stream::new(client.shared.clone(), held),
            client,
            of: PhantomData,
        }
    }

    /// The next version, for as long as it takes; none once the client was stopped.
    ///
    /// A connection that is lost is taken up again where it stood. A version that does not fit `T`
    /// is refused by itself, and not told here. What only changes which splits concern the
    /// configuration is not told either. Cancel safe.
    pub async fn next(&mut self) -> Option<Update<T>> {
        loop {
            let served = tokio::select! {
                biased;
                () = self.client.shared.stopped() => return None,
                served = self.stream.next() => served,
            };
            if let Some(update) = self.judge(served) {
                return Some(update);
            }
        }
    }

    fn judge(&self, served: Arc<Served>) -> Option<Update<T>> {
        let shared = &self.client.shared;
        let in_use = shared.state().in_use.served().cloned();
        if in_use.is_some_and(|in_use| in_use.digest == served.digest) {
            shared.apply(served);
            return None;
        }
        match Config::read(served) {
            Ok(config) => Some(Update {
                client: self.client.clone(),
                config,
            }),
            Err(Error::Unfit { version, cause }) => {
                shared.refuse(&version, cause);
                None
            }
            // reading fails in no other way
            Err(_) => None,
        }
    }
}

impl<T> Update<T> {
    /// The new configuration.
    pub fn config(&self) -> &Config<T> {
        &self.config
    }

    /// Has it in use from now on: heartbeats tell its version, requests count for its arms, and it
    /// is what a later start finds on disk.
    pub fn accept(self) -> Config<T> {
        self.client.shared.apply(self.config.served.clone());
        self.config
    }

    /// Keeps it out. Heartbeats tell of it, with the reason, until another version is in use.
    pub fn refuse(self, refusal: &Refusal) {
        let reason = refusal.reason().to_owned();
        self.client.shared.refuse(self.config.version(), reason);
    }
}
