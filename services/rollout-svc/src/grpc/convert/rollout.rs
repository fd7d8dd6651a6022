//! Converts rollouts to replies.

use vortex_proto::rollout::v1 as pb;

use super::{duration, state, timestamp};
use crate::domain::{
    Hold, Motion, Raised, Rollout, Stage, State, Strategy, Unit,
    analysis::{Baseline, OnFailure, Settings},
};

/// Converts a rollout; `failed` is the last error of an effect that is on its way.
pub(in crate::grpc) fn rollout(rollout: &Rollout, failed: Option<String>) -> pb::Rollout {
    let (spec, standing) = (&rollout.spec, &rollout.standing);
    let settings = rollout.settings();
    let settled = standing.state.settled_since();
    pb::Rollout {
        id: spec.id.to_string(),
        state: state(rollout.kind()).into(),
        label: spec.label.clone(),
        change: spec.change.clone(),
        change_sequence: spec.change_sequence,
        paths: spec.paths.clone(),
        apps: spec.apps.iter().map(ToString::to_string).collect(),
        from_version: spec.from_version.clone(),
        strategy: strategy(spec.strategy).into(),
        stages: spec.stages.iter().map(stage).collect(),
        stage_index: standing.state.stage(),
        share_in_force: standing.state.in_force().percentage(),
        share_reason: share_reason(rollout),
        min_instances: spec.wanted(),
        share_raised_for: raised(rollout).map_or(0, |raised| raised.wanted),
        unit: unit(spec.unit).into(),
        auto_promote: spec.auto_promote,
        auto_rollback: settings.on_failure == OnFailure::RollBack,
        on_failure: on_failure(settings.on_failure).into(),
        resume_after_passes: settings.resume_after_passes,
        thresholds: Some(thresholds(settings)),
        analysis: Some(analysis(settings)),
        description: spec.description.clone(),
        principal: spec.principal.clone(),
        created_at: Some(timestamp(spec.created.wall)),
        updated_at: Some(timestamp(standing.updated.wall)),
        stage_since: settled.map(|since| timestamp(since.wall)),
        generation: standing.generation,
        effect: effect(rollout).into(),
        effect_error: effect_error(rollout, failed),
        reason: reason(&standing.state),
        reverts: spec
            .reverts
            .as_ref()
            .map_or(String::new(), ToString::to_string),
        revision: standing.revision,
        source: spec.source.clone().unwrap_or_default(),
        // only known to calls that ask for a single rollout
        keys: None,
        include: Vec::new(),
        exclude: Vec::new(),
        queries: Vec::new(),
        webhooks: Vec::new(),
    }
}

fn strategy(strategy: Option<Strategy>) -> pb::Strategy {
    match strategy {
        Some(Strategy::Conservative) => pb::Strategy::Conservative,
        Some(Strategy::Aggressive) => pb::Strategy::Aggressive,
        Some(Strategy::Immediate) => pb::Strategy::Immediate,
        None => pb::Strategy::Custom,
    }
}

fn stage(stage: &Stage) -> pb::Stage {
    pb::Stage {
        name: stage.name.clone(),
        percentage: stage.share.percentage(),
        min_duration: Some(duration(stage.min_duration)),
    }
}

fn unit(unit: Unit) -> pb::Unit {
    match unit {
        Unit::Instance => pb::Unit::Instance,
        Unit::Subject => pb::Unit::Subject,
    }
}

fn thresholds(settings: &Settings) -> pb::Thresholds {
    let given = &settings.thresholds;
    // it was given in as many bits
    let min_requests = u32::try_from(settings.min_requests).unwrap_or(u32::MAX);
    pb::Thresholds {
        min_success_rate: Some(given.min_success_rate),
        max_error_rate: Some(given.max_error_rate),
        max_latency_ratio: Some(given.max_latency_ratio),
        max_latency_p99: given.max_latency_p99.map(duration),
        min_requests: Some(min_requests),
        errors_baseline: baseline(given.errors_baseline).into(),
        latency_baseline: baseline(given.latency_baseline).into(),
    }
}

fn baseline(baseline: Baseline) -> pb::Baseline {
    match baseline {
        Baseline::Either => pb::Baseline::Either,
        Baseline::Absolute => pb::Baseline::Absolute,
        Baseline::Relative => pb::Baseline::Relative,
        Baseline::Both => pb::Baseline::Both,
    }
}

fn on_failure(on_failure: OnFailure) -> pb::OnFailure {
    match on_failure {
        OnFailure::RollBack => pb::OnFailure::RollBack,
        OnFailure::Pause => pb::OnFailure::Pause,
    }
}

fn analysis(settings: &Settings) -> pb::Analysis {
    pb::Analysis {
        interval: Some(duration(settings.interval)),
        consecutive_failures: Some(settings.consecutive_failures),
        max_failures: Some(settings.max_failures),
        inconclusive_limit: Some(settings.inconclusive_limit),
        no_data_limit: Some(settings.no_data_limit),
    }
}

/// The reason why the share in force is not the stage's.
fn share_reason(rollout: &Rollout) -> String {
    let Some(stage) = rollout.stage() else {
        return String::new();
    };
    let raised = || raised(rollout).map_or(String::new(), |raised| raised.reason(stage.share));
    let moving = || match raised() {
        raised if raised.is_empty() => "the stage's share is on its way".to_owned(),
        raised => format!("the stage's share is on its way, {raised}"),
    };
    match rollout.state() {
        // an end needs no more reason than its state is
        State::Created | State::Completed(_) | State::RolledBack(_) => String::new(),
        _ if rollout.state().in_force() == stage.share => String::new(),
        State::Running(running) => match running.motion {
            Motion::Moving => moving(),
            Motion::Settled { .. } => raised(),
            Motion::Releasing => "the release is on its way".to_owned(),
        },
        State::Paused(paused) => match paused.hold {
            Hold::Moving => moving(),
            Hold::Settled { .. } => raised(),
        },
    }
}

/// The share that is raised above that of the stage, while the rollout has a share.
fn raised(rollout: &Rollout) -> Option<Raised> {
    let has_share = rollout.kind().is_measured();
    rollout.standing.raised.filter(|_| has_share)
}

fn effect(rollout: &Rollout) -> pb::EffectState {
    if rollout.pending().is_some() {
        return pb::EffectState::Pending;
    }
    match rollout.state() {
        _ if rollout.standing.generation == 0 => pb::EffectState::Unspecified,
        state if state.detached().is_some() => pb::EffectState::Refused,
        _ => pb::EffectState::Confirmed,
    }
}

fn effect_error(rollout: &Rollout, failed: Option<String>) -> String {
    match rollout.state().detached() {
        Some(detached) => detached.why.clone(),
        None if rollout.pending().is_some() => failed.unwrap_or_default(),
        None => String::new(),
    }
}

/// The reason for its pause or its end.
fn reason(state: &State) -> String {
    match state {
        State::Created | State::Running(_) | State::Completed(_) => String::new(),
        State::Paused(paused) => paused.why.clone(),
        State::RolledBack(rolled_back) => rolled_back.why.clone(),
    }
}
