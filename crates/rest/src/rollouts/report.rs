//! Figures that applications report of a rollout's arms.

use std::fmt;

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use crate::answer::answers;

/// The figures that one reporter measured of one arm since its last report.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArmReport {
    /// The arm, `stable` or `canary`; give this or `version`.
    pub arm: Option<String>,
    /// The version that was served; that of the rollout's own change set is the canary.
    pub version: Option<String>,
    /// Requests in the window.
    pub requests: u64,
    /// Requests in the window that failed.
    pub errors: u64,
    /// Latencies in milliseconds, 10,000 at most.
    pub latencies_ms: Option<Vec<f64>>,
    /// Latencies in milliseconds as the protobuf of a DDSketch, in base64.
    pub sketch: Option<String>,
    /// The application; the rollout's only one when left out.
    pub app: Option<String>,
    /// The profile, for people.
    pub profile: Option<String>,
    /// The generation that was served; the current one when left out.
    pub generation: Option<u64>,
    /// The start of the window; the end of the last report when left out.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub window_start: Option<Timestamp>,
    /// The end of the window; now when left out.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub window_end: Option<Timestamp>,
    /// As the header `Idempotency-Key`.
    pub request_id: Option<String>,
}

/// One report, or an array of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ArmReports {
    /// One.
    One(Box<ArmReport>),
    /// An array.
    Many(Vec<ArmReport>),
}

impl<'de> Deserialize<'de> for ArmReports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany)
    }
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = ArmReports;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report or an array of reports")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ArmReports, A::Error> {
        let report = ArmReport::deserialize(MapAccessDeserializer::new(map))?;
        Ok(ArmReports::One(Box::new(report)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<ArmReports, A::Error> {
        let mut reports = Vec::new();
        while let Some(report) = items.next_element()? {
            reports.push(report);
        }
        Ok(ArmReports::Many(reports))
    }
}

answers! {
    /// The figures were taken.
    pub struct ReportTaken {
        /// Whether this `request_id` was taken before; the figures counted then, and not again.
        pub repeated: bool,
        /// The rollout's generation.
        pub generation: u64,
        /// Unknown fields of the request, which were ignored.
        pub ignored_fields: u64,
    }
}
