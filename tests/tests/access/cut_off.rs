//! Services that can't hear of keys any more.

use vortex_tests::{Mode, ServiceName};

use crate::secure;

/// Keys are believed for 30 s after config-svc was heard last, and then nobody's word counts: a key
/// may have been revoked meanwhile. Who asks is told that it is not their key.
#[tokio::test]
async fn keys_are_not_believed_for_ever_without_config_svc() {
    let mut mesh = secure(Mode::Many);
    let known = mesh.get("/metrics").await;
    assert_eq!(known.status, 200, "{}", known.text());
    mesh.kill(ServiceName::Config);
    assert_eq!(mesh.get("/metrics").await.status, 200);
    let unknown = mesh
        .get_until("/metrics", |answer| answer.status != 200)
        .await;
    assert_eq!(unknown.status, 503, "{}", unknown.text());
    let health = mesh.get("/health").await.json();
    // why is told to nobody, as nobody is known
    assert!(health["degradations"]["keys"].is_string(), "{health}");
    mesh.start_again(ServiceName::Config);
    mesh.get_until("/metrics", |answer| answer.status == 200)
        .await;
}
