//! A gateway and what is behind it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use vortex_gateway::{Gateway, Settings};
use vortex_kit::{
    channel::{self, Channel, Target},
    clock::System,
    grpc::{Methods, Server},
    process::Runtime,
};
use vortex_proto::config::v1::{
    config_service_server::ConfigServiceServer, source_service_server::SourceServiceServer,
};

use crate::{
    client::{self, Answer},
    config_service::Service,
};

/// How the gateway reaches config-svc.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    InProcess,
    Network,
}

pub(crate) struct Mesh {
    pub(crate) address: SocketAddr,
    pub(crate) service: Service,
    pub(crate) runtime: Runtime,
}

pub(crate) fn settings() -> Settings {
    Settings {
        http: SocketAddr::from(([127, 0, 0, 1], 0)),
        ..Settings::default()
    }
}

/// A gateway in one process with its config-svc.
pub(crate) async fn start() -> Mesh {
    start_with(settings(), Way::InProcess).await
}

pub(crate) async fn start_with(settings: Settings, way: Way) -> Mesh {
    let service = Service::default();
    let behind = Runtime::new("config-svc", "0.0.0", System::shared());
    let server = Server::builder(&behind)
        .descriptors(vortex_proto::DESCRIPTORS)
        .service(ConfigServiceServer::new(service.clone()))
        .service(SourceServiceServer::new(service.clone()))
        .build()
        .await
        .unwrap();
    let runtime = Runtime::new("gateway", "0.0.0", System::shared());
    let config = match way {
        Way::InProcess => server.channel(),
        Way::Network => {
            let address = server
                .listen(SocketAddr::from(([127, 0, 0, 1], 0)))
                .unwrap();
            remote(address, &runtime)
        }
    };
    let gateway = Gateway::start(settings, config, &runtime).unwrap();
    runtime.health.set_ready();
    Mesh {
        address: gateway.address(),
        service,
        runtime,
    }
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
