//! The mesh, as these tests use it.

use std::time::Duration;

use serde::Deserialize;
use vortex_sdk::{Builder, Client};
#[cfg(feature = "grpc")]
use vortex_tests::ServiceName;
use vortex_tests::{Mesh, Mode, Options, PATIENCE};

/// What applications of these tests read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Settings {
    pub(crate) workers: u32,
    #[serde(default)]
    pub(crate) greeting: String,
}

/// A mesh in one process.
pub(crate) fn mesh() -> Mesh {
    Mesh::start(Mode::One, &Options::default())
}

/// What a client speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    /// REST with the gateway.
    Rest,
    /// gRPC with config-svc and heartbeat-ingest.
    #[cfg(feature = "grpc")]
    Grpc,
}

impl Protocol {
    /// Settings of a client that is back soon.
    pub(crate) fn client(self, mesh: &Mesh) -> Builder {
        match self {
            Self::Rest => builder(&format!("http://{}", mesh.http)),
            #[cfg(feature = "grpc")]
            Self::Grpc => {
                let at = |service| format!("grpc://{}", mesh.services[service].grpc);
                builder(&at(ServiceName::Config)).heartbeat_url(at(ServiceName::Ingest))
            }
        }
    }
}

/// Makes tests of functions that take a [`Protocol`].
macro_rules! over_each_protocol {
    ($($test:ident)+) => {
        mod rest {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::gateway::Protocol::Rest).await;
            })+
        }

        #[cfg(feature = "grpc")]
        mod grpc {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::gateway::Protocol::Grpc).await;
            })+
        }
    };
}

pub(crate) use over_each_protocol;

/// Settings of a client of the mesh by REST.
pub(crate) fn client(mesh: &Mesh) -> Builder {
    Protocol::Rest.client(mesh)
}

/// Settings of a client of the server at `url`.
pub(crate) fn builder(url: &str) -> Builder {
    Client::builder(url, "orders")
        .profile("prod")
        .instance_id("orders-1")
        .reconnect_within(Duration::from_millis(100))
}

/// Writes what the application reads, and has it in force.
pub(crate) async fn put(mesh: &Mesh, version: &str, yaml: &str) {
    let path = format!("/api/configs/orders/prod?version={version}");
    let answer = mesh.put(&path, yaml).await;
    assert!(answer.status < 300, "{}", answer.text());
}

/// What comes of something, unless it takes for ever.
pub(crate) async fn soon<T>(of: impl Future<Output = T>) -> T {
    let soon = tokio::time::timeout(PATIENCE, of).await;
    soon.expect("it takes for ever")
}
