//! Sends effects, which begin, move and end splits.

use vortex_bucket::Share;
use vortex_kit::{
    context::Context,
    error::{Fault, Reason},
};
use vortex_proto::config::v1 as pb;
use vortex_service::parse::MAX_REASON;

use super::{ATTEMPT, CHECK, Splits, end_of};
use crate::domain::{Effect, Lost, Rollout, State, Unit, shortened};

/// The final answer of config-svc to an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It is in force.
    Confirmed,
    /// The split had ended before.
    Lost(Lost),
    /// It is refused for good.
    Refused(Fault),
    /// The split is at another stage, and the rollout stays there: a freeze keeps it, or an earlier
    /// effect came late.
    Stays {
        /// The stage whose share is in force.
        stage: u32,
        /// The share.
        share: Share,
        /// Why, for people.
        why: String,
    },
}

impl Splits {
    /// Checks whether a created rollout could begin now. If config-svc can't be asked, it is
    /// assumed that it could.
    ///
    /// # Errors
    /// Fails with config-svc's refusal.
    pub(crate) async fn check_begin(&self, rollout: &Rollout) -> Result<(), Fault> {
        let first = Effect::SetShare {
            share: rollout.spec.stages.at(0).share,
            generation: rollout.standing.generation + 1,
        };
        let request = pb::SetSplitRequest {
            validate_only: true,
            ..set_split(rollout, first)
        };
        let context = Context::root().within(CHECK);
        let checked = context.scope(self.client.clone().set_split(request)).await;
        match checked.map_err(|status| Fault::from_status(&status)) {
            Err(fault) if is_final(fault.reason()) || fault.reason() == Reason::Frozen => {
                Err(fault)
            }
            _ => Ok(()),
        }
    }

    /// Sends an effect to config-svc, once.
    ///
    /// # Errors
    /// Fails if it is not known to be in force, and has to be sent again.
    pub(crate) async fn send(&self, rollout: &Rollout, effect: Effect) -> Result<Sent, Fault> {
        let context = Context::root().within(ATTEMPT);
        let sent = context.scope(self.call(rollout, effect)).await;
        let Err(fault) = sent else {
            return Ok(Sent::Confirmed);
        };
        match fault.reason() {
            Reason::SplitEnded => {
                let lost = self.lost(rollout.id()).await?;
                lost.map(Sent::Lost).ok_or(fault)
            }
            // a share that would fall is an invalid one
            Reason::Frozen | Reason::InvalidArgument => self.look(rollout, effect, fault).await,
            reason if is_final(reason) => Ok(Sent::Refused(fault)),
            _ => Err(fault),
        }
    }

    /// Looks where the split is that did not move. Only config-svc knows: what was confirmed may be
    /// older than what is in force, since replies get lost and earlier effects come late.
    async fn look(&self, rollout: &Rollout, effect: Effect, fault: Fault) -> Result<Sent, Fault> {
        let split = self.get(rollout.id(), ATTEMPT).await?;
        if let Some(lost) = split.as_ref().and_then(end_of) {
            return Ok(Sent::Lost(lost));
        }
        let share = split.and_then(|split| Share::from_percentage(split.percentage).ok());
        let stays = share.and_then(|share| stays(rollout, effect, share, &fault));
        match stays {
            Some(stays) => Ok(stays),
            None if is_final(fault.reason()) => Ok(Sent::Refused(fault)),
            None => Err(fault),
        }
    }

    async fn call(&self, rollout: &Rollout, effect: Effect) -> Result<(), Fault> {
        let mut client = self.client.clone();
        let generation = effect.generation();
        let spec = &rollout.spec;
        let told = match effect {
            Effect::SetShare { .. } => {
                let request = set_split(rollout, effect);
                client.set_split(request).await.map(drop)
            }
            Effect::Remove { .. } | Effect::Release { .. } => {
                // if the split never began, its change set is left to the next rollout
                let never_began = rollout.state().start_refused().is_some();
                let request = pb::EndSplitRequest {
                    id: spec.id.to_string(),
                    generation,
                    release: matches!(effect, Effect::Release { .. }),
                    change_sequence: if never_began { 0 } else { spec.change_sequence },
                    reason: end_reason(rollout),
                };
                client.end_split(request).await.map(drop)
            }
        };
        told.map_err(|status| Fault::from_status(&status))
    }
}

