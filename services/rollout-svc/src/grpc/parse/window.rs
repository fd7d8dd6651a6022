//! Parses parts of windows. One figure that is not valid refuses the whole part.

use std::collections::BTreeMap;

use vortex_bucket::Arm;
use vortex_kit::{error::Fault, grpc::bounds};
use vortex_proto::{config::v1 as config, rollout::v1 as pb, window::v1 as window};
use vortex_service::parse::timestamp;

use super::figures::Field;
use crate::{
    domain::{PartName, Place, Report, RolloutId},
    engine::Part,
};

/// The number of figures in one part.
const MAX_FIGURES: usize = 10_000;
/// The maximum length in bytes of an ingest's name.
const MAX_INGEST: usize = 128;

/// A part of a window.
pub(in crate::grpc) fn part(request: pb::ReportWindowRequest) -> Result<Part, Fault> {
    let name = request
        .name
        .ok_or_else(|| Fault::invalid("name", "it is required"))?;
    time(request.time)?;
    bounds::items("figures", request.figures.len(), MAX_FIGURES)?;
    let mut part = Part {
        name: named(name)?,
        figures: BTreeMap::new(),
        strangers: 0,
    };
    for (index, figures) in request.figures.into_iter().enumerate() {
        // others than this service may have splits, with ids of another form
        let id = figures.split.parse::<RolloutId>();
        let report = Field::new("figures", index).window_figures(figures)?;
        match id {
            Ok(id) => part.figures.entry(id).or_default().push(report),
            Err(_) => part.strangers += 1,
        }
    }
    Ok(part)
}

fn named(given: window::WindowName) -> Result<PartName, Fault> {
    if given.ingest.is_empty() || given.ingest.len() > MAX_INGEST {
        let why = format!("it must have 1 to {MAX_INGEST} bytes");
        return Err(Fault::invalid("name.ingest", why));
    }
    if given.sequence == 0 {
        return Err(Fault::invalid(
            "name.sequence",
            "windows are numbered from 1",
        ));
    }
    if given.part >= given.parts {
        let why = format!("it must be below {}, the number of parts", given.parts);
        return Err(Fault::invalid("name.part", why));
    }
    Ok(PartName {
        ingest: given.ingest,
        place: Place {
            boot: given.boot,
            sequence: given.sequence,
            part: given.part,
        },
    })
}

/// The time of a window decides nothing, but has to be one.
fn time(given: Option<window::WindowTime>) -> Result<(), Fault> {
    let given = given.ok_or_else(|| Fault::invalid("time", "it is required"))?;
    let opened = given.opened_at.map(|at| timestamp("time.opened_at", at));
    let closed = given.closed_at.map(|at| timestamp("time.closed_at", at));
    let (opened, closed) = (opened.transpose()?, closed.transpose()?);
    if closed.is_some() && opened > closed {
        return Err(Fault::invalid(
            "time.closed_at",
            "it is before the window opened",
        ));
    }
    Ok(())
}

impl Field {
    fn window_figures(self, given: pb::WindowFigures) -> Result<Report, Fault> {
        let arm = match config::Arm::try_from(given.arm) {
            Ok(config::Arm::Stable) => Arm::Stable,
            Ok(config::Arm::Canary) => Arm::Canary,
            Ok(config::Arm::Unspecified) | Err(_) => {
                return Err(self.invalid("arm", "it must be stable or canary"));
            }
        };
        let latency = self.latency(&[], given.sketch)?;
        let application = self.application(&given.app)?;
        Ok(Report {
            application: Some(
                application.ok_or_else(|| self.invalid("app", "it must not be empty"))?,
            ),
            arm,
            generation: Some(given.generation),
            from: None,
            to: None,
            figures: self.figures(given.requests, given.errors, latency)?,
        })
    }
}
