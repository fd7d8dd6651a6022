//! Rollouts, their plans, and their measurements.

use vortex_proto::rollout::v1 as proto;

use super::{To, from_replies, mirror};
use crate::{
    AnalysisSlice, AnalysisStatus, ArmFigures, FollowedRollout, GateResult, InstanceCounts,
    Rollout, RolloutAnalysis, RolloutAt, RolloutAudit, RolloutAuditEntry, RolloutBaseline,
    RolloutEffect, RolloutNoValue, RolloutOnFailure, RolloutQuery, RolloutStage, RolloutState,
    RolloutStrategy, RolloutThresholds, RolloutWebhook, Rollouts, SeenKeys, SettingChange, Span,
    Verdict,
};

mirror! {
    enum RolloutState <=> proto::RolloutState {
        Created,
        Running,
        Paused,
        Completed,
        RolledBack,
        Superseded,
    }
    enum RolloutStrategy <=> proto::Strategy { Conservative, Aggressive, Immediate, Custom }
    enum Verdict <= proto::Verdict { Pass, Fail, Inconclusive, NoData }
    struct RolloutStage <=> proto::Stage { name, percentage, min_duration }
    enum RolloutBaseline <=> proto::Baseline { Either, Absolute, Relative, Both }
    enum RolloutOnFailure <=> proto::OnFailure { RollBack, Pause }
    enum RolloutNoValue <=> proto::NoValue { Hold, Fail, Ignore }
    struct RolloutWebhook <=> proto::WebhookGate { name, url }
    struct SettingChange <= proto::SettingChange { setting, from, to }
    struct RolloutAnalysis <=> proto::Analysis {
        interval,
        consecutive_failures,
        max_failures,
        inconclusive_limit,
        no_data_limit,
    }
    struct Rollouts <= proto::ListRolloutsResponse { rollouts, next_page_token }
    struct FollowedRollout <= proto::WatchRolloutResponse { rollout, analysis, time }
    struct RolloutAudit <= proto::ListAuditResponse { entries, next_page_token }
    struct AnalysisStatus <= proto::AnalysisStatus {
        slices,
        consecutive_failures,
        failures,
        inconclusive,
        no_data,
        shared_outages,
        passes,
        unanswered,
        open,
        total,
        holds_because,
        keyless_reads,
        keys,
    }
    struct AnalysisSlice <= proto::Slice {
        verdict(),
        number,
        stage_index,
        started_at,
        closed_at,
        gates,
    }
    struct GateResult <= proto::GateResult {
        verdict(),
        gate,
        name,
        app,
        detail,
        canary,
        stable,
        threshold,
        canary_requests,
        stable_requests,
        p_value,
        canary_instances,
        stable_instances,
    }
    struct InstanceCounts <= proto::InstanceCounts { instances, failed, silent, restarting }
    struct SeenKeys <= proto::SeenKeys { canary, stable, canary_percentage, p_value, warning }
}

from_replies!(AnalysisStatus = analysis of GetAnalysisResponse);

from_replies!(
    Rollout = rollout of
    GetRolloutResponse,
    StartRolloutResponse,
    PromoteRolloutResponse,
    PauseRolloutResponse,
    ResumeRolloutResponse,
    RollBackRolloutResponse,
    CompleteRolloutResponse,
    EditRolloutResponse,
);

/// Not mirrored, since an unspecified baseline means that there is none.
impl From<proto::Thresholds> for RolloutThresholds {
    fn from(thresholds: proto::Thresholds) -> Self {
        let named = |baseline: proto::Baseline| {
            (baseline != proto::Baseline::Unspecified).then(|| baseline.into())
        };
        Self {
            errors_baseline: named(thresholds.errors_baseline()),
            latency_baseline: named(thresholds.latency_baseline()),
            min_success_rate: thresholds.min_success_rate,
            max_error_rate: thresholds.max_error_rate,
            max_latency_ratio: thresholds.max_latency_ratio,
            max_latency_p99: thresholds.max_latency_p99.to(),
            min_requests: thresholds.min_requests,
        }
    }
}

