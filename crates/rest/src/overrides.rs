//! Overrides: values that stand above all documents for a limited time.

use serde::{Deserialize, Serialize};

use crate::{Json, answer::answers};

answers! {
    /// A page of overrides, by label, application and profile.
    pub struct Overrides {
        /// The overrides.
        pub overrides: Vec<Override>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
        /// The log's position of the answer.
        pub token: String,
    }

    /// An override.
    pub struct Override {
        /// Its id, such as `o42`; also the version of its values.
        pub id: String,
        /// The application.
        pub app: String,
        /// The profile.
        pub profile: String,
        /// The label.
        pub label: String,
        /// The values by flat key, ordered: strings, numbers and booleans.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        pub values: Json,
        /// Why, for people.
        pub reason: String,
        /// The principal that set it.
        pub principal: String,
        /// Who set it, as the caller said.
        pub author: String,
        /// When it was set.
        pub since: Option<String>,
        /// When it ends by itself.
        pub expires_at: Option<String>,
    }

    /// An override that was set or read.
    pub struct OverrideAnswer {
        /// The override.
        pub r#override: Override,
        /// The log's position of the answer.
        pub token: String,
    }

    /// The override that was ended.
    pub struct OverrideRemoved {
        /// Its id.
        pub id: String,
        /// The log's position of the end.
        pub token: String,
    }
}

/// An override to set, in place of the one that there is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOverride {
    /// The values by flat key, such as `db.pool.max` or `hosts[0]`: strings, numbers or booleans; 1
    /// to 100 of them, 16 KiB at most.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub values: Json,
    /// When it ends by itself: how long it lasts, such as `4h`, or a time such as
    /// `2026-01-02T03:04:05Z`; 30 days from now at most.
    pub expires: String,
    /// Why, for people.
    pub reason: Option<String>,
    /// Who sets it, as the caller says.
    pub author: Option<String>,
    /// As the header `Idempotency-Key`.
    pub request_id: Option<String>,
}
