//! The same client for programs without a Tokio runtime: calls wait for their answers.
//!
//! ```no_run
//! # fn main() -> Result<(), vortex_sdk::Error> {
//! use vortex_sdk::{Client, serde_json::Value};
//!
//! let client = Client::builder("http://localhost:8080", "orders").build_blocking()?;
//! let config = client.fetch::<Value>()?;
//! println!("{} {}", config.version(), config["greeting"]);
//! client.stop()
//! # }
//! ```

mod worker;

use std::{sync::Arc, time::Duration};

use serde::de::DeserializeOwned;
use vortex_rest::Assignment;

use crate::{
    builder::Builder,
    config::Config,
    error::{Error, Refusal},
    expected::Expected,
    follow::Following,
    request::Request,
    status::Status,
    watch::{self, Update},
};
use worker::Worker;

/// A client with a thread of its own, on which its calls and tasks run. It must not be used on the
/// threads of a Tokio runtime, which it would block; there is [`crate::Client`].
#[derive(Debug)]
pub struct Client {
    client: crate::Client,
    worker: Arc<Worker>,
}

/// A watched configuration.
#[derive(Debug)]
pub struct Watch<T> {
    watch: Option<watch::Watch<T>>,
    worker: Arc<Worker>,
}

impl Client {
    pub(crate) fn start(builder: Builder) -> Result<Self, Error> {
        Ok(Self {
            client: builder.build()?,
            worker: Arc::new(Worker::start()?),
        })
    }

    /// As [`crate::Client::fetch`].
    ///
    /// # Errors
    /// As there.
    pub fn fetch<T: DeserializeOwned + Send + 'static>(&self) -> Result<Config<T>, Error> {
        let client = self.client.clone();
        self.worker.run(async move { client.fetch().await })?
    }

    /// As [`crate::Client::fetch_for`].
    ///
    /// # Errors
    /// As there.
    pub fn fetch_for<T: DeserializeOwned + Send + 'static>(
        &self,
        subject: &str,
    ) -> Result<Config<T>, Error> {
        let (client, subject) = (self.client.clone(), subject.to_owned());
        self.worker
            .run(async move { client.fetch_for(&subject).await })?
    }

    /// As [`crate::Client::watch`].
    pub fn watch<T: DeserializeOwned>(&self) -> Watch<T> {
        Watch {
            watch: Some(self.client.watch()),
            worker: self.worker.clone(),
        }
    }

    /// As [`crate::Client::on_change`]; `check` runs on the client's thread.
    ///
    /// # Errors
    /// When the client's thread is gone.
    pub fn on_change<T: DeserializeOwned + Send + Sync + 'static>(
        &self,
        check: impl FnMut(&Config<T>) -> Result<(), Refusal> + Send + 'static,
    ) -> Result<Following<T>, Error> {
        let client = self.client.clone();
        self.worker.run(async move { client.on_change(check) })?
    }

    /// As [`crate::Client::start_heartbeats`].
    ///
    /// # Errors
    /// As there.
    pub fn start_heartbeats(&self) -> Result<(), Error> {
        let client = self.client.clone();
        self.worker.run(async move { client.start_heartbeats() })?
    }

    /// As [`crate::Client::report_now`].
    ///
    /// # Errors
    /// As there.
    pub fn report_now(&self) -> Result<Expected, Error> {
        let client = self.client.clone();
        self.worker.run(async move { client.report_now().await })?
    }

    /// As [`crate::Client::stop`].
    ///
    /// # Errors
    /// As there.
    pub fn stop(&self) -> Result<(), Error> {
        let client = self.client.clone();
        self.worker.run(async move { client.stop().await })?
    }

    /// As [`crate::Client::version`].
    pub fn version(&self) -> String {
        self.client.version()
    }

    /// As [`crate::Client::assignments`].
    pub fn assignments(&self) -> Arc<[Assignment]> {
        self.client.assignments()
    }

    /// As [`crate::Client::expected`].
    pub fn expected(&self) -> Option<Expected> {
        self.client.expected()
    }

    /// As [`crate::Client::set_version`].
    pub fn set_version(&self, version: &str) {
        self.client.set_version(version);
    }

    /// As [`crate::Client::set_status`].
    pub fn set_status(&self, status: Status) {
        self.client.set_status(status);
    }

    /// As [`crate::Client::record_request`].
    pub fn record_request(&self, latency: Duration, ok: bool) {
        self.client.record_request(latency, ok);
    }

    /// As [`crate::Client::record_for`].
    pub fn record_for<T>(&self, config: &Config<T>, latency: Duration, ok: bool) {
        self.client.record_for(config, latency, ok);
    }

    /// As [`crate::Client::begin_request`].
    pub fn begin_request(&self) -> Request {
        self.client.begin_request()
    }

    /// As [`crate::Client::prometheus_text`].
    pub fn prometheus_text(&self) -> String {
        self.client.prometheus_text()
    }

    /// As [`crate::Client::instance_id`].
    pub fn instance_id(&self) -> &str {
        self.client.instance_id()
    }
}

/// Each version that the application should run from now on; see [`watch::Watch::next`].
impl<T: DeserializeOwned + Send + 'static> Iterator for Watch<T> {
    type Item = Update<T>;

    fn next(&mut self) -> Option<Update<T>> {
        let mut watch = self.watch.take()?;
        let next = async move {
            let update = watch.next().await;
            (watch, update)
        };
        let (watch, update) = self.worker.run(next).ok()?;
        self.watch = Some(watch);
        update
    }
}
