//! gRPC health, the admin routes, reflection.

use http_body_util::BodyExt;
use tokio_stream::StreamExt;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_reflection::pb::{
    v1::{
        ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
        server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
    },
    v1alpha,
};
use tower::ServiceExt;
use vortex_kit::admin;

use super::echo::{Fixture, Way, both_ways};

const SERVICE: &str = "kit.echo.v1.EchoService";

async fn status(fixture: &Fixture, service: &str) -> ServingStatus {
    let request = HealthCheckRequest {
        service: service.to_owned(),
    };
    let mut client = HealthClient::new(fixture.channel.clone());
    client.check(request).await.unwrap().get_ref().status()
}

both_ways! {
    async fn health_says_not_serving_until_ready_and_again_at_the_drain(way: Way) {
        let fixture = Fixture::new(way).await;
        for service in ["", SERVICE] {
            assert_eq!(status(&fixture, service).await, ServingStatus::NotServing);
        }
        let mut watcher = HealthClient::new(fixture.channel.clone());
        let request = HealthCheckRequest { service: SERVICE.to_owned() };
        let mut changes = watcher.watch(request).await.unwrap().into_inner();
        let mut next = async || changes.next().await.unwrap().unwrap().status();
        assert_eq!(next().await, ServingStatus::NotServing);
        fixture.runtime.health.set_ready();
        assert_eq!(next().await, ServingStatus::Serving);
        fixture.runtime.health.set_draining();
        assert_eq!(next().await, ServingStatus::NotServing);
    }

    async fn reflection_lists_what_is_served_in_both_versions(way: Way) {
        let fixture = Fixture::new(way).await;
        let list = MessageRequest::ListServices(String::new());
        let request = ServerReflectionRequest { host: String::new(), message_request: Some(list) };
        let mut client = ServerReflectionClient::new(fixture.channel.clone());
        let replies = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
        let reply = replies.into_inner().next().await.unwrap().unwrap();
        let Some(MessageResponse::ListServicesResponse(list)) = reply.message_response else {
            panic!("no list: {reply:?}");
        };
        let names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
        for name in [SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"] {
            assert!(names.iter().any(|other| other == name), "{names:?}");
        }
    }

    async fn older_reflection_describes_health(way: Way) {
        use v1alpha::{
            server_reflection_client::ServerReflectionClient,
            server_reflection_request::MessageRequest,
            server_reflection_response::MessageResponse,
        };
        let fixture = Fixture::new(way).await;
        let symbol = MessageRequest::FileContainingSymbol("grpc.health.v1.Health".to_owned());
        let request = v1alpha::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(symbol),
        };
        let mut client = ServerReflectionClient::new(fixture.channel.clone());
        let replies = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
        let reply = replies.into_inner().next().await.unwrap().unwrap();
        let described = reply.message_response;
        assert!(matches!(described, Some(MessageResponse::FileDescriptorResponse(_))));
    }
}

#[tokio::test]
async fn the_admin_routes_say_what_health_says() {
    let fixture = Fixture::new(Way::InProcess).await;
    let runtime = &fixture.runtime;
    let routes = admin::routes(runtime.health.clone(), runtime.metrics.clone());
    let get = async |path: &str| {
        let request = http::Request::get(path).body(axum::body::Body::empty());
        let response = routes.clone().oneshot(request.unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    };
    assert_eq!(get("/health/live").await.0, 200);
    assert_eq!(get("/health/ready").await, (503, "starting".to_owned()));
    runtime.health.set_ready();
    runtime.health.degrade("source/petclinic", "remote is away");
    assert_eq!(get("/health/ready").await.0, 200);
    let (status, body) = get("/health").await;
    assert_eq!(status, 200);
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&body).unwrap(),
        serde_json::json!({
            "service": "echo", "version": "1.2.3", "status": "ready", "checks": {},
            "degradations": {"source/petclinic": "remote is away"},
        })
    );
    assert!(get("/metrics").await.1.contains("vortex_build_info"));
    runtime.health.set_draining();
    assert_eq!(get("/health/ready").await.0, 503);
}
