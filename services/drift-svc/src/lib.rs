//! The drift service: knows which version each instance runs, and whether it should.

mod alerts;
/// The registry of instances, for its benchmark.
#[doc(hidden)]
pub mod domain;
mod error;
mod grpc;
mod info;
mod meters;
mod notices;
mod plans;
mod registry;
mod settings;
mod store;
mod tasks;

pub use settings::{ABOUT, ProcessSettings, Settings, StoreLocation};

use vortex_kit::{
    channel::Channel,
    grpc::{BuildError, Server},
    http::{BindError, Listener},
    process::Runtime,
};
use vortex_proto::drift::v1::drift_service_server::DriftServiceServer;
use vortex_service::{CannotConnect, Limited, OwnKeyError, Trust, connect, denials, follow_keys};
use vortex_store::service::{CannotOpen, open};
use vortex_views::{Content, Options, Views};

use alerts::Alerts;
use grpc::Grpc;
use meters::Meters;
use notices::Notices;
use registry::{MOST_FLEETS, Registry};
use store::AlertStore;

/// The reason why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store's folder can't be used.
    #[error(transparent)]
    Open(#[from] CannotOpen),
    /// The stored alerts can't be read.
    #[error("the store can't be read")]
    Load(#[from] store::Error),
    /// The gRPC server can't be built.
    #[error(transparent)]
    Server(#[from] BuildError),
    /// config-svc can't be called.
    #[error(transparent)]
    Connect(#[from] CannotConnect),
    /// It has no key that it could show.
    #[error(transparent)]
    OwnKey(#[from] OwnKeyError),
    /// Its port can't be bound.
    #[error(transparent)]
    Bind(#[from] BindError),
}

/// Starts the service over the config-svc behind `config`. It serves in process at once, and over
/// TCP once it is told to listen.
///
/// # Errors
/// Fails if the store can't be opened or read.
pub async fn start(
    settings: Settings,
    config: Channel,
    runtime: &Runtime,
) -> Result<Server, StartError> {
    let engine = open(&settings.store, &runtime.metrics).await?;
    let meters = Meters::new(&runtime.metrics);
    let registry = registry(&settings, config, meters.clone(), runtime);
    let store = AlertStore::new(engine.clone());
    let time = registry.time().clone();
    let alerts = Alerts::open(store, settings.limits(), time, meters).await?;
    info::tell(&registry, &alerts, &runtime.metrics);
    let told = settings.notify.start(Notices, engine, runtime).await;
    let told = told.map_err(store::Error::from)?;
    tasks::start(&registry, &alerts, told, runtime);
    let grpc = Grpc::new(registry, alerts, runtime.lifecycle.clone());
    Ok(Server::builder(runtime)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(DriftServiceServer::limited(grpc))
        .build()
        .await?)
}

/// Starts the service as a process of its own, which calls config-svc over the network.
///
/// # Errors
/// Fails as [`start`] does, or if its port is taken.
pub async fn serve(settings: ProcessSettings, runtime: Runtime) -> Result<(), StartError> {
    let ProcessSettings {
        drift,
        tokens,
        config_svc,
        calls,
        grpc,
        own_key,
    } = settings;
    // first, so that no store is left behind if the port is taken
    let listener = Listener::bind(grpc).map_err(|error| error.wanted("gRPC", "--grpc"))?;
    let address = listener.address();
    let trust = Trust::new(&calls, [&config_svc], &runtime)?;
    let own = own_key.show(&trust, &runtime)?;
    let config = connect(&config_svc, &trust, &own, &runtime)?;
    follow_keys(&config, &runtime);
    denials::report(&config, &runtime);
    let folder = drift.folder().to_owned();
    let server = start(drift, config, &runtime).await?;
    tokens.open(Some(&folder), &runtime).await;
    server.serve(listener);
    tracing::info!(%address, "serving gRPC");
    Ok(())
}

/// The registry, which follows the views of the config-svc behind `config`.
fn registry(settings: &Settings, config: Channel, meters: Meters, runtime: &Runtime) -> Registry {
    let options = Options {
        content: Content::Versions,
        history: true,
        most: MOST_FLEETS,
        bytes: usize::MAX,
        for_anybody: false,
    };
    let views = Views::follow(config, options, runtime);
    let (rules, most) = (settings.rules(), settings.max_instances);
    Registry::new(views, rules, most, runtime.clock.clone(), meters)
}
