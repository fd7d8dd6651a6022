//! Shows the freezes in force in `/health`, for those who look at the gateway alone. They are no
//! degradation.

use std::time::Duration;

use serde_json::{Value, json};
use vortex_kit::{channel::Channel, context::Context, process::Runtime};
use vortex_proto::config::v1::{
    ListFreezesRequest, ListFreezesResponse, freeze_service_client::FreezeServiceClient,
};
use vortex_rest::Freezes;
use vortex_service::{Limited, PerService, ServiceName};

const EVERY: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(2);
/// Freezes that are shown at most.
const SHOWN: u32 = 10;
/// The name of the freezes in `/health`.
const CHECK: &str = "freezes";

/// Asks config-svc for the freezes every few seconds. While it is away, what it said last is shown.
pub(crate) fn report(channels: &PerService<Channel>, runtime: &Runtime) {
    let health = runtime.health.clone();
    let client = FreezeServiceClient::limited(channels[ServiceName::Config].clone());
    runtime.lifecycle.spawn("freezes", async move {
        let mut ticks = tokio::time::interval(EVERY);
        let mut shows_any = false;
        loop {
            ticks.tick().await;
            let request = ListFreezesRequest {
                page_size: SHOWN,
                ..Default::default()
            };
            let context = Context::root().within(TIMEOUT);
            let listed = context.scope(client.clone().list_freezes(request)).await;
            let Ok(listed) = listed else {
                continue;
            };
            let listed = listed.into_inner();
            let is_any = !listed.freezes.is_empty();
            if is_any || shows_any {
                health.report(CHECK, told(listed));
                shows_any = is_any;
            }
        }
    });
}

fn told(listed: ListFreezesResponse) -> Value {
    let more = !listed.next_page_token.is_empty();
    json!({"first": Freezes::from(listed).freezes, "more": more})
}
