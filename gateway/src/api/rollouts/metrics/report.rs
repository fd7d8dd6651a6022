//! Reported figures as JSON.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use jiff::Timestamp;
use prost::Message as _;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use utoipa::ToSchema;
use vortex_kit::error::Fault;
use vortex_proto::rollout::v1::{ArmReport, DdSketch, arm_report::Of};

use crate::answer::time::to_proto;

/// What one reporter saw of one arm since its last report.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ArmReport)]
pub(in crate::api::rollouts) struct Report {
    /// `stable` or `canary`; this or `version`.
    arm: Option<String>,
    /// The name of the change set that was served: the rollout's own is the canary.
    version: Option<String>,
    /// Requests in the window.
    requests: u64,
    /// Requests with errors among them.
    errors: u64,
    /// Latencies in milliseconds, 10,000 at most.
    latencies_ms: Option<Vec<f64>>,
    /// Latencies in milliseconds as a DDSketch's protobuf, in base64.
    sketch: Option<String>,
    /// The application; the rollout's only one when left out.
    app: Option<String>,
    /// The profile, for people.
    profile: Option<String>,
    /// The generation that was served; the present one when left out.
    generation: Option<u64>,
    /// When the window began; the end of the last report when left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    window_start: Option<Timestamp>,
    /// When it ended; now when left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    window_end: Option<Timestamp>,
    /// As the header `Idempotency-Key`.
    request_id: Option<String>,
}

impl Report {
    /// Fails with `INVALID_ARGUMENT`, naming the field behind `at`.
    fn into_proto(self, at: &str) -> Result<ArmReport, Fault> {
        let of = match (self.arm, self.version) {
            (Some(arm), None) => Of::Arm(arm),
            (None, Some(version)) => Of::Version(version),
            _ => {
                return Err(Fault::invalid(
                    format!("{at}arm"),
                    "needs either arm or version, not both",
                ));
            }
        };
        let sketch = self.sketch.map(|sketch| {
            sketch_of(&sketch).map_err(|why| Fault::invalid(format!("{at}sketch"), why))
        });
        Ok(ArmReport {
            of: Some(of),
            app: self.app.unwrap_or_default(),
            profile: self.profile.unwrap_or_default(),
            generation: self.generation,
            window_start: self.window_start.map(to_proto),
            window_end: self.window_end.map(to_proto),
            requests: self.requests,
            errors: self.errors,
            latencies_ms: self.latencies_ms.unwrap_or_default(),
            sketch: sketch.transpose()?,
        })
    }
}

fn sketch_of(base64: &str) -> Result<DdSketch, &'static str> {
    let bytes = BASE64_STANDARD.decode(base64);
    let bytes = bytes.map_err(|_| "is not valid base64")?;
    DdSketch::decode(&*bytes).map_err(|_| "is not a valid DDSketch protobuf message")
}

/// One report, or an array of them.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
#[schema(as = ArmReports)]
pub(in crate::api::rollouts) enum Reports {
    One(Box<Report>),
    Many(Vec<Report>),
}

impl Reports {
    /// The request id that reports give, which is the whole call's. Fails with `INVALID_ARGUMENT`
    /// when they give several.
    pub(super) fn request_id(&mut self) -> Result<Option<String>, Fault> {
        let reports = match self {
            Self::One(report) => std::slice::from_mut(&mut **report),
            Self::Many(reports) => reports.as_mut_slice(),
        };
        let mut ids = reports
            .iter_mut()
            .filter_map(|report| report.request_id.take());
        let first = ids.next();
        match ids.all(|id| Some(&id) == first.as_ref()) {
            true => Ok(first),
            false => Err(Fault::invalid(
                "request_id",
                "must be the same in all reports of a call",
            )),
        }
    }

    /// As the service takes them.
    pub(super) fn into_proto(self) -> Result<Vec<ArmReport>, Fault> {
        match self {
            Self::One(report) => Ok(vec![report.into_proto("")?]),
            Self::Many(reports) => {
                let reports = reports.into_iter().enumerate();
                let reports =
                    reports.map(|(place, report)| report.into_proto(&format!("[{place}].")));
                reports.collect()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Reports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany)
    }
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Reports;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report or an array of reports")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Reports, A::Error> {
        let report = Report::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Reports::One(Box::new(report)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Reports, A::Error> {
        let mut reports = Vec::new();
        while let Some(report) = items.next_element()? {
            reports.push(report);
        }
        Ok(Reports::Many(reports))
    }
}
