//! The breaker.

use serde_json::json;
use vortex_proto::rollout::v1::*;

use super::{
    fixtures::{at, seconds},
    post,
};
use crate::mesh::start;

#[tokio::test]
async fn the_breaker_is_read_and_reset() {
    let mesh = start().await;
    let breaker = Some(Breaker {
        open: true,
        opened_at: at(1_000_000_000),
        rollbacks: vec![BreakerRollback {
            id: "r-1".into(),
            time: at(1_000_000_000),
        }],
        max_rollbacks: 3,
        window: seconds(600),
        reset_by: String::new(),
        reset_at: None,
    });
    mesh.rollouts.reply(
        "get_breaker",
        GetBreakerResponse {
            breaker: breaker.clone(),
        },
    );
    mesh.rollouts
        .reply("reset_breaker", ResetBreakerResponse { breaker });
    let expected = json!({
        "open": true, "opened_at": "2001-09-09T01:46:40Z",
        "rollbacks": [{"id": "r-1", "time": "2001-09-09T01:46:40Z"}],
        "max_rollbacks": 3, "window": "10m", "reset_by": "", "reset_at": null,
    });
    assert_eq!(mesh.get("/api/breaker").await.json(), expected);
    let body = json!({"reason": "mended", "request_id": "once"});
    assert_eq!(
        post(&mesh, "/api/breaker/reset", &body).await.json(),
        expected
    );
    let asked: ResetBreakerRequest = mesh.rollouts.asked("reset_breaker");
    assert_eq!((&*asked.reason, &*asked.request_id), ("mended", "once"));
}
