//! A gateway and what is behind it.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use vortex_gateway::{Gateway, Settings};
use vortex_kit::{
    channel::{self, Channel, Target},
    clock::System,
    grpc::{Methods, Server},
    process::Runtime,
};
use vortex_proto::{
    access::v1::{audit_service_server::AuditServiceServer, key_service_server::KeyServiceServer},
    config::v1::{
        cipher_service_server::CipherServiceServer, config_service_server::ConfigServiceServer,
        freeze_service_server::FreezeServiceServer, override_service_server::OverrideServiceServer,
        source_service_server::SourceServiceServer, split_service_server::SplitServiceServer,
    },
    drift::v1::drift_service_server::DriftServiceServer,
    heartbeat::v1::heartbeat_service_server::HeartbeatServiceServer,
    rollout::v1::rollout_service_server::RolloutServiceServer,
};
use vortex_service::{PerService, ServiceName};

use crate::{
    client::{self, Answer},
    config_service::Service,
    drift_service::Drift,
    heartbeat_service::Heartbeats,
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
    pub(crate) drift: Drift,
    pub(crate) heartbeats: Heartbeats,
    pub(crate) runtime: Runtime,
    channels: PerService<Channel>,
    /// The runtimes of the services.
    behind: Vec<Runtime>,
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
    let mut mesh = start_beside(gateway, settings, way, rollouts, rollout).await;
    mesh.behind.push(behind);
    mesh
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
        .service(AuditServiceServer::new(service.clone()))
        .service(CipherServiceServer::new(service.clone()))
        .build()
        .await
        .unwrap();
    let (drift, heartbeats) = (Drift::default(), Heartbeats::default());
    let drift_runtime = Runtime::new("drift-svc", "0.0.0", System::shared());
    let drift_server = Server::builder(&drift_runtime)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(DriftServiceServer::new(drift.clone()))
        .build()
        .await
        .unwrap();
    let ingest_runtime = Runtime::new("heartbeat-ingest", "0.0.0", System::shared());
    let ingest_server = Server::builder(&ingest_runtime)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(HeartbeatServiceServer::new(heartbeats.clone()))
        .build()
        .await
        .unwrap();
    let rollout = rollout(&runtime);
    let channels = PerService::from_fn(|service| match service {
        ServiceName::Config => reach(&config, way, &runtime),
        ServiceName::Rollout => rollout.clone(),
        ServiceName::Drift => reach(&drift_server, way, &runtime),
        ServiceName::Ingest => reach(&ingest_server, way, &runtime),
    });
    let gateway = Gateway::start(settings, channels.clone(), &runtime).unwrap();
    runtime.health.set_ready();
    Mesh {
        channels,
        address: gateway.address(),
        service,
        rollouts,
        drift,
        heartbeats,
        runtime,
        behind: vec![behind, drift_runtime, ingest_runtime],
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
    /// Another gateway in front of the same services. Gives its address, and its runtime to keep.
    pub(crate) fn another_gateway(&self) -> (SocketAddr, Runtime) {
        let runtime = gateway();
        let gateway = Gateway::start(settings(), self.channels.clone(), &runtime).unwrap();
        runtime.health.set_ready();
        (gateway.address(), runtime)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        client::get(self.address, path).await
    }

    /// How often each call of the contract was answered behind the gateway:
    /// `package.Service/Method`.
    pub(crate) async fn handled(&self) -> BTreeMap<String, u64> {
        let mut handled = BTreeMap::new();
        for runtime in &self.behind {
            let metrics = runtime.metrics.scrape().await;
            for (call, times) in metrics.lines().filter_map(handled_by) {
                *handled.entry(call).or_default() += times;
            }
        }
        handled
    }

    pub(crate) async fn send(&self, line: &str, headers: &[&str], body: &str) -> Answer {
        client::request(self.address, line, headers, body.as_bytes()).await
    }
}

/// The call that a line of metrics counts, and how often.
fn handled_by(line: &str) -> Option<(String, u64)> {
    let labels = line.strip_prefix("vortex_grpc_server_handled_total{")?;
    let (labels, times) = labels.rsplit_once("} ")?;
    let label = |name: &str| {
        let (_, rest) = labels.split_once(&format!("{name}=\""))?;
        rest.split('"').next()
    };
    // the gateway asks after health by itself
    let service = label("service").filter(|name| name.starts_with("vortex."))?;
    let call = format!("{service}/{}", label("method")?);
    Some((call, times.parse().ok()?))
}
