//! The configuration service: holds all configuration, and serves it.

pub mod config;
pub mod configuration;
pub mod domain;
mod error;
pub mod grpc;
pub mod history;
pub mod published;
pub mod source;
pub mod store;
pub mod tasks;
pub mod views;
pub mod writer;

pub use config::{About, Settings, StoreLocation};

use configuration::Configuration;
use grpc::Grpc;
use source::Sources;
use std::sync::Arc;
use store::ConfigStore;
use vortex_kit::{
    grpc::{BuildError, Server},
    process::Runtime,
};
use vortex_proto::config::v1::{
    config_service_server::ConfigServiceServer, source_service_server::SourceServiceServer,
    split_service_server::SplitServiceServer,
};
use vortex_service::Limited;
use vortex_store::service::{CannotOpen, open};

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store's folder can't be used.
    #[error(transparent)]
    Open(#[from] CannotOpen),
    /// What the store keeps can't be read.
    #[error("the store can't be read")]
    Load(#[from] store::Error),
    /// The gRPC server can't be put together.
    #[error(transparent)]
    Server(#[from] BuildError),
}

/// Starts the service: reads the store, begins to look at the sources, and puts
/// the server together. It serves in process at once, and over TCP once it is
/// told to listen.
///
/// # Errors
/// When the store can't be had or read.
pub async fn start(settings: Settings, runtime: &Runtime) -> Result<Server, StartError> {
    let engine = open(&settings.store, &runtime.metrics).await?;
    let sources = Sources::new(settings.git_sources());
    let (configuration, writer) = Configuration::open(
        ConfigStore::new(engine),
        sources.locations().collect(),
        runtime.clock.clone(),
    )
    .await?;
    let configuration = Arc::new(
        configuration
            .measured_by(&runtime.metrics)
            .computing_in(&runtime.compute),
    );
    tasks::start(&configuration, writer, runtime);
    sources.start(&configuration, runtime);
    let grpc = Grpc::new(configuration, sources, runtime.lifecycle.clone());
    Ok(Server::builder(runtime)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(ConfigServiceServer::limited(grpc.clone()))
        .service(SourceServiceServer::limited(grpc.clone()))
        .service(SplitServiceServer::limited(grpc))
        .build()
        .await?)
}
