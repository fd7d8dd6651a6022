//! The configuration service: holds all configuration, and serves it.

mod bootstrap;
// what is public there is so for `parts`
#[allow(missing_docs)]
mod ciphers;
mod configuration;
mod denials;
// what is public there is so for `parts`
#[allow(missing_docs)]
mod domain;
mod error;
mod fixed_overrides;
mod grpc;
mod keys;
mod published;
mod sent_configs;
mod settings;
mod source;
mod store;
mod tasks;
mod views;
mod writer;

pub use bootstrap::BootstrapError;
pub use ciphers::{CipherSettings, CipherSettingsError};
pub use domain::ClusterId;
pub use fixed_overrides::OverridesError;
pub use settings::{ABOUT, About, ProcessSettings, Settings, StoreLocation};
pub use source::{CredentialsError, ReleasePolicy};

use std::sync::Arc;

use vortex_kit::{
    grpc::{BuildError, Server},
    process::Runtime,
};
use vortex_proto::{
    access::v1::{audit_service_server::AuditServiceServer, key_service_server::KeyServiceServer},
    config::v1::{
        cipher_service_server::CipherServiceServer, config_service_server::ConfigServiceServer,
        freeze_service_server::FreezeServiceServer, override_service_server::OverrideServiceServer,
        ownership_service_server::OwnershipServiceServer,
        source_service_server::SourceServiceServer, split_service_server::SplitServiceServer,
    },
};
use vortex_service::{Limited, OWN_ROLES};
use vortex_store::service::{CannotOpen, open};

use configuration::Configuration;
use denials::Denials;
use grpc::{Audit, Grpc};
use source::Sources;
use store::ConfigStore;

/// What the service is made of, for its own tests and benches.
#[doc(hidden)]
pub mod parts {
    pub use crate::{
        ciphers::Ciphers,
        configuration::Configuration,
        domain::{
            App, Arm, BeginSplit, Body, ClusterId, Command, Content, CreateKey, DocumentWrite,
            EndFreeze, EndSplit, Expires, Forced, Freeze, FreezeEnd, FreezeId, FreezeScope, Frozen,
            Holding, Import, Imported, Key, KeyGrants, KeyRotation, Label, Layout, MAX_VERSIONS,
            Moved, Moves, Outcome, Override, OverrideEnd, OverrideId, OverrideTarget,
            OverrideValues, Path, Profile, Record, Release, ReleaseBy, RemoveOverride, Request,
            RequestKey, RotateKey, Selector, Seq, SetFreeze, SetOverride, SetSplit, Sha256, Share,
            SourceName, SplitId, SplitMove, State, Subject, Thawed, Token, Undo, UndoTarget, Unit,
            Until, VersionName, ViewKey, WriteChange,
        },
        grpc::Grpc,
        source::{GitSettings, Sources},
        store::{ConfigStore, Error},
        tasks::start as start_tasks,
        writer::WriteError,
    };
}

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store's folder can't be used.
    #[error(transparent)]
    Open(#[from] CannotOpen),
    /// The stored data can't be read.
    #[error("the store can't be read")]
    Load(#[from] store::Error),
    /// The credentials of a repository can't be used.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The file of overrides can't be used.
    #[error(transparent)]
    Overrides(#[from] OverridesError),
    /// The keys of encrypted values can't be had.
    #[error(transparent)]
    Ciphers(#[from] CipherSettingsError),
    /// There is no first key, where one is needed.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    /// The gRPC server can't be built.
    #[error(transparent)]
    Server(#[from] BuildError),
}

/// Starts the service: loads the store, starts polling the sources, and builds the server. It
/// serves in process at once, and over TCP once it is told to listen.
///
/// # Errors
/// When the store can't be opened or read.
pub async fn start(settings: Settings, runtime: &Runtime) -> Result<Server, StartError> {
    let settings = settings.with_credentials()?;
    let ciphers = settings.ciphers.open()?;
    let fixed = settings.overrides_file.as_deref();
    let fixed = fixed.map(fixed_overrides::read).transpose()?;
    let engine = open(&settings.store, &runtime.metrics).await?;
    let sources = Sources::new(settings.git_sources());
    let (configuration, writer) = Configuration::open_with(
        ConfigStore::new(engine),
        settings.cluster.clone(),
        sources.locations().collect(),
        sources.layout(),
        runtime.clock.clone(),
    )
    .await?;
    let configuration = Arc::new(
        configuration
            .measured_by(&runtime.metrics)
            .computing_in(&runtime.compute)
            .deciphering(&ciphers)
            .overridden_by(fixed),
    );
    tasks::start(&configuration, writer, runtime);
    if runtime.gate.is_required() {
        bootstrap::bootstrap(&configuration, settings.folder()).await?;
        bootstrap::admit_services(&configuration, &settings.own_key, runtime).await?;
    }
    let keys = keys::OwnKeys::follow(&configuration, runtime);
    runtime.gate.know(keys);
    runtime.gate.know_services(OWN_ROLES);
    sources.start(&configuration, runtime);
    let store = configuration.store().clone();
    let denials = Arc::new(Denials::open(store, runtime.clock.clone()).await?);
    tasks::keep_denials(&denials, runtime);
    let audit = Audit::new(denials, runtime.lifecycle.clone());
    let grpc = Grpc::new(configuration, sources, runtime.lifecycle.clone());
    Ok(Server::builder(runtime)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(ConfigServiceServer::limited(grpc.clone()))
        .service(SourceServiceServer::limited(grpc.clone()))
        .service(SplitServiceServer::limited(grpc.clone()))
        .service(FreezeServiceServer::limited(grpc.clone()))
        .service(OverrideServiceServer::limited(grpc.clone()))
        .service(OwnershipServiceServer::limited(grpc.clone()))
        .service(KeyServiceServer::limited(grpc))
        .service(CipherServiceServer::limited(grpc::OfCiphers::new(
            ciphers,
            runtime.compute.clone(),
        )))
        .service(AuditServiceServer::limited(audit))
        .build()
        .await?)
}
