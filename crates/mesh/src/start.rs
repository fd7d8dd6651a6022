//! Starts the services and connects them.

use std::error::Error;

use vortex_config_svc::StoreLocation;
use vortex_gateway::Gateway;
use vortex_kit::{
    admin,
    channel::{Channel, Slot},
    grpc::Server,
    http::{Address, BindError, Listener},
    process::{Process, Runtime},
    settings::{NotLoopback, Unpaired},
};
use vortex_service::{OwnKeySettings, PerService, ServiceName};

use crate::{Banner, Data, DataError, Ports, Settings, banner::Scheme, ports};

/// The mesh did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It would be open beyond this machine.
    #[error(transparent)]
    NotLoopback(#[from] NotLoopback),
    /// A certificate is given without its key, or a key without its certificate.
    #[error(transparent)]
    Unpaired(#[from] Unpaired),
    /// The ports do not fit.
    #[error(transparent)]
    Ports(#[from] ports::TooHigh),
    /// A port is not to be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The data folder is another program's, or can't be made.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A service did not start.
    #[error("{service}")]
    Service {
        /// Which one.
        service: ServiceName,
        /// Why.
        #[source]
        cause: Cause,
    },
}

/// Why a service did not start: each has an error of its own.
type Cause = Box<dyn Error + Send + Sync>;

/// Runtimes for the services of the mesh, in the process they will run in.
#[derive(Debug)]
pub struct Runtimes {
    services: PerService<Runtime>,
    gateway: Runtime,
}

impl Runtimes {
    /// One for each service.
    pub fn of(process: &mut Process) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        Self {
            services: PerService::from_fn(|service| process.runtime(service.as_str(), version)),
            gateway: process.runtime("gateway", version),
        }
    }
}

/// What is served at an admin port.
const HEALTH: &str = "health and metrics";

/// The ports of all services, bound before anything else is touched.
struct Bound {
    http: Listener,
    /// Where the gateway serves health and metrics again, where that is wanted.
    gateway_admin: Option<Listener>,
    grpc: PerService<Listener>,
    admin: PerService<Listener>,
}

impl Bound {
    fn all(settings: &Settings, admin: Option<&Address>) -> Result<Self, StartError> {
        let ports = Ports::new(settings.http.clone(), settings.grpc_base)?;
        let bind = |address: &Address, purpose: &str, option| {
            Listener::bind(address).map_err(|error| error.wanted(purpose, option))
        };
        let counted = |address, service: ServiceName, what| {
            bind(&address, &format!("{service}'s {what}"), "--grpc-base")
        };
        Ok(Self {
            http: bind(&settings.http, "REST", "--http")?,
            gateway_admin: admin
                .map(|address| bind(address, HEALTH, "--admin"))
                .transpose()?,
            grpc: PerService::try_from_fn(|service| counted(ports.grpc(service), service, "gRPC"))?,
            admin: PerService::try_from_fn(|service| {
                counted(ports.admin(service), service, HEALTH)
            })?,
        })
    }
}

/// Starts every service, and the gateway last, which serves health and metrics at `admin` again.
/// Answers where everything is. Whether it may listen there is the caller's to check.
///
/// # Errors
/// When a port or the data folder can't be had. What was started ends with the
/// process' lifecycle.
pub async fn start(
    settings: &Settings,
    admin: Option<&Address>,
    data: &Data,
    runtimes: Runtimes,
) -> Result<Banner, StartError> {
    let Bound {
        http,
        gateway_admin,
        grpc,
        admin,
    } = Bound::all(settings, admin)?;
    data.claim()?;
    let banner = Banner::new(
        http.address(),
        grpc.map(Listener::address),
        admin.map(Listener::address),
        settings,
        data,
        runtimes.gateway.gate.is_required(),
    )
    .over(match runtimes.gateway.tls {
        Some(_) => Scheme::Https,
        None => Scheme::Http,
    });
    if let Some(listener) = gateway_admin {
        admin::serve(listener, &runtimes.gateway);
    }
    for (service, listener) in admin {
        admin::serve(listener, &runtimes.services[service]);
    }
    // filled as they start, since services may call each other in a circle
    let slots = PerService::from_fn(|_| Slot::new());
    let channels = slots.map(Slot::channel);
    for (service, listener) in grpc {
        let runtime = runtimes.services[service].clone();
        let server = start_service(service, settings, data, &channels, &runtime)
            .await
            .map_err(|cause| StartError::Service { service, cause })?;
        slots[service].fill(&server);
        if service == ServiceName::Config {
            // once for the process: its services have one gate
            settings.tokens.open(Some(data.path()), &runtime).await;
        }
        server.serve(listener);
        runtimes.gateway.health.include(&runtime.health);
    }
    let settings = gateway_settings(settings);
    Gateway::serve(http, settings, channels, &runtimes.gateway);
    Ok(banner)
}

async fn start_service(
    service: ServiceName,
    settings: &Settings,
    data: &Data,
    channels: &PerService<Channel>,
    runtime: &Runtime,
) -> Result<Server, Cause> {
    Ok(match service {
        ServiceName::Config => {
            vortex_config_svc::start(config_settings(settings, data), runtime).await?
        }
        ServiceName::Rollout => {
            let config = channels[ServiceName::Config].clone();
            let settings = rollout_settings(settings, data);
            let drift = Some(channels[ServiceName::Drift].clone());
            vortex_rollout_svc::start(settings, config, drift, runtime).await?
        }
        ServiceName::Drift => {
            let config = channels[ServiceName::Config].clone();
            let store = StoreLocation::Embedded(data.drift());
            vortex_drift_svc::start(
                settings.heartbeats.drift(store, settings.notify.clone()),
                config,
                runtime,
            )
            .await?
        }
        ServiceName::Ingest => {
            let neighbours = vortex_heartbeat_ingest::Neighbours {
                config: channels[ServiceName::Config].clone(),
                drift: channels[ServiceName::Drift].clone(),
                rollout: channels[ServiceName::Rollout].clone(),
            };
            vortex_heartbeat_ingest::start(settings.heartbeats.ingest(), neighbours, runtime)
                .await?
        }
    })
}

fn gateway_settings(settings: &Settings) -> vortex_gateway::Settings {
    vortex_gateway::Settings {
        http: settings.http.clone(),
        spring_prefix: settings.spring_prefix.clone(),
        trusted_proxies: settings.trusted_proxies.clone(),
        basic_user_is_instance: settings.basic_user_is_instance,
        webhook_secret_file: settings.webhook_secret_file.clone(),
        ..vortex_gateway::Settings::default()
    }
}

fn rollout_settings(settings: &Settings, data: &Data) -> vortex_rollout_svc::Settings {
    let store = StoreLocation::Embedded(data.rollout());
    vortex_rollout_svc::Settings {
        source_strategy: settings.source_strategy,
        source_supersede: settings.source_supersede,
        notify: settings.notify.clone(),
        gates: settings.gates.clone(),
        ..vortex_rollout_svc::Settings::new(store)
    }
}

fn config_settings(settings: &Settings, data: &Data) -> vortex_config_svc::Settings {
    vortex_config_svc::Settings {
        store: StoreLocation::Embedded(data.config()),
        cluster: vortex_config_svc::ClusterId::default(),
        git: settings.git.clone(),
        git_name: vortex_config_svc::Settings::default_git_name(),
        git_poll: settings.poll,
        git_timeout: vortex_config_svc::Settings::DEFAULT_GIT_TIMEOUT,
        git_release: settings.release,
        git_mirror: Some(data.mirror()),
        git_credentials_file: settings.git_credentials_file.clone(),
        git_search_paths: settings.search_paths.clone(),
        overrides_file: settings.overrides_file.clone(),
        ciphers: settings.ciphers.clone(),
        // in one process services need no key
        own_key: OwnKeySettings::default(),
    }
}
