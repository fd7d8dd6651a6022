//! The queries and webhooks that a rollout is judged by.

use serde::{Deserialize, Serialize};

use crate::name::names;

names! {
    /// What it means that a query has no value.
    pub enum RolloutNoValue {
        /// The slice has no data, which promotes nothing and pauses after a while.
        Hold = "hold",
        /// The slice fails.
        Fail = "fail",
        /// The query has no say in this slice.
        Ignore = "ignore",
    }
}

/// A query of Prometheus, asked in each interval of each application, and the condition on its
/// value: at least one limit.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutQuery {
    /// Its name, unique among the rollout's queries and webhooks: 1 to 63 of a-z, 0-9, `-` and `_`.
    pub name: String,
    /// The provider, by its name in the settings of rollout-svc.
    pub provider: String,
    /// The query in PromQL, with a single value as its answer. In texts between quotation marks
    /// `{{app}}`, `{{profile}}`, `{{label}}`, `{{rollout}}`, `{{arm}}`, `{{version}}`,
    /// `{{canary_version}}` and `{{stable_version}}` stand for what is asked of.
    pub query: String,
    /// A slice fails when the canary's value is below.
    pub min: Option<f64>,
    /// A slice fails when the canary's value is above.
    pub max: Option<f64>,
    /// A slice fails when the canary's value is below stable's times this, and `margin` less.
    pub min_ratio: Option<f64>,
    /// A slice fails when the canary's value is above stable's times this, and `margin` more.
    pub max_ratio: Option<f64>,
    /// How far beyond the ratios a value may be; 0 when left out.
    pub margin: Option<f64>,
    /// What it means that there is no value; `hold` when left out.
    pub no_value: Option<RolloutNoValue>,
}

/// A webhook that is asked in each interval how the canary of each application fares.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolloutWebhook {
    /// Its name, unique among the rollout's queries and webhooks: 1 to 63 of a-z, 0-9, `-` and `_`.
    pub name: String,
    /// Where it is: a URL whose host the settings of rollout-svc allow.
    pub url: String,
}
