//! The rollout service: brings a staged version to more and more readers, and decides from reported
//! figures whether to continue.

mod changes;
mod domain;
mod drift;
mod engine;
mod error;
mod gates;
mod grpc;
mod info;
mod meters;
mod notices;
mod settings;
mod splits;
mod store;
mod tasks;

pub use domain::Strategy;
/// The analysis of figures, for its statistics and its benchmark.
#[doc(hidden)]
pub use domain::analysis;
pub use gates::{GateSettings, GatesFile, InvalidGates};
pub use settings::{ABOUT, ProcessSettings, Settings, StoreLocation};

use vortex_kit::{
    channel::Channel,
    grpc::{BuildError, Server},
    http::{BindError, Listener},
    process::Runtime,
};
use vortex_proto::rollout::v1::rollout_service_server::RolloutServiceServer;
use vortex_service::{CannotConnect, Limited, OwnKeyError, Trust, connect, denials, follow_keys};
use vortex_store::service::{CannotOpen, open};

use changes::Changes;
use drift::Drift;
use engine::Rollouts;
use gates::Asker;
use grpc::Grpc;
use meters::Meters;
use notices::Notices;
use splits::Splits;
use store::RolloutStore;
use tasks::Others;

/// The reason why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store's folder can't be used.
    #[error(transparent)]
    Open(#[from] CannotOpen),
    /// The stored rollouts can't be read.
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
/// TCP once it is told to listen. `drift` is where drift-svc is; without one, nothing is known of
/// instances.
///
/// # Errors
/// Fails if the store can't be opened or read.
pub async fn start(
    settings: Settings,
    config: Channel,
    drift: Option<Channel>,
    runtime: &Runtime,
) -> Result<Server, StartError> {
    let drift = drift.map(Drift::new);
    let rollouts = rollouts(&settings, config, drift, runtime).await?;
    let grpc = Grpc::new(rollouts, settings.breaker(), runtime.lifecycle.clone());
    Ok(Server::builder(runtime)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(RolloutServiceServer::limited(grpc))
        .build()
        .await?)
}

/// Starts the service as a process of its own, which calls config-svc over the network.
///
/// # Errors
/// Fails as [`start`] does, or if its port is taken.
pub async fn serve(settings: ProcessSettings, runtime: Runtime) -> Result<(), StartError> {
    let ProcessSettings {
        rollout,
        tokens,
        config_svc,
        drift_svc,
        calls,
        grpc,
        own_key,
    } = settings;
    // first, so that no store is left behind if the port is taken
    let listener = Listener::bind(grpc).map_err(|error| error.wanted("gRPC", "--grpc"))?;
    let address = listener.address();
    let trust = Trust::new(&calls, [&config_svc, &drift_svc], &runtime)?;
    let own = own_key.show(&trust, &runtime)?;
    let config = connect(&config_svc, &trust, &own, &runtime)?;
    let drift = connect(&drift_svc, &trust, &own, &runtime)?;
    follow_keys(&config, &runtime);
    denials::report(&config, &runtime);
    let folder = rollout.folder().to_owned();
    let server = start(rollout, config, Some(drift), &runtime).await?;
    tokens.open(Some(&folder), &runtime).await;
    server.serve(listener);
    tracing::info!(%address, "serving gRPC");
    Ok(())
}

/// Starts the rollouts that `settings` tell of: reads the store, tells config-svc behind `config`
/// what it has not confirmed, and judges.
///
/// # Errors
/// When the store can't be had or read.
async fn rollouts(
    settings: &Settings,
    config: Channel,
    drift: Option<Drift>,
    runtime: &Runtime,
) -> Result<Rollouts, StartError> {
    let engine = open(&settings.store, &runtime.metrics).await?;
    let asker = Asker::new(settings.gates.gates(), runtime);
    let rollouts = Rollouts::open(
        RolloutStore::new(engine.clone()),
        Splits::new(config.clone()),
        drift.clone(),
        asker.askable(),
        settings.breaker(),
        runtime.clock.clone(),
        Meters::new(&runtime.metrics),
    )
    .await?;
    info::tell(&rollouts, &runtime.metrics);
    let notices = Notices::new(rollouts.clone());
    let told = settings.notify.start(notices, engine, runtime).await;
    let told = told.map_err(store::Error::from)?;
    let others = Others {
        changes: Changes::new(config),
        drift,
        asker,
    };
    let (policy, keep) = (settings.source_policy(), settings.keep());
    tasks::start(&rollouts, others, policy, keep, told, runtime);
    Ok(rollouts)
}
