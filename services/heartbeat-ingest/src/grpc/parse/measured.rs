//! Parses what instances measured.

use std::time::Duration;

use vortex_proto::heartbeat::v1 as pb;
use vortex_sketch::Sketch;

use super::{assignments, sketch};
use crate::domain::{Figures, Invalid, MAX_LATENCIES, MAX_MEASURED, Measured, Of, Why};

/// Seconds of a millisecond.
const MILLISECOND: f64 = 1e-3;

/// What an instance measured.
pub(super) fn measured(given: &[pb::Measured]) -> Result<Vec<Measured<'_>>, Invalid> {
    let (items, limit) = (given.len(), MAX_MEASURED);
    if items > limit {
        return Err(Invalid::new("measured", Why::TooMany { items, limit }));
    }
    let measured = given.iter().enumerate().map(|(index, given)| {
        one(given).map_err(|invalid| invalid.within(&format!("measured[{index}]")))
    });
    measured.collect()
}

fn one(given: &pb::Measured) -> Result<Measured<'_>, Invalid> {
    let latency = latency(given)?;
    Ok(Measured {
        of: of(given)?,
        figures: Figures::new(given.requests, given.errors, latency)?,
    })
}

fn of(given: &pb::Measured) -> Result<Of<'_>, Invalid> {
    let arm = assignments::arm(given.arm)?;
    if given.split.is_empty() {
        return match arm {
            Some(_) => Err(Invalid::new("arm", Why::ArmWithoutSplit)),
            None => Ok(Of::All),
        };
    }
    assignments::check_split(&given.split)?;
    Ok(Of::Split {
        split: &given.split,
        generation: given.generation,
        arm,
    })
}

/// The latencies of both forms together.
fn latency(given: &pb::Measured) -> Result<Sketch, Invalid> {
    let (items, limit) = (given.latencies_ms.len(), MAX_LATENCIES);
    if items > limit {
        return Err(Invalid::new("latencies_ms", Why::TooMany { items, limit }));
    }
    let mut latency = match &given.sketch {
        Some(given) => sketch::sketch(given)?,
        None => Sketch::default(),
    };
    if !given.latencies_ms.is_empty() {
        let listed = given.latencies_ms.iter().enumerate().map(listed);
        latency.extend(listed.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(latency)
}

fn listed((index, given): (usize, &f64)) -> Result<Duration, Invalid> {
    let latency = Duration::try_from_secs_f64(given * MILLISECOND);
    latency.map_err(|_| Invalid::new(format!("latencies_ms[{index}]"), Why::Latency(*given)))
}
