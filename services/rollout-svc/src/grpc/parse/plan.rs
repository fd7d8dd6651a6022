//! Parses stages and strategies.

use vortex_kit::{error::Fault, grpc::bounds};
use vortex_proto::rollout::v1 as pb;

use super::duration;
use crate::domain::{InvalidStages, StageDraft, Stages, Strategy, Unit};

/// The number of stages of a request that are read at all; the domain limits how many there may be.
const MAX_READ: usize = 1_000;

/// The stages that a request gives in either form. Only a list can be given and still be empty.
pub(super) fn given(
    stages: Vec<pb::Stage>,
    list: Option<pb::StageList>,
) -> Result<Option<Vec<pb::Stage>>, Fault> {
    match list {
        Some(_) if !stages.is_empty() => Err(Fault::invalid(
            "stage_list",
            "stages are given as well: give one of the two",
        )),
        Some(list) => Ok(Some(list.stages)),
        None => Ok(Some(stages).filter(|stages| !stages.is_empty())),
    }
}

/// The strategy that a request names, if it names one, and its stages. Stages without a strategy
/// are custom.
pub(super) fn stages(
    given: i32,
    stages: Option<Vec<pb::Stage>>,
) -> Result<(Option<Strategy>, Stages), Fault> {
    let given = known(given)?;
    match (strategy(given), stages) {
        (Some(named), None) => Ok((Some(named), named.stages())),
        (Some(_), Some(_)) => Err(Fault::invalid(
            "stages",
            "only a custom strategy takes stages; leave them or the strategy out",
        )),
        (None, None) if given == pb::Strategy::Unspecified => {
            let usual = Strategy::default();
            Ok((Some(usual), usual.stages()))
        }
        (None, stages) => Ok((None, custom(stages.unwrap_or_default())?)),
    }
}

/// The strategy of a revert, which is immediate unless another one is named.
pub(super) fn revert(given: i32) -> Result<Strategy, Fault> {
    match known(given)? {
        pb::Strategy::Unspecified => Ok(Strategy::Immediate),
        named => strategy(named)
            .ok_or_else(|| Fault::invalid("strategy", "a revert can't have custom stages")),
    }
}

fn known(given: i32) -> Result<pb::Strategy, Fault> {
    pb::Strategy::try_from(given)
        .map_err(|_| Fault::invalid("strategy", format!("{given} is not a known strategy")))
}

fn strategy(given: pb::Strategy) -> Option<Strategy> {
    match given {
        pb::Strategy::Conservative => Some(Strategy::Conservative),
        pb::Strategy::Aggressive => Some(Strategy::Aggressive),
        pb::Strategy::Immediate => Some(Strategy::Immediate),
        pb::Strategy::Custom | pb::Strategy::Unspecified => None,
    }
}

pub(super) fn unit(given: i32) -> Result<Unit, Fault> {
    match pb::Unit::try_from(given) {
        Ok(pb::Unit::Unspecified | pb::Unit::Instance) => Ok(Unit::Instance),
        Ok(pb::Unit::Subject) => Ok(Unit::Subject),
        Err(_) => Err(Fault::invalid(
            "unit",
            format!("{given} is not a known unit"),
        )),
    }
}

fn custom(given: Vec<pb::Stage>) -> Result<Stages, Fault> {
    bounds::items("stages", given.len(), MAX_READ)?;
    let drafts = given.into_iter().enumerate().map(draft);
    let drafts = drafts.collect::<Result<Vec<_>, _>>()?;
    Stages::new(drafts).map_err(|error| Fault::invalid(field(&error), error.to_string()))
}

fn draft((index, given): (usize, pb::Stage)) -> Result<StageDraft, Fault> {
    let lasts = given.min_duration.unwrap_or_default();
    Ok(StageDraft {
        name: given.name,
        percentage: given.percentage,
        min_duration: duration(format!("stages[{index}].min_duration"), lasts)?,
    })
}

fn field(error: &InvalidStages) -> String {
    match error {
        InvalidStages::Empty | InvalidStages::TooMany(_) | InvalidStages::Unfinished(_) => {
            "stages".to_owned()
        }
        InvalidStages::Name { index, .. } => format!("stages[{index}].name"),
        InvalidStages::Percentage { index, .. } | InvalidStages::Falls { index, .. } => {
            format!("stages[{index}].percentage")
        }
        InvalidStages::TooLong { index } => format!("stages[{index}].min_duration"),
    }
}