impl From<RolloutThresholds> for proto::Thresholds {
    fn from(thresholds: RolloutThresholds) -> Self {
        let number = |baseline: Option<RolloutBaseline>| {
            baseline
                .map_or(proto::Baseline::Unspecified, Into::into)
                .into()
        };
        Self {
            min_success_rate: thresholds.min_success_rate,
            max_error_rate: thresholds.max_error_rate,
            max_latency_ratio: thresholds.max_latency_ratio,
            max_latency_p99: thresholds.max_latency_p99.to(),
            min_requests: thresholds.min_requests,
            errors_baseline: number(thresholds.errors_baseline),
            latency_baseline: number(thresholds.latency_baseline),
        }
    }
}

/// Not mirrored, since an unspecified meaning is that there is none.
impl From<proto::QueryGate> for RolloutQuery {
    fn from(query: proto::QueryGate) -> Self {
        let no_value = query.no_value();
        Self {
            no_value: (no_value != proto::NoValue::Unspecified).then(|| no_value.into()),
            name: query.name,
            provider: query.provider,
            query: query.query,
            min: query.min,
            max: query.max,
            min_ratio: query.min_ratio,
            max_ratio: query.max_ratio,
            margin: query.margin,
        }
    }
}

impl To<RolloutQuery> for proto::QueryGate {
    fn to(self) -> RolloutQuery {
        self.into()
    }
}

impl From<RolloutQuery> for proto::QueryGate {
    fn from(query: RolloutQuery) -> Self {
        let no_value = query.no_value.map(proto::NoValue::from);
        Self {
            name: query.name,
            provider: query.provider,
            query: query.query,
            min: query.min,
            max: query.max,
            min_ratio: query.min_ratio,
            max_ratio: query.max_ratio,
            margin: query.margin,
            no_value: no_value.unwrap_or_default().into(),
        }
    }
}

impl To<RolloutThresholds> for Option<proto::Thresholds> {
    fn to(self) -> RolloutThresholds {
        self.unwrap_or_default().into()
    }
}

/// Not mirrored, since its stage is looked up among its stages.
impl From<proto::Rollout> for Rollout {
    fn from(rollout: proto::Rollout) -> Self {
        Self {
            state: rollout.state().into(),
            stage: at(&rollout),
            strategy: rollout.strategy().into(),
            unit: rollout.unit().into(),
            effect: rollout.effect().into(),
            on_failure: rollout.on_failure().into(),
            resume_after_passes: rollout.resume_after_passes,
            id: rollout.id,
            share_in_force: rollout.share_in_force,
            share_reason: rollout.share_reason,
            label: rollout.label,
            change: rollout.change,
            change_sequence: rollout.change_sequence,
            paths: rollout.paths,
            apps: rollout.apps,
            from_version: rollout.from_version,
            stages: rollout.stages.to(),
            auto_promote: rollout.auto_promote,
            auto_rollback: rollout.auto_rollback,
            thresholds: rollout.thresholds.to(),
            analysis: rollout.analysis.to(),
            description: rollout.description,
            principal: rollout.principal,
            created_at: rollout.created_at.to(),
            updated_at: rollout.updated_at.to(),
            stage_since: rollout.stage_since.to(),
            generation: rollout.generation,
            effect_error: rollout.effect_error,
            reason: rollout.reason,
            reverts: rollout.reverts,
            revision: rollout.revision,
            source: rollout.source,
            keys: rollout.keys.map(SeenKeys::from),
            include: rollout.include,
            exclude: rollout.exclude,
            min_instances: rollout.min_instances,
            share_raised_for: rollout.share_raised_for,
            queries: rollout.queries.to(),
            webhooks: rollout.webhooks.to(),
        }
    }
}

fn at(rollout: &proto::Rollout) -> Option<RolloutAt> {
    let index = rollout.stage_index?;
    let stage = rollout.stages.get(usize::try_from(index).ok()?)?;
    Some(RolloutAt {
        index,
        name: stage.name.clone(),
        percentage: stage.percentage,
    })
}

