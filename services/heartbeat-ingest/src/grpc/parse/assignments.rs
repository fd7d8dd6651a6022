//! Parses assignments.

use vortex_bucket::Arm;
use vortex_names::check;
use vortex_proto::config::v1 as pb;

use crate::domain::{Assignment, Invalid, MAX_ASSIGNMENTS, Unit, Why};

/// Bytes of a split's id.
pub(super) const MAX_SPLIT: usize = 64;

/// The splits that decided what an instance got.
pub(super) fn assignments(given: &[pb::Assignment]) -> Result<Vec<Assignment<'_>>, Invalid> {
    let (items, limit) = (given.len(), MAX_ASSIGNMENTS);
    if items > limit {
        return Err(Invalid::new("assignments", Why::TooMany { items, limit }));
    }
    let assignments = given.iter().enumerate().map(|(index, given)| {
        assignment(given).map_err(|invalid| invalid.within(&format!("assignments[{index}]")))
    });
    assignments.collect()
}

fn assignment(given: &pb::Assignment) -> Result<Assignment<'_>, Invalid> {
    check_split(&given.split)?;
    check::plain("change", &given.change).map_err(|why| Invalid::new("change", why))?;
    let arm = arm(given.arm)?;
    Ok(Assignment {
        split: &given.split,
        change: &given.change,
        generation: given.generation,
        arm: arm.ok_or_else(|| Invalid::new("arm", Why::Missing))?,
        unit: unit(given.unit)?,
        forced: given.forced,
    })
}

/// Checks a split's id.
pub(super) fn check_split(given: &str) -> Result<(), Invalid> {
    let checked =
        check::length("split", given, MAX_SPLIT).and_then(|()| check::plain("split", given));
    checked.map_err(|why| Invalid::new("split", why))
}

/// An arm, if one is given.
pub(super) fn arm(given: i32) -> Result<Option<Arm>, Invalid> {
    match pb::Arm::try_from(given) {
        Ok(pb::Arm::Unspecified) => Ok(None),
        Ok(pb::Arm::Stable) => Ok(Some(Arm::Stable)),
        Ok(pb::Arm::Canary) => Ok(Some(Arm::Canary)),
        Err(_) => Err(Invalid::new("arm", Why::Unknown(given))),
    }
}

fn unit(given: i32) -> Result<Unit, Invalid> {
    match pb::SplitUnit::try_from(given) {
        // what there was before subjects
        Ok(pb::SplitUnit::Unspecified | pb::SplitUnit::Instance) => Ok(Unit::Instance),
        Ok(pb::SplitUnit::Subject) => Ok(Unit::Subject),
        Err(_) => Err(Invalid::new("unit", Why::Unknown(given))),
    }
}
