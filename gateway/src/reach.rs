//! Whether the services behind are within reach, for `/health`. Readiness stays: what is away may
//! be back by the next request.

use std::time::Duration;

use futures::future::BoxFuture;
use tonic::Status;
use vortex_kit::{channel::Channel, context::Context, error::Fault, process::Runtime};
use vortex_proto::{
    config::v1::{ListSourcesRequest, source_service_client::SourceServiceClient},
    rollout::v1::{GetBreakerRequest, rollout_service_client::RolloutServiceClient},
};

const EVERY: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(2);

/// A read that costs next to nothing, and comes from the service itself.
type Ask = fn(Channel) -> BoxFuture<'static, Result<(), Status>>;

/// Asks both every few seconds, and names as a degradation the one that does not answer.
pub(crate) fn watch(config: Channel, rollout: Channel, runtime: &Runtime) {
    watch_one(
        "config-svc",
        config,
        |config| Box::pin(ask_config(config)),
        runtime,
    );
    watch_one(
        "rollout-svc",
        rollout,
        |rollout| Box::pin(ask_rollout(rollout)),
        runtime,
    );
}

fn watch_one(name: &'static str, channel: Channel, ask: Ask, runtime: &Runtime) {
    let health = runtime.health.clone();
    runtime.lifecycle.spawn("reach", async move {
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            let context = Context::root().within(TIMEOUT);
            let asked = context.scope(ask(channel.clone())).await;
            health.report(name, serde_json::json!({"reachable": asked.is_ok()}));
            match asked {
                Ok(()) => health.recover(name),
                Err(status) => health.degrade(name, Fault::from_status(&status).to_string()),
            }
        }
    });
}

async fn ask_config(channel: Channel) -> Result<(), Status> {
    let mut client = SourceServiceClient::new(channel);
    let request = ListSourcesRequest {
        page_size: 1,
        page_token: String::new(),
    };
    client.list_sources(request).await.map(|_| ())
}

async fn ask_rollout(channel: Channel) -> Result<(), Status> {
    let mut client = RolloutServiceClient::new(channel);
    client.get_breaker(GetBreakerRequest {}).await.map(|_| ())
}