impl To<Rollout> for proto::Rollout {
    fn to(self) -> Rollout {
        self.into()
    }
}

impl To<Rollout> for Option<proto::Rollout> {
    fn to(self) -> Rollout {
        self.unwrap_or_default().into()
    }
}

impl From<proto::EffectState> for RolloutEffect {
    fn from(effect: proto::EffectState) -> Self {
        match effect {
            proto::EffectState::Unspecified => Self::None,
            proto::EffectState::Pending => Self::Pending,
            proto::EffectState::Confirmed => Self::Confirmed,
            proto::EffectState::Refused => Self::Refused,
        }
    }
}

/// Not mirrored, since an unspecified state means that there is none.
impl From<proto::AuditEntry> for RolloutAuditEntry {
    fn from(entry: proto::AuditEntry) -> Self {
        Self {
            from_state: state(entry.from_state()),
            to_state: state(entry.to_state()),
            number: entry.number,
            time: entry.time.to(),
            principal: entry.principal,
            action: entry.action,
            from_stage: entry.from_stage,
            to_stage: entry.to_stage,
            percentage: entry.percentage,
            share_reason: entry.share_reason,
            reason: entry.reason,
            evidence: entry.evidence.to(),
            generation: entry.generation,
            changes: entry.changes.to(),
        }
    }
}

fn state(state: proto::RolloutState) -> Option<RolloutState> {
    (state != proto::RolloutState::Unspecified).then(|| state.into())
}

impl To<RolloutAuditEntry> for proto::AuditEntry {
    fn to(self) -> RolloutAuditEntry {
        self.into()
    }
}

/// Not mirrored, since its latencies are measured spans.
impl To<ArmFigures> for proto::ArmFigures {
    fn to(self) -> ArmFigures {
        ArmFigures {
            app: self.app,
            arm: self.arm,
            requests: self.requests,
            errors: self.errors,
            latency_p50: Span::measured(self.latency_p50),
            latency_p99: Span::measured(self.latency_p99),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_comes_back_as_it_was() {
        let minute = prost_types::Duration {
            seconds: 60,
            nanos: 0,
        };
        let stage = proto::Stage {
            name: "few".into(),
            percentage: 5.0,
            min_duration: Some(minute),
        };
        assert_eq!(proto::Stage::from(RolloutStage::from(stage.clone())), stage);
        let thresholds = proto::Thresholds {
            min_success_rate: Some(0.9),
            max_error_rate: None,
            max_latency_ratio: Some(2.0),
            max_latency_p99: Some(minute),
            min_requests: Some(3),
            errors_baseline: proto::Baseline::Both.into(),
            latency_baseline: proto::Baseline::Unspecified.into(),
        };
        assert_eq!(
            proto::Thresholds::from(RolloutThresholds::from(thresholds)),
            thresholds
        );
        let analysis = proto::Analysis {
            interval: Some(minute),
            consecutive_failures: Some(1),
            max_failures: Some(2),
            inconclusive_limit: None,
            no_data_limit: Some(4),
        };
        assert_eq!(
            proto::Analysis::from(RolloutAnalysis::from(analysis)),
            analysis
        );
    }

    #[test]
    fn a_name_that_is_not_specified_is_unknown() {
        let state = RolloutState::from(proto::RolloutState::Unspecified);
        assert_eq!(state, RolloutState::Other("unknown".into()));
        let back = proto::RolloutState::from(state);
        assert_eq!(back, proto::RolloutState::Unspecified);
        let verdict = Verdict::from(proto::Verdict::Unspecified);
        assert_eq!(verdict, Verdict::Unknown);
    }

    #[test]
    fn the_stage_it_is_at_is_one_of_its_stages() {
        let mut rollout = proto::Rollout {
            stages: vec![proto::Stage::default(), proto::Stage::default()],
            stage_index: Some(1),
            ..proto::Rollout::default()
        };
        assert_eq!(at(&rollout).unwrap().index, 1);
        rollout.stage_index = Some(2);
        assert_eq!(at(&rollout), None);
    }
}