/// The stage at which a rollout stays whose split is at this share and does not follow an effect;
/// `None` if the refusal has another cause.
fn stays(rollout: &Rollout, effect: Effect, share: Share, fault: &Fault) -> Option<Sent> {
    let frozen = fault.reason() == Reason::Frozen;
    let is_elsewhere = match effect {
        Effect::SetShare { share: asked, .. } => share > asked || (frozen && share < asked),
        Effect::Release { .. } => frozen,
        Effect::Remove { .. } => false,
    };
    let stage = stage_of(rollout, effect, share).filter(|_| is_elsewhere)?;
    let cause = match frozen {
        true => fault.message(),
        false => "an earlier move came late",
    };
    Some(Sent::Stays {
        stage,
        share,
        why: format!("{cause}; it stays at {share} %"),
    })
}

/// The stage of a share that a split is at: the one that has it or, if it may have been raised, the
/// last one below it. A split that an effect did not raise is at a stage before the effect's.
fn stage_of(rollout: &Rollout, effect: Effect, share: Share) -> Option<u32> {
    let stages = &rollout.spec.stages;
    if let Some(exact) = stages.with(share) {
        return Some(exact);
    }
    let below = stages.below(share).filter(|_| rollout.spec.wanted() > 0)?;
    let asked = rollout.state().stage().unwrap_or_default();
    match effect {
        Effect::SetShare {
            share: asked_for, ..
        } if share < asked_for => Some(below.min(asked.saturating_sub(1))),
        _ => Some(below),
    }
}

/// Whether the same call will always get the same answer.
pub(super) fn is_final(reason: Reason) -> bool {
    use tonic::Code;
    if reason == Reason::Frozen {
        // until the freeze ends
        return false;
    }
    match reason.code() {
        Code::FailedPrecondition
        | Code::NotFound
        | Code::InvalidArgument
        | Code::OutOfRange
        | Code::AlreadyExists
        | Code::Aborted => true,
        // these may pass, or an operator may fix the cause
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::PermissionDenied
        | Code::ResourceExhausted
        | Code::Unimplemented
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => false,
    }
}

/// The request that moves a rollout's split, or begins it.
fn set_split(rollout: &Rollout, to: Effect) -> pb::SetSplitRequest {
    let spec = &rollout.spec;
    let share = match to {
        Effect::SetShare { share, .. } => share,
        Effect::Remove { .. } => Share::NONE,
        Effect::Release { .. } => Share::FULL,
    };
    let baseline = spec.baseline.clone();
    pb::SetSplitRequest {
        id: spec.id.to_string(),
        label: spec.label.clone(),
        change_sequence: spec.change_sequence,
        percentage: share.percentage(),
        unit: wire_unit(spec.unit).into(),
        generation: to.generation(),
        baseline: baseline.map(|sequences| pb::SplitBaseline { sequences }),
        force: spec.force,
        validate_only: false,
        include: spec.forced.include().map(str::to_owned).collect(),
        exclude: spec.forced.exclude().map(str::to_owned).collect(),
    }
}

/// The reason why a split ends, cut to the length that config-svc accepts.
fn end_reason(rollout: &Rollout) -> String {
    let reason = match rollout.state() {
        State::RolledBack(rolled_back) => rolled_back.why.clone(),
        _ => String::new(),
    };
    shortened(reason, MAX_REASON)
}

fn wire_unit(unit: Unit) -> pb::SplitUnit {
    match unit {
        Unit::Instance => pb::SplitUnit::Instance,
        Unit::Subject => pb::SplitUnit::Subject,
    }
}
