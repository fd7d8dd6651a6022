//! Whether config-svc is within reach, for `/health`. Readiness stays: what is away may be back
//! by the next request.

use std::time::Duration;

use vortex_kit::{channel::Channel, context::Context, error::Fault, process::Runtime};
use vortex_proto::config::v1::{ListSourcesRequest, source_service_client::SourceServiceClient};

const EVERY: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(2);
const NAME: &str = "config-svc";

/// Asks every few seconds, and names the degradation while nothing answers.
pub(crate) fn watch(channel: Channel, runtime: &Runtime) {
    let health = runtime.health.clone();
    runtime.lifecycle.spawn("reach", async move {
        let mut ticks = tokio::time::interval(EVERY);
        loop {
            ticks.tick().await;
            let asked = ask(channel.clone()).await;
            health.report(NAME, serde_json::json!({"reachable": asked.is_ok()}));
            match asked {
                Ok(()) => health.recover(NAME),
                Err(fault) => health.degrade(NAME, fault.to_string()),
            }
        }
    });
}

/// A read that costs next to nothing, and comes from the service itself.
async fn ask(channel: Channel) -> Result<(), Fault> {
    let mut client = SourceServiceClient::new(channel);
    let request = ListSourcesRequest {
        page_size: 1,
        page_token: String::new(),
    };
    let context = Context::root().within(TIMEOUT);
    context.scope(client.list_sources(request)).await?;
    Ok(())
}
