//! Reports in `/health` whether the services behind the gateway answer. The gateway is ready even
//! when they do not: a service may be back by the next request.

use std::time::Duration;

use jiff::Timestamp;
use tonic::Status;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use vortex_kit::{channel::Channel, context::Context, error::Fault, process::Runtime};
use vortex_service::{PerService, ServiceName};

const EVERY: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(2);

/// Asks each service every few seconds, and reports since when it answers or does not; one that does
/// not is a degradation.
pub(crate) fn report_services(channels: &PerService<Channel>, runtime: &Runtime) {
    for (service, channel) in channels.iter() {
        report_service(service, channel.clone(), runtime);
    }
}

fn report_service(service: ServiceName, channel: Channel, runtime: &Runtime) {
    let (health, clock) = (runtime.health.clone(), runtime.clock.clone());
    let name = service.as_str();
    runtime.lifecycle.spawn("service health", async move {
        let mut ticks = tokio::time::interval(EVERY);
        let mut known: Option<(bool, Timestamp)> = None;
        loop {
            ticks.tick().await;
            let context = Context::root().within(TIMEOUT);
            let asked = context.scope(ask(channel.clone())).await;
            let (now, reachable) = (clock.now(), asked.is_ok());
            let since = match known {
                Some((was, since)) if was == reachable => since,
                _ => now,
            };
            known = Some((reachable, since));
            let fact = serde_json::json!({
                "reachable": reachable,
                "since": rounded(since),
                "last_asked": rounded(now),
            });
            health.report(name, fact);
            match asked {
                Ok(()) => health.recover(name),
                Err(status) => health.degrade(name, Fault::from_status(&status).to_string()),
            }
        }
    });
}

/// In whole seconds, which is as much as anybody looks for.
fn rounded(time: Timestamp) -> String {
    let second = Timestamp::from_second(time.as_second());
    second.unwrap_or(time).to_string()
}

/// Succeeds whatever the service answers: it reports its own health itself.
async fn ask(channel: Channel) -> Result<(), Status> {
    let request = HealthCheckRequest::default();
    let answer = HealthClient::new(channel).check(request).await;
    answer.map(|_| ())
}
