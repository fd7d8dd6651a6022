//! What reports are answered with.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

use crate::{Assignment, Span, answer::answers};

answers! {
    /// The answer to a report.
    pub struct HeartbeatReply {
        /// When the next report is wanted.
        pub next_interval: Option<Span>,
        /// How much to add to it, chosen anew and at random from nothing to this.
        pub jitter: Option<Span>,
        /// The version that the instance should run; empty if that is not known.
        pub expected_version: String,
        /// The splits that decide it, with the arms of this instance.
        pub expected_assignments: Vec<Assignment>,
        /// Whether it runs another version than it should, for longer than it may.
        pub drift: bool,
        /// Asks for a full report. Never over REST, where each report is full.
        pub resend_full: bool,
        /// Asks the instance to fetch its configuration again, now.
        pub fetch: bool,
    }

    /// A report that was not taken.
    pub struct RefusedHeartbeat {
        /// The code, as that of a problem.
        pub code: String,
        /// What is wrong.
        pub detail: String,
        /// When to try again; null where that would not help.
        pub retry_after: Option<Span>,
    }
}

/// What became of one of several reports.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum HeartbeatResult {
    /// It was taken.
    Taken(HeartbeatReply),
    /// It was not.
    Refused(RefusedHeartbeat),
}

/// A refusal has a code, and a reply has none.
impl<'de> Deserialize<'de> for HeartbeatResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let result = Value::deserialize(deserializer)?;
        let read = match result.get("code") {
            Some(_) => serde_json::from_value(result).map(Self::Refused),
            None => serde_json::from_value(result).map(Self::Taken),
        };
        read.map_err(D::Error::custom)
    }
}
