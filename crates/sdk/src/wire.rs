//! Heartbeats as they are sent and answered.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vortex_rest::{Arm, Assignment, Span};

use crate::{
    figures::{Counts, Figures},
    metadata::Metadata,
    pace, sketch_bytes,
};

/// A report.
#[derive(Debug, Serialize)]
pub(crate) struct Heartbeat<'a> {
    pub(crate) app: &'a str,
    pub(crate) profile: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<&'a str>,
    pub(crate) instance_id: &'a str,
    pub(crate) boot_id: u64,
    pub(crate) sequence: u64,
    pub(crate) version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) token: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) assignments: &'a [Assignment],
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<Refused<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) metrics: Vec<Measured<'a>>,
    pub(crate) metadata: &'a Metadata,
    pub(crate) sent_at: Timestamp,
}

/// A version that is refused.
#[derive(Debug, Serialize)]
pub(crate) struct Refused<'a> {
    pub(crate) version: &'a str,
    pub(crate) error: &'a str,
}

/// What was measured of one arm; without one, of all that was served.
#[derive(Debug, Serialize)]
pub(crate) struct Measured<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arm: Option<&'a Arm>,
    requests: u64,
    errors: u64,
    /// A DDSketch of milliseconds in base64.
    sketch: String,
}

impl<'a> Measured<'a> {
    /// What a report with these assignments says.
    ///
    /// Requests that no split concerned are told only while none does: in a report with
    /// assignments they would count for the arms that these name, which did not serve them.
    pub(crate) fn of(figures: &'a Figures, assignments: &[Assignment]) -> Vec<Self> {
        let plain = (figures.plain.requests > 0 && assignments.is_empty())
            .then(|| Self::counts(&figures.plain));
        let by_arm = figures.by_arm.iter().map(|(of, counts)| Self {
            split: Some(&of.split),
            generation: Some(of.generation),
            arm: Some(&of.arm),
            ..Self::counts(counts)
        });
        plain.into_iter().chain(by_arm).collect()
    }

    fn counts(counts: &Counts) -> Self {
        Self {
            split: None,
            generation: None,
            arm: None,
            requests: counts.requests,
            errors: counts.errors,
            sketch: BASE64_STANDARD.encode(sketch_bytes::in_milliseconds(&counts.latencies)),
        }
    }
}

/// The answer to a report. What is missing has its default, as the server may be older.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Reply {
    next_interval: Option<Span>,
    jitter: Option<Span>,
    pub(crate) expected_version: String,
    pub(crate) expected_assignments: Vec<Assignment>,
    pub(crate) drift: bool,
    pub(crate) fetch: bool,
}

impl Reply {
    /// The pace that the server wants, or else the one there is.
    pub(crate) fn pace(&self, (interval, jitter): (Duration, Duration)) -> pace::Event {
        pace::Event::Delivered {
            interval: self.next_interval.map_or(interval, Duration::from),
            jitter: self.jitter.map_or(jitter, Duration::from),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn canary() -> Assignment {
        Assignment {
            split: "s".to_owned(),
            change: "v2".to_owned(),
            generation: 3,
            arm: Arm::Canary,
            unit: vortex_rest::Unit::Instance,
            forced: false,
        }
    }

    fn json_of(figures: &Figures, assignments: &[Assignment]) -> Value {
        serde_json::to_value(Measured::of(figures, assignments)).unwrap()
    }

    #[test]
    fn figures_are_told_by_arm() {
        let mut figures = Figures::default();
        figures.record(&[canary()], Duration::from_millis(5), false);
        let told = &json_of(&figures, &[canary()])[0];
        assert_eq!(
            (&told["split"], &told["generation"], &told["arm"]),
            (&json!("s"), &json!(3), &json!("canary"))
        );
        assert_eq!((&told["requests"], &told["errors"]), (&json!(1), &json!(1)));
    }

    #[test]
    fn requests_from_before_a_split_are_not_told_as_its_own() {
        let mut figures = Figures::default();
        figures.record(&[], Duration::from_millis(5), true);
        assert_eq!(json_of(&figures, &[canary()]), json!([]));
        let told = &json_of(&figures, &[])[0];
        assert_eq!((told.get("split"), &told["requests"]), (None, &json!(1)));
    }

    #[test]
    fn what_a_reply_does_not_say_stays() {
        let before = (Duration::from_secs(30), Duration::from_secs(3));
        let pace = |reply: &str| serde_json::from_str::<Reply>(reply).unwrap().pace(before);
        assert_eq!(
            pace(r#"{"next_interval":"2m","newer":1}"#),
            pace::Event::Delivered {
                interval: Duration::from_secs(120),
                jitter: before.1
            }
        );
    }
}
