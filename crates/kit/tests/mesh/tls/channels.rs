//! Channels to servers by TLS, and what is said of those that can not be had.

use std::{net::SocketAddr, sync::Arc};

use jiff::Timestamp;
use tonic::Code;
use vortex_kit::{
    channel::{Channel, Fixed, Options, Target},
    grpc::Limits,
    process::Runtime,
};
use vortex_kit_echo::Behaviour;
use vortex_tls::{Client as Trusted, ClientFiles, Server, ServerFiles};

use super::{
    pki::{Authority, OVER, VALID, files},
    world::secured,
};
use crate::echo::{self, Client, Echo, any_port, methods, runtime, say};

/// A service, and the runtime that its callers share.
struct Service {
    address: SocketAddr,
    runtime: Runtime,
}

impl Service {
    async fn on(runtime: Runtime) -> Self {
        let server = echo::server(&runtime, Echo::named("secure"), Limits::default()).await;
        let address = server.listen(any_port()).unwrap();
        Self { address, runtime }
    }

    async fn with(files: ServerFiles) -> Self {
        Self::on(secured(files)).await
    }

    /// A client that calls it by this scheme and name.
    fn client(&self, scheme: &str, host: &str, tls: Option<ClientFiles>) -> Client {
        let target = format!("{scheme}://{host}:{}", self.address.port());
        let target: Target = target.parse().unwrap();
        let tls = tls.map(|files| Trusted::load(files, Timestamp::now()).unwrap());
        let options = Options {
            tls: tls.map(Arc::new),
            ..Options::default()
        };
        let resolver = Fixed::new([self.address]);
        let lifecycle = &self.runtime.lifecycle;
        let channel = Channel::connect_by(resolver, &target, methods(), options, lifecycle);
        Client::new(channel)
    }

    /// What is said when it can't be called so.
    async fn refused(&self, scheme: &str, host: &str, tls: Option<ClientFiles>) -> String {
        let mut client = self.client(scheme, host, tls);
        let refused = client.say(say(Behaviour::Unspecified)).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
        refused.message().to_owned()
    }
}

#[tokio::test]
async fn calls_go_by_tls_to_whom_the_certificate_names() {
    let authority = Authority::new("ours");
    let service = Service::with(authority.server()).await;
    for host in ["localhost", "127.0.0.1"] {
        let mut client = service.client("https", host, Some(authority.client()));
        let reply = client.say(say(Behaviour::Unspecified)).await.unwrap();
        assert_eq!(reply.into_inner().server, "secure");
    }
}

#[tokio::test]
async fn a_server_that_is_not_who_it_should_be_is_not_called() {
    let (ours, others) = (Authority::new("ours"), Authority::new("others"));
    let service = Service::with(ours.server()).await;
    let told = service
        .refused("https", "localhost", Some(others.client()))
        .await;
    assert!(told.contains("name its authority with --ca"), "{told}");
    let told = service
        .refused("https", "other.example", Some(ours.client()))
        .await;
    assert!(
        told.contains("its certificate is not of other.example"),
        "{told}"
    );
    assert!(told.contains("localhost"), "{told}");
    let told = service.refused("https", "localhost", None).await;
    assert!(told.contains("there is no authority to trust"), "{told}");
}

#[tokio::test]
async fn an_expired_server_is_not_called() {
    let authority = Authority::new("ours");
    let issued = authority.issue("old", &["localhost"], None, OVER);
    let then = "2000-06-01T00:00:00Z".parse().unwrap();
    let server = Server::load(files(issued), then).unwrap();
    let service = Service::on(Runtime {
        tls: Some(Arc::new(server)),
        ..runtime()
    })
    .await;
    let told = service
        .refused("https", "localhost", Some(authority.client()))
        .await;
    assert!(
        told.contains("its certificate expired at 2001-01-01"),
        "{told}"
    );
}

#[tokio::test]
async fn a_target_of_the_wrong_scheme_is_told_which_is_right() {
    let authority = Authority::new("ours");
    let secure = Service::with(authority.server()).await;
    let told = secure.refused("http", "localhost", None).await;
    assert!(told.contains("does it speak TLS (https://)?"), "{told}");
    let plain = Service::on(runtime()).await;
    let told = plain
        .refused("https", "localhost", Some(authority.client()))
        .await;
    assert!(told.contains("say http:// to it"), "{told}");
}

#[tokio::test]
async fn a_service_that_asks_for_certificates_takes_those_of_its_authority_alone() {
    let (ours, callers) = (Authority::new("ours"), Authority::new("callers"));
    let service = Service::with(ServerFiles {
        client_ca: Some(callers.file()),
        ..ours.server()
    })
    .await;
    let told = service
        .refused("https", "localhost", Some(ours.client()))
        .await;
    assert!(told.contains("--client-cert and --client-key"), "{told}");
    let shown = |authority: &Authority| ClientFiles {
        identity: Some(authority.issue("caller", &["rollout-svc"], None, VALID)),
        ..ours.client()
    };
    let told = service
        .refused("https", "localhost", Some(shown(&ours)))
        .await;
    assert!(
        told.contains("it does not accept the client certificate"),
        "{told}"
    );
    let mut client = service.client("https", "localhost", Some(shown(&callers)));
    let reply = client.say(say(Behaviour::Unspecified)).await.unwrap();
    assert_eq!(reply.into_inner().server, "secure");
}
