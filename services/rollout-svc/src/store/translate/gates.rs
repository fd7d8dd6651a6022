//! Translates queries and webhooks, and what they found.

use pb::query_evidence::Finding;
use vortex_bucket::Arm;

use super::{Invalid, pb, same_cases};
use crate::domain::{
    Gates, Query, Webhook,
    analysis::{
        NoValue, QueryEvidence, QueryFinding, QueryLimits, WebhookEvidence, WebhookFinding,
    },
};

same_cases!(
    NoValue,
    pb::NoValue,
    "what no value means",
    Hold,
    Fail,
    Ignore
);
same_cases!(Arm, pb::Arm, "an arm", Canary, Stable);
same_cases!(
    WebhookFinding,
    pb::WebhookFinding,
    "a finding of a webhook",
    Passes,
    Fails,
    Waits,
    Unanswered,
);

/// The queries and webhooks that were stored.
pub(super) fn gates(queries: Vec<pb::Query>, webhooks: Vec<pb::Webhook>) -> Result<Gates, Invalid> {
    let queries = queries.into_iter().map(Query::try_from);
    Ok(Gates {
        queries: queries.collect::<Result<_, _>>()?,
        webhooks: webhooks.into_iter().map(Webhook::from).collect(),
    })
}

impl From<&Query> for pb::Query {
    fn from(query: &Query) -> Self {
        let Query {
            name,
            provider,
            text,
            limits,
            no_value,
        } = query;
        let QueryLimits {
            min,
            max,
            min_ratio,
            max_ratio,
            margin,
        } = *limits;
        Self {
            name: name.clone(),
            provider: provider.clone(),
            query: text.as_str().to_owned(),
            min,
            max,
            min_ratio,
            max_ratio,
            margin,
            no_value: pb::NoValue::from(*no_value).into(),
        }
    }
}

impl TryFrom<pb::Query> for Query {
    type Error = Invalid;

    fn try_from(stored: pb::Query) -> Result<Self, Invalid> {
        let text = stored.query.parse();
        Ok(Self {
            no_value: stored.no_value().try_into()?,
            name: stored.name,
            provider: stored.provider,
            text: text.map_err(|_| Invalid::NotAllowed("a query"))?,
            limits: QueryLimits {
                min: stored.min,
                max: stored.max,
                min_ratio: stored.min_ratio,
                max_ratio: stored.max_ratio,
                margin: stored.margin,
            },
        })
    }
}

impl From<&Webhook> for pb::Webhook {
    fn from(Webhook { name, url }: &Webhook) -> Self {
        Self {
            name: name.clone(),
            url: url.clone(),
        }
    }
}

impl From<pb::Webhook> for Webhook {
    fn from(pb::Webhook { name, url }: pb::Webhook) -> Self {
        Self { name, url }
    }
}

impl From<&QueryEvidence> for pb::QueryEvidence {
    fn from(evidence: &QueryEvidence) -> Self {
        let QueryEvidence {
            gate,
            finding,
            canary,
            stable,
            no_value,
        } = evidence;
        Self {
            gate: gate.clone(),
            no_value: pb::NoValue::from(*no_value).into(),
            canary: *canary,
            stable: *stable,
            finding: Some(finding.into()),
        }
    }
}

impl TryFrom<pb::QueryEvidence> for QueryEvidence {
    type Error = Invalid;

    fn try_from(stored: pb::QueryEvidence) -> Result<Self, Invalid> {
        let no_value = stored.no_value().try_into()?;
        let finding = stored.finding.ok_or(Invalid::Missing("a finding"))?;
        Ok(Self {
            gate: stored.gate,
            finding: finding.try_into()?,
            canary: stored.canary,
            stable: stored.stable,
            no_value,
        })
    }
}

impl From<&QueryFinding> for Finding {
    fn from(finding: &QueryFinding) -> Self {
        let arm = |arm: Arm| pb::Arm::from(arm).into();
        match finding {
            QueryFinding::Unanswered(why) => Self::Unanswered(why.clone()),
            QueryFinding::Absent(of) => Self::Absent(arm(*of)),
            QueryFinding::NotANumber(of) => Self::NotANumber(arm(*of)),
            QueryFinding::Infinite(of) => Self::Infinite(arm(*of)),
            QueryFinding::Above(limit) => Self::Above(*limit),
            QueryFinding::Below(limit) => Self::Below(*limit),
            QueryFinding::AboveStable(limit) => Self::AboveStable(*limit),
            QueryFinding::BelowStable(limit) => Self::BelowStable(*limit),
            QueryFinding::WithinLimits => Self::WithinLimits(pb::Nothing {}),
        }
    }
}

impl TryFrom<Finding> for QueryFinding {
    type Error = Invalid;

    fn try_from(stored: Finding) -> Result<Self, Invalid> {
        let arm = |stored: i32| {
            let arm = pb::Arm::try_from(stored).map_err(|_| Invalid::NotAllowed("an arm"))?;
            Arm::try_from(arm)
        };
        Ok(match stored {
            Finding::Unanswered(why) => Self::Unanswered(why),
            Finding::Absent(of) => Self::Absent(arm(of)?),
            Finding::NotANumber(of) => Self::NotANumber(arm(of)?),
            Finding::Infinite(of) => Self::Infinite(arm(of)?),
            Finding::Above(limit) => Self::Above(limit),
            Finding::Below(limit) => Self::Below(limit),
            Finding::AboveStable(limit) => Self::AboveStable(limit),
            Finding::BelowStable(limit) => Self::BelowStable(limit),
            Finding::WithinLimits(_) => Self::WithinLimits,
        })
    }
}

impl From<&WebhookEvidence> for pb::WebhookEvidence {
    fn from(evidence: &WebhookEvidence) -> Self {
        let WebhookEvidence {
            gate,
            finding,
            message,
        } = evidence;
        Self {
            gate: gate.clone(),
            finding: pb::WebhookFinding::from(*finding).into(),
            message: message.clone(),
        }
    }
}

impl TryFrom<pb::WebhookEvidence> for WebhookEvidence {
    type Error = Invalid;

    fn try_from(stored: pb::WebhookEvidence) -> Result<Self, Invalid> {
        Ok(Self {
            finding: stored.finding().try_into()?,
            gate: stored.gate,
            message: stored.message,
        })
    }
}
