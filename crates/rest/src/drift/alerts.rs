//! Alerts about fleets, and silences.

use serde::{Deserialize, Serialize};

use crate::{Span, answer::answers, name::names};

answers! {
    /// A page of alerts, newest first.
    pub struct Alerts {
        /// The alerts.
        pub alerts: Vec<Alert>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
    }

    /// An alert: one for a fleet, its cause and the version expected there.
    pub struct Alert {
        /// Its id.
        pub id: String,
        /// The application.
        pub app: String,
        /// The profiles, separated by commas.
        pub profile: String,
        /// The label.
        pub label: String,
        /// What it is about.
        pub cause: AlertCause,
        /// How it stands.
        pub state: AlertState,
        /// The version that most should run.
        pub expected_version: String,
        /// Instances that it is about, at its worst.
        pub worst: u64,
        /// Instances that it is about now; once it is resolved, when it was.
        pub instances: u64,
        /// All instances that it is measured against.
        pub total: u64,
        /// When it began to fire.
        pub started_at: Option<String>,
        /// When it was resolved; null while it fires.
        pub resolved_at: Option<String>,
        /// Who acknowledged it; empty if nobody has.
        pub acknowledged_by: String,
        /// When that was; null if nobody has.
        pub acknowledged_at: Option<String>,
        /// What they said.
        pub comment: String,
    }

    /// The silence of a fleet.
    pub struct SilenceAnswer {
        /// The silence; null once it has ended.
        pub silence: Option<Silence>,
    }

    /// A time in which a fleet's alerts are sent to nobody. They are listed all the same.
    pub struct Silence {
        /// The application.
        pub app: String,
        /// The profiles, separated by commas.
        pub profile: String,
        /// The label.
        pub label: String,
        /// Until when.
        pub until: Option<String>,
        /// Who set it.
        pub author: String,
        /// Why.
        pub reason: String,
    }
}

/// A silence to set, or to end.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSilence {
    /// For how long from now, 30 days at most; `0s` ends the silence that there is.
    #[cfg_attr(feature = "openapi", schema(example = "2h"))]
    pub duration: Span,
    /// Why, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who does it, as the caller says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

names! {
    /// What an alert is about.
    pub enum AlertCause {
        /// Too many of a fleet drifted, failed or run an unknown version.
        Drift = "drift",
        /// More than half of a fleet went silent at once.
        Silence = "silence",
    }

    /// How an alert stands.
    pub enum AlertState {
        /// Its cause lasts.
        Firing = "firing",
        /// Its cause is gone.
        Resolved = "resolved",
    }
}
