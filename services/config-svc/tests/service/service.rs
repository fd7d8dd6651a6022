//! The configuration over a store, without gRPC.

use std::{collections::HashMap, path::Path, sync::Arc};

use tokio::task::JoinHandle;
use vortex_config_svc::parts::{
    ClusterId, ConfigStore, Configuration, Error, Outcome, Request, Sha256, State, WriteError,
};
use vortex_kit::clock::{Manual, System};
use vortex_store::{Embedded, Options, Store};

use crate::commands::{Job, anonymous};

/// A configuration and the task that writes it.
pub(crate) struct Service {
    pub(crate) configuration: Arc<Configuration>,
    writing: JoinHandle<()>,
}

impl Service {
    /// Opens a folder, in the machine's time.
    pub(crate) async fn open(folder: &Path) -> Self {
        Self::over(embedded(folder)).await.expect("the store opens")
    }

    /// Opens a folder, in a time that is moved by hand.
    pub(crate) async fn open_at(folder: &Path, clock: &Manual) -> Self {
        let store = ConfigStore::new(embedded(folder));
        let clock = Arc::new(clock.clone());
        let opened = Configuration::open(store, ClusterId::default(), HashMap::new(), clock).await;
        let (configuration, writer) = opened.expect("the store opens");
        Self::of(configuration, writer)
    }

    /// Opens what an engine keeps, in the machine's time.
    pub(crate) async fn over(engine: Arc<dyn Store>) -> Result<Self, Error> {
        let store = ConfigStore::new(engine);
        let opened = Configuration::open(
            store,
            ClusterId::default(),
            HashMap::new(),
            System::shared(),
        )
        .await;
        opened.map(|(configuration, writer)| Self::of(configuration, writer))
    }

    fn of(configuration: Configuration, writer: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            configuration: Arc::new(configuration),
            writing: tokio::spawn(writer),
        }
    }

    pub(crate) fn state(&self) -> Arc<State> {
        self.configuration.state().clone()
    }

    pub(crate) fn store(&self) -> &ConfigStore {
        self.configuration.store()
    }

    pub(crate) async fn run(&self, job: Job) -> Result<Outcome, WriteError> {
        self.run_as(anonymous(), job).await
    }

    pub(crate) async fn run_as(&self, request: Request, job: Job) -> Result<Outcome, WriteError> {
        let Job { command, contents } = job;
        self.configuration.write(request, command, contents).await
    }

    /// What upkeep does now and then.
    pub(crate) async fn let_go(&self) {
        let retained = self.configuration.writer().retain().await.unwrap();
        self.store().save_checkpoint(retained).await.unwrap();
        let swept = self.configuration.writer().sweep().await;
        swept.expect("the store works").unwrap();
    }

    /// The hash of what is served at a path of `main`.
    pub(crate) fn served(&self, path: &str) -> Option<Sha256> {
        let state = self.state();
        let served = state.document("main", path)?.served()?;
        Some(served.content.stored()?.sha256)
    }

    /// Reads every content that a kept version names.
    pub(crate) async fn read_all(&self) {
        for sha256 in self.state().contents() {
            let content = self.store().content(&sha256).await;
            assert_eq!(Sha256::of(&content.expect("it is kept")), sha256);
        }
    }

    /// Ends in order, and lets go of the folder.
    pub(crate) async fn close(self) {
        let store = self.store().clone();
        drop(self.configuration);
        self.writing.await.unwrap();
        store.close().await.unwrap();
    }
}

pub(crate) fn embedded(folder: &Path) -> Arc<Embedded> {
    let opened = Embedded::open(folder, Options::default());
    Arc::new(opened.expect("the folder opens"))
}
