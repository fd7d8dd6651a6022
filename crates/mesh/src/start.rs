//! The services put together.

use crate::{Addresses, Banner, Data, Ports, Settings, ports};
use std::io::ErrorKind;
use vortex_config_svc::StoreLocation;
use vortex_gateway::Gateway;
use vortex_kit::{
    admin,
    grpc::Server,
    http::{self, BindError, Listener},
    process::{Process, Runtime},
    settings::NotLoopback,
};

/// The mesh did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It would be open beyond this machine.
    #[error(transparent)]
    NotLoopback(#[from] NotLoopback),
    /// The ports do not fit.
    #[error(transparent)]
    Ports(#[from] ports::TooHigh),
    /// A port is not to be had.
    #[error("{cause}{}", advice(.cause, .setting))]
    Bind {
        /// The address, and what the system said.
        cause: BindError,
        /// The argument that chooses another.
        setting: &'static str,
    },
    /// The configuration service did not start.
    #[error("config-svc")]
    Config(#[from] vortex_config_svc::StartError),
    /// The rollout service did not start.
    #[error("rollout-svc")]
    Rollout(#[from] vortex_rollout_svc::StartError),
}

/// What whoever started it may do about a port.
fn advice(bind: &BindError, setting: &str) -> String {
    match bind.cause.kind() {
        ErrorKind::AddrInUse => {
            format!("; end the process that has the port, or choose another with {setting}")
        }
        _ => format!("; {setting} chooses another"),
    }
}

/// The services, serving.
#[derive(Debug)]
pub struct Mesh {
    /// Where everything is.
    pub banner: Banner,
    /// The configuration service, for calls without a network.
    pub config: Server,
    /// The rollout service, likewise.
    pub rollout: Server,
}

/// Runtimes for the services of the mesh, in the process they will run in.
#[derive(Debug)]
pub struct Runtimes {
    config: Runtime,
    rollout: Runtime,
    gateway: Runtime,
}

impl Runtimes {
    /// One for each service.
    pub fn of(process: &mut Process) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        Self {
            config: process.runtime("config-svc", version),
            rollout: process.runtime("rollout-svc", version),
            gateway: process.runtime("gateway", version),
        }
    }
}

/// The ports of all services, bound before anything else is touched.
struct Bound {
    http: Listener,
    config: Listener,
    config_admin: Listener,
    rollout: Listener,
    rollout_admin: Listener,
}

impl Bound {
    fn all(settings: &Settings) -> Result<Self, StartError> {
        let ports = Ports::new(settings.http.ip(), settings.grpc_base)?;
        let bind = |address, setting| {
            Listener::bind(address).map_err(|cause| StartError::Bind { cause, setting })
        };
        Ok(Self {
            http: bind(settings.http, "--http")?,
            config: bind(ports.config_svc(), "--grpc-base")?,
            config_admin: bind(ports.config_svc_admin(), "--grpc-base")?,
            rollout: bind(ports.rollout_svc(), "--grpc-base")?,
            rollout_admin: bind(ports.rollout_svc_admin(), "--grpc-base")?,
        })
    }

    fn grpc(&self) -> Addresses {
        Addresses {
            config_svc: self.config.address(),
            rollout_svc: self.rollout.address(),
        }
    }

    fn admin(&self) -> Addresses {
        Addresses {
            config_svc: self.config_admin.address(),
            rollout_svc: self.rollout_admin.address(),
        }
    }
}

/// Starts every service, and the gateway last.
///
/// # Errors
/// When a port or the data folder can't be had. What was started ends with the
/// process' lifecycle.
pub async fn start(
    settings: &Settings,
    data: &Data,
    runtimes: Runtimes,
) -> Result<Mesh, StartError> {
    if !settings.insecure && !settings.http.ip().to_canonical().is_loopback() {
        return Err(NotLoopback(settings.http).into());
    }
    let bound = Bound::all(settings)?;
    let (grpc, admin) = (bound.grpc(), bound.admin());
    serve_admin(bound.config_admin, &runtimes.config);
    serve_admin(bound.rollout_admin, &runtimes.rollout);
    let config =
        vortex_config_svc::start(config_settings(settings, data), &runtimes.config).await?;
    config.serve(bound.config);
    let rollout = vortex_rollout_svc::start(
        rollout_settings(settings, data),
        config.channel(),
        &runtimes.rollout,
    )
    .await?;
    rollout.serve(bound.rollout);
    let gateway_settings = vortex_gateway::Settings {
        http: settings.http,
        spring_prefix: settings.spring_prefix.clone(),
        trusted_proxies: settings.trusted_proxies.clone(),
        ..vortex_gateway::Settings::default()
    };
    for service in [&runtimes.config, &runtimes.rollout] {
        runtimes.gateway.health.include(&service.health);
    }
    let gateway = Gateway::serve(
        bound.http,
        gateway_settings,
        config.channel(),
        rollout.channel(),
        &runtimes.gateway,
    );
    let banner = Banner::new(gateway.address(), grpc, admin, settings, data);
    Ok(Mesh {
        banner,
        config,
        rollout,
    })
}

fn rollout_settings(settings: &Settings, data: &Data) -> vortex_rollout_svc::Settings {
    let folder = data.path().join("rollout");
    let store = StoreLocation::Embedded(folder);
    vortex_rollout_svc::Settings {
        source_strategy: settings.source_strategy,
        ..vortex_rollout_svc::Settings::new(store)
    }
}

fn config_settings(settings: &Settings, data: &Data) -> vortex_config_svc::Settings {
    let folder = data.path();
    vortex_config_svc::Settings {
        store: StoreLocation::Embedded(folder.join("config")),
        git: settings.git.clone(),
        git_name: vortex_config_svc::Settings::default_git_name(),
        git_poll: settings.poll,
        git_timeout: vortex_config_svc::Settings::DEFAULT_GIT_TIMEOUT,
        git_release: settings.release,
        git_mirror: Some(folder.join("git-mirror")),
    }
}

fn serve_admin(listener: Listener, runtime: &Runtime) {
    let routes = admin::routes(runtime.health.clone(), runtime.metrics.clone());
    listener.serve(routes, http::Limits::default(), runtime);
}
