//! Converts queries and webhooks to replies.

use vortex_proto::rollout::v1 as pb;

use crate::domain::{Gates, Query, Webhook, analysis::NoValue};

/// The queries of a rollout.
pub(in crate::grpc) fn queries(gates: &Gates) -> Vec<pb::QueryGate> {
    gates.queries.iter().map(query).collect()
}

/// The webhooks of a rollout.
pub(in crate::grpc) fn webhooks(gates: &Gates) -> Vec<pb::WebhookGate> {
    gates.webhooks.iter().map(webhook).collect()
}

fn query(query: &Query) -> pb::QueryGate {
    let limits = query.limits;
    pb::QueryGate {
        name: query.name.clone(),
        provider: query.provider.clone(),
        query: query.text.as_str().to_owned(),
        min: limits.min,
        max: limits.max,
        min_ratio: limits.min_ratio,
        max_ratio: limits.max_ratio,
        margin: limits.compares().then_some(limits.margin),
        no_value: match query.no_value {
            NoValue::Hold => pb::NoValue::Hold,
            NoValue::Fail => pb::NoValue::Fail,
            NoValue::Ignore => pb::NoValue::Ignore,
        }
        .into(),
    }
}

fn webhook(Webhook { name, url }: &Webhook) -> pb::WebhookGate {
    pb::WebhookGate {
        name: name.clone(),
        url: url.clone(),
    }
}
