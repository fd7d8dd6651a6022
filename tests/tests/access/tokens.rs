//! Callers who are known by the tokens of an identity provider.

#[path = "../../../crates/oidc/tests/tokens/issuer.rs"]
#[allow(dead_code)] // a part is enough here
mod issuer;
#[path = "../../../crates/service/tests/tokens/server.rs"]
#[allow(dead_code)]
mod server;

use std::fs;

use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;
use tonic::{Code, Request, transport::Endpoint};
use vortex_proto::config::v1::{WatchConfigRequest, config_service_client::ConfigServiceClient};
use vortex_tests::{Answer, Mesh, Mode, Options, ServiceName};

use issuer::Issuer;
use server::Server;

const FIELDS: &str = "\
issuer: https://id.example.com
audience: vortex
algorithms: ES256
grants:
  - {claim: role, value: writer, role: writer, scopes: 'orders/**'}
  - {claim: role, value: operator, role: operator, scopes: 'orders/**'}
";

/// A mesh that believes a provider.
struct Believing {
    mesh: Mesh,
    issuer: Issuer,
    _provider: Server,
    _folder: TempDir,
}

impl Believing {
    fn start(mode: Mode) -> Self {
        let issuer = Issuer::ours();
        let provider = Server::start(server::Answer::Body(issuer.jwks().to_string()));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("oidc.yaml");
        fs::write(&file, format!("{FIELDS}jwks_url: {}\n", provider.url())).unwrap();
        let mut mesh = Mesh::start(
            mode,
            &Options {
                secure: true,
                oidc: Some(file),
                ..Options::default()
            },
        );
        mesh.show_nothing();
        Self {
            mesh,
            issuer,
            _provider: provider,
            _folder: folder,
        }
    }

    /// A token of somebody with a role, for so many seconds.
    fn token(&self, role: &str, seconds: i64) -> String {
        let claims = json!({
            "iss": "https://id.example.com",
            "aud": "vortex",
            "sub": format!("a-{role}"),
            "role": role,
            "exp": Timestamp::now().as_second() + seconds,
        });
        self.issuer.token("ES256", &claims)
    }

    async fn ask(&self, method: &str, path: &str, body: &str, token: &str) -> Answer {
        let request = self.mesh.request(method, path).bearer_auth(token);
        let request = request.header("content-type", "application/yaml");
        self.mesh.send(request.body(body.to_owned())).await
    }
}

pub(super) async fn a_token_is_verified_by_each_service_that_it_is_passed_on_to(mode: Mode) {
    let believing = Believing::start(mode);
    let (writer, operator) = (
        believing.token("writer", 600),
        believing.token("operator", 600),
    );
    let foreign = Issuer::foreign();
    let path = "/api/configs/orders/prod";
    let written = believing.ask("PUT", path, "a: 1\n", &writer).await;
    assert_eq!(written.status, 201, "{}", written.text());
    for (method, path, token, expected) in [
        ("GET", "/orders/prod", &operator, 200),
        ("GET", "/payments/prod", &operator, 403),
        ("PUT", path, &operator, 403),
        ("GET", "/api/rollouts?app=orders", &operator, 200),
        (
            "GET",
            "/orders/prod",
            &foreign.token("ES256", &json!({})),
            401,
        ),
        (
            "GET",
            "/api/rollouts",
            &foreign.token("ES256", &json!({})),
            401,
        ),
    ] {
        let answer = believing.ask(method, path, "a: 2\n", token).await;
        assert_eq!(
            answer.status,
            expected,
            "{method} {path}: {}",
            answer.text()
        );
    }
    let changes = believing.ask("GET", "/api/changes?app=orders", "", &operator);
    let changes = changes.await.json();
    assert_eq!(
        changes["changes"][0]["principal"], "jwt:a-writer",
        "{changes}"
    );
    believing.mesh.stop();
}

pub(super) async fn a_stream_ends_with_the_token_that_opened_it(mode: Mode) {
    let believing = Believing::start(mode);
    // it holds for a minute after its end
    let token = believing.token("operator", -50);
    let watch = believing.mesh.request("GET", "/api/watch/orders/prod");
    let watch = watch.bearer_auth(&token).send().await.unwrap();
    assert_eq!(watch.status(), 200);
    let url = format!("/api/watch/orders/prod?token={token}");
    let by_url = believing.mesh.request("GET", &url).send().await.unwrap();
    assert_eq!(by_url.status(), 200);
    let config = believing.mesh.services[ServiceName::Config].grpc;
    let channel = Endpoint::try_from(format!("http://{config}")).unwrap();
    let mut client = ConfigServiceClient::new(channel.connect().await.unwrap());
    let mut request = Request::new(WatchConfigRequest {
        app: "orders".to_owned(),
        profiles: vec!["prod".to_owned()],
        ..WatchConfigRequest::default()
    });
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.metadata_mut().insert("authorization", bearer);
    let mut stream = client.watch_config(request).await.unwrap().into_inner();
    let ended = loop {
        match stream.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("it ended without a word"),
            Err(status) => break status,
        }
    };
    assert_eq!(ended.code(), Code::Unauthenticated, "{ended}");
    for watch in [watch, by_url] {
        let told = watch.text().await.unwrap();
        assert!(told.contains("event: snapshot"), "{told}");
        assert!(told.contains("UNAUTHENTICATED"), "{told}");
    }
    believing.mesh.stop();
}
