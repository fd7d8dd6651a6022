//! Parses queries and webhooks.

use vortex_kit::{error::Fault, grpc::bounds};
use vortex_proto::rollout::v1 as pb;

use crate::domain::{
    Gates, InvalidGate, Query, QueryDraft, Webhook,
    analysis::{NoValue, QueryLimits, Settings},
};

/// The number of gates that are read at all; the domain limits how many there may be.
const MAX_READ: usize = 1_000;

/// The queries and webhooks that a request gives.
pub(super) fn gates(
    queries: Vec<pb::QueryGate>,
    webhooks: Vec<pb::WebhookGate>,
) -> Result<Gates, Fault> {
    bounds::items("queries", queries.len(), MAX_READ)?;
    bounds::items("webhooks", webhooks.len(), MAX_READ)?;
    let queries = queries.into_iter().enumerate();
    let queries = queries.map(|(index, given)| query(&format!("queries[{index}]"), given));
    let webhooks = webhooks.into_iter().enumerate();
    let webhooks = webhooks.map(|(index, given)| webhook(&format!("webhooks[{index}]"), given));
    let queries = queries.collect::<Result<Vec<_>, _>>();
    let webhooks = webhooks.collect::<Result<Vec<_>, _>>();
    Gates::new(queries.map_err(invalid)?, webhooks.map_err(invalid)?).map_err(invalid)
}

/// Refuses a rollout that nothing could judge.
pub(in crate::grpc) fn check(min_requests: u64, gates: &Gates) -> Result<(), Fault> {
    if min_requests > 0 || gates.judge(false) {
        return Ok(());
    }
    let why = "0 is for rollouts with a webhook, or with a query that has a min or a max: they judge \
               what has no requests, at 100 percent too";
    Err(Fault::invalid("thresholds.min_requests", why))
}

/// As [`check`], of the settings that a rollout is created with.
pub(super) fn checked(settings: Settings, gates: &Gates) -> Result<Settings, Fault> {
    check(settings.min_requests, gates)?;
    Ok(settings)
}

fn query(place: &str, given: pb::QueryGate) -> Result<Query, InvalidGate> {
    let no_value = no_value(place, given.no_value)?;
    let limits = QueryLimits {
        min: given.min,
        max: given.max,
        min_ratio: given.min_ratio,
        max_ratio: given.max_ratio,
        margin: given.margin.unwrap_or_default(),
    };
    let draft = QueryDraft {
        name: given.name,
        provider: given.provider,
        query: given.query,
        limits,
        no_value,
    };
    Query::new(place, draft)
}

fn no_value(place: &str, given: i32) -> Result<NoValue, InvalidGate> {
    match pb::NoValue::try_from(given) {
        Ok(pb::NoValue::Unspecified | pb::NoValue::Hold) => Ok(NoValue::Hold),
        Ok(pb::NoValue::Fail) => Ok(NoValue::Fail),
        Ok(pb::NoValue::Ignore) => Ok(NoValue::Ignore),
        Err(_) => {
            let why = format!("{given} is not a known meaning of no value");
            Err(InvalidGate::at(place, "no_value", why))
        }
    }
}

fn webhook(place: &str, given: pb::WebhookGate) -> Result<Webhook, InvalidGate> {
    let (bytes, most) = (given.url.len(), Webhook::MAX_URL);
    if bytes > most {
        let why = format!("it has {bytes} bytes, at most {most} are allowed");
        return Err(InvalidGate::at(place, "url", why));
    }
    Ok(Webhook {
        name: given.name,
        url: given.url,
    })
}

fn invalid(InvalidGate { field, why }: InvalidGate) -> Fault {
    Fault::invalid(field, why)
}
