//! Reports in `/health` whether the services behind the gateway answer. The gateway is ready even
//! when they do not: a service may be back by the next request.

use std::time::Duration;

use tonic::Status;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use vortex_kit::{channel::Channel, context::Context, error::Fault, process::Runtime};
use vortex_service::{PerService, ServiceName};

const EVERY: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(2);

/// Asks each service every few seconds, and reports one that does not answer as a degradation.
pub(crate) fn report_services(channels: &PerService<Channel>, runtime: &Runtime) {
    for (service, channel) in channels.iter() {
        report_service(service, channel.clone(), runtime);
    }
}

fn report_service(service: ServiceName, channel: Channel, runtime: &Runtime) {
    let health = runtime.health.clone();
    let name = service.as_str();
    runtime.lifecycle.spawn("service health", async move {
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

/// Succeeds whatever the service answers: it reports its own health itself.
async fn ask(channel: Channel) -> Result<(), Status> {
    let request = HealthCheckRequest::default();
    let answer = HealthClient::new(channel).check(request).await;
    answer.map(|_| ())
}
