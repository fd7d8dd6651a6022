//! A gateway and what is behind it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use vortex_gateway::{Gateway, Settings};
use vortex_kit::{
    channel::{self, Channel, Target},
    clock::System,
    grpc::{Methods, Server},
    process::Runtime,
};
use vortex_proto::{
    access::v1::key_service_server::KeyServiceServer,
    config::v1::{
        config_service_server::ConfigServiceServer, freeze_service_server::FreezeServiceServer,
        override_service_server::OverrideServiceServer, source_service_server::SourceServiceServer,
        split_service_server::SplitServiceServer,
    },
    rollout::v1::rollout_service_server::RolloutServiceServer,
};
use vortex_service::{PerService, ServiceName};

use crate::{
    client::{self, Answer},
    config_service::Service,
    rollout_service::Rollouts,
};

/// How the gateway reaches its neighbours.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    InProcess,
    Network,
}

pub(crate) struct Mesh {
    pub(crate) address: SocketAddr,
    pub(crate) service: Service,
    pub(crate) rollouts: Rollouts,
    pub(crate) runtime: Runtime,
}

pub(crate) fn settings() -> Settings {
    Settings {
        http: SocketAddr::from(([127, 0, 0, 1], 0)).into(),
        ..Settings::default()
    }
}

/// A gateway in one process with its neighbours.
pub(crate) async fn start() -> Mesh {
    start_with(settings(), Way::InProcess).await
}

pub(crate) async fn start_with(settings: Settings, way: Way) -> Mesh {
    start_on(gateway(), settings, way).await
}

/// As that, of a gateway with this runtime.
pub(crate) async fn start_on(gateway: Runtime, settings: Settings, way: Way) -> Mesh {
    let rollouts = Rollouts::default();
    let behind = Runtime::new("rollout-svc", "0.0.0", System::shared());
    let server = Server::builder(&behind)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(RolloutServiceServer::new(rollouts.clone()))
        .build()
        .await
        .unwrap();
    let rollout = |runtime: &Runtime| reach(&server, way, runtime);
    start_beside(gateway, settings, way, rollouts, rollout).await
}

fn gateway() -> Runtime {
    Runtime::new("gateway", "0.0.0", System::shared())
}

/// A gateway whose rollout-svc is away.
pub(crate) async fn start_without_rollouts() -> Mesh {
    let rollouts = Rollouts::default();
    start_beside(gateway(), settings(), Way::InProcess, rollouts, nowhere).await
}

async fn start_beside(
    runtime: Runtime,
    settings: Settings,
    way: Way,
    rollouts: Rollouts,
    rollout: impl FnOnce(&Runtime) -> Channel,
) -> Mesh {
    let service = Service::default();
    let behind = Runtime::new("config-svc", "0.0.0", System::shared());
    let config = Server::builder(&behind)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(ConfigServiceServer::new(service.clone()))
        .service(SourceServiceServer::new(service.clone()))
        .service(SplitServiceServer::new(service.clone()))
        .service(FreezeServiceServer::new(service.clone()))
        .service(OverrideServiceServer::new(service.clone()))
        .service(KeyServiceServer::new(service.clone()))
        .build()
        .await
        .unwrap();
    let (config, rollout) = (reach(&config, way, &runtime), rollout(&runtime));
    let channels = PerService::from_fn(|service| match service {
        ServiceName::Config => config.clone(),
        ServiceName::Rollout => rollout.clone(),
    });
    let gateway = Gateway::start(settings, channels, &runtime).unwrap();
    runtime.health.set_ready();
    Mesh {
        address: gateway.address(),
        service,
        rollouts,
        runtime,
    }
}

fn reach(server: &Server, way: Way, runtime: &Runtime) -> Channel {
    match way {
        Way::InProcess => server.channel(),
        Way::Network => {
            let address = server.listen(SocketAddr::from(([127, 0, 0, 1], 0)));
            remote(address.unwrap(), runtime)
        }
    }
}

/// A channel to a port that was free a moment ago and that nothing listens on.
pub(crate) fn nowhere(runtime: &Runtime) -> Channel {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    remote(free.local_addr().unwrap(), runtime)
}

/// A channel to an address.
pub(crate) fn remote(address: SocketAddr, runtime: &Runtime) -> Channel {
    let target: Target = format!("http://{address}").parse().unwrap();
    let methods = Methods::from_descriptors(vortex_proto::DESCRIPTORS).unwrap();
    let options = channel::Options {
        connect_timeout: Duration::from_secs(5),
        ..channel::Options::default()
    };
    Channel::connect(&target, Arc::new(methods), options, &runtime.lifecycle)
}

impl Mesh {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        client::get(self.address, path).await
    }

    pub(crate) async fn send(&self, line: &str, headers: &[&str], body: &str) -> Answer {
        client::request(self.address, line, headers, body.as_bytes()).await
    }
}
