//! The intake of heartbeats: gathers what instances report in windows of time, and passes these on.

mod delivery;
mod domain;
mod error;
mod grpc;
mod intake;
#[doc(hidden)]
pub mod measure;
mod meters;
mod settings;
mod tasks;
mod windows;

pub use settings::{ABOUT, ProcessSettings, Settings, window};

use vortex_kit::{
    channel::Channel,
    grpc::{BuildError, Server},
    http::{BindError, Listener},
    process::Runtime,
};
use vortex_proto::heartbeat::v1::heartbeat_service_server::HeartbeatServiceServer;
use vortex_service::{CannotConnect, Limited, OwnKeyError, Trust, connect, denials, follow_keys};

use vortex_views::{Content, Views};

use grpc::Grpc;
use intake::Intake;
use meters::Meters;

/// The reason why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The gRPC server can't be built.
    #[error(transparent)]
    Server(#[from] BuildError),
    /// Its neighbours can't be called.
    #[error(transparent)]
    Connect(#[from] CannotConnect),
    /// It has no key that it could show.
    #[error(transparent)]
    OwnKey(#[from] OwnKeyError),
    /// Its port can't be bound.
    #[error(transparent)]
    Bind(#[from] BindError),
}

/// The services that it calls.
#[derive(Clone, Debug)]
pub struct Neighbours {
    /// Says what instances should run.
    pub config: Channel,
    /// Is told what instances run.
    pub drift: Channel,
    /// Is told what they measured.
    pub rollout: Channel,
}

/// Starts the service. It serves in process at once, and over TCP once it is told to listen. As the
/// process drains, what it has gathered is passed on.
///
/// # Errors
/// Fails if its server can't be built.
pub async fn start(
    settings: Settings,
    neighbours: Neighbours,
    runtime: &Runtime,
) -> Result<Server, StartError> {
    let options = vortex_views::Options {
        content: Content::Versions,
        history: true,
        most: intake::MAX_FLEETS,
        bytes: usize::MAX,
        for_anybody: false,
    };
    let views = Views::follow(neighbours.config.clone(), options, runtime);
    let meters = Meters::new(&runtime.metrics);
    let clock = runtime.clock.clone();
    let intake = Intake::new(settings.clone(), Some(views.clone()), clock, meters);
    tasks::start(&intake, settings.window, views, neighbours, runtime);
    Ok(Server::builder(runtime)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(HeartbeatServiceServer::limited(Grpc::new(intake)))
        .build()
        .await?)
}

/// Starts the service as a process of its own, which calls its neighbours over the network.
///
/// # Errors
/// Fails as [`start`] does, or if its port is taken.
pub async fn serve(settings: ProcessSettings, runtime: Runtime) -> Result<(), StartError> {
    let ProcessSettings {
        ingest,
        tokens,
        config_svc,
        rollout_svc,
        drift_svc,
        calls,
        grpc,
        own_key,
    } = settings;
    let listener = Listener::bind(grpc).map_err(|error| error.wanted("gRPC", "--grpc"))?;
    let address = listener.address();
    let targets = [&config_svc, &rollout_svc, &drift_svc];
    let trust = Trust::new(&calls, targets, &runtime)?;
    let own = own_key.show(&trust, &runtime)?;
    let neighbours = Neighbours {
        config: connect(&config_svc, &trust, &own, &runtime)?,
        drift: connect(&drift_svc, &trust, &own, &runtime)?,
        rollout: connect(&rollout_svc, &trust, &own, &runtime)?,
    };
    follow_keys(&neighbours.config, &runtime);
    denials::report(&neighbours.config, &runtime);
    let server = start(ingest, neighbours, &runtime).await?;
    tokens.open(None, &runtime).await;
    server.serve(listener);
    tracing::info!(%address, "serving gRPC");
    Ok(())
}
