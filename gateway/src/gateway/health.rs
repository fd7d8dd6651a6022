//! Reports in `/health` whether the services behind the gateway can be reached. Readiness does not
//! depend on it: a service may be back by the next request.

use std::time::Duration;

use tonic::Status;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use vortex_kit::{channel::Channel, context::Context, error::Fault, process::Runtime};
use vortex_service::{PerService, ServiceName};

const EVERY: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(2);

/// Asks each every few seconds, and names as a degradation the one that does not answer.
pub(crate) fn watch(channels: &PerService<Channel>, runtime: &Runtime) {
    for (service, channel) in channels.iter() {
        watch_one(service, channel.clone(), runtime);
    }
}

fn watch_one(service: ServiceName, channel: Channel, runtime: &Runtime) {
    let health = runtime.health.clone();
    let name = service.as_str();
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

/// An answer of any kind: what a service says of its own health, it shows itself.
async fn ask(channel: Channel) -> Result<(), Status> {
    let request = HealthCheckRequest::default();
    let answer = HealthClient::new(channel).check(request).await;
    answer.map(|_| ())
}
