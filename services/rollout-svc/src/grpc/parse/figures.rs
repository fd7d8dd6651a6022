//! Parses reported figures. Latencies are in milliseconds on the wire.

use std::time::Duration;

use jiff::Timestamp;
use vortex_bucket::Arm;
use vortex_kit::{error::Fault, grpc::bounds};
use vortex_proto::rollout::v1 as pb;
use vortex_proto::rollout::v1::arm_report::Of;
use vortex_service::{parse, sketch};
use vortex_sketch::Sketch;

use crate::domain::{
    Report, Rollout, Spec,
    analysis::{Application, Figures, InvalidFigures},
    application,
};

/// The number of reports in one call.
const MAX_REPORTS: usize = 100;
/// The number of latencies in one report.
const MAX_LATENCIES: usize = 10_000;
/// The maximum length in bytes of a version that was served.
const MAX_VERSION: usize = 512;
/// Seconds per millisecond.
const MILLISECOND: f64 = 1e-3;

/// The reports of a call about `rollout`.
pub(in crate::grpc) fn reports(
    given: Vec<pb::ArmReport>,
    rollout: &Rollout,
) -> Result<Vec<Report>, Fault> {
    if given.is_empty() {
        return Err(Fault::invalid("reports", "at least one is needed"));
    }
    bounds::items("reports", given.len(), MAX_REPORTS)?;
    let reports = given.into_iter().enumerate();
    reports
        .map(|(index, given)| Field::new("reports", index).report(given, &rollout.spec))
        .collect()
}

/// Names the fields of one of a list's items in errors.
#[derive(Clone, Copy)]
pub(super) struct Field {
    list: &'static str,
    index: usize,
}

impl Field {
    pub(super) fn new(list: &'static str, index: usize) -> Self {
        Self { list, index }
    }

    pub(super) fn invalid(self, field: &str, why: impl Into<String>) -> Fault {
        Fault::invalid(self.field(field), why)
    }

    fn field(self, name: &str) -> String {
        format!("{}[{}].{name}", self.list, self.index)
    }

    fn report(self, given: pb::ArmReport, spec: &Spec) -> Result<Report, Fault> {
        let latency = self.latency(&given.latencies_ms, given.sketch)?;
        Ok(Report {
            application: self.application(&given.app)?,
            arm: self.arm(given.of, spec)?,
            generation: given.generation,
            from: self.time("window_start", given.window_start)?,
            to: self.time("window_end", given.window_end)?,
            figures: self.figures(given.requests, given.errors, latency)?,
        })
    }

    fn arm(self, given: Option<Of>, spec: &Spec) -> Result<Arm, Fault> {
        match given {
            Some(Of::Arm(arm)) => match arm.as_str() {
                "stable" => Ok(Arm::Stable),
                "canary" => Ok(Arm::Canary),
                _ => Err(self.invalid("arm", "it must be stable or canary")),
            },
            Some(Of::Version(version)) if version.is_empty() || version.len() > MAX_VERSION => {
                Err(self.invalid("version", format!("it must have 1 to {MAX_VERSION} bytes")))
            }
            Some(Of::Version(version)) => spec.arm_of(&version).ok_or_else(|| {
                let canary = &spec.change;
                let why = format!(
                    "{version} is neither {canary}, the canary, nor was it ever stable of one of \
                     the rollout's documents: give a version that is, or the arm"
                );
                self.invalid("version", why)
            }),
            None => Err(self.invalid("arm", "an arm or a version is needed")),
        }
    }

    pub(super) fn application(self, given: &str) -> Result<Option<Application>, Fault> {
        if given.is_empty() {
            return Ok(None);
        }
        let parsed = application(given).map(Some);
        parsed.map_err(|error| self.invalid("app", error.to_string()))
    }

    fn time(
        self,
        field: &str,
        given: Option<prost_types::Timestamp>,
    ) -> Result<Option<Timestamp>, Fault> {
        let time = given.map(|given| parse::timestamp(self.field(field), given));
        time.transpose()
    }

    pub(super) fn figures(
        self,
        requests: u64,
        errors: u64,
        latency: Sketch,
    ) -> Result<Figures, Fault> {
        Figures::new(requests, errors, latency).map_err(|error| {
            let field = match error {
                InvalidFigures::MoreErrorsThanRequests { .. } => "errors",
                InvalidFigures::TooManyRequests { .. } => "requests",
            };
            self.invalid(field, error.to_string())
        })
    }

    /// The latencies of both forms together.
    pub(super) fn latency(
        self,
        listed: &[f64],
        sketch: Option<pb::DdSketch>,
    ) -> Result<Sketch, Fault> {
        bounds::items(self.field("latencies_ms"), listed.len(), MAX_LATENCIES)?;
        let mut latency = match sketch {
            Some(sketch) => self.sketch(&sketch)?,
            None => Sketch::default(),
        };
        let listed = listed.iter().enumerate();
        let listed: Vec<Duration> = listed
            .map(|(position, given)| self.listed(position, *given))
            .collect::<Result<_, _>>()?;
        latency.extend(listed);
        Ok(latency)
    }

    fn listed(self, position: usize, given: f64) -> Result<Duration, Fault> {
        Duration::try_from_secs_f64(given * MILLISECOND).map_err(|_| {
            let why = format!("{given} is not a valid latency: it must be finite and not negative");
            self.invalid(&format!("latencies_ms[{position}]"), why)
        })
    }

    fn sketch(self, given: &pb::DdSketch) -> Result<Sketch, Fault> {
        let read = sketch::of_milliseconds(given);
        read.map_err(|error| self.invalid(error.field(), error.to_string()))
    }
}
