//! The service's answers about all of its rollouts, as text that later fields don't change.

use std::fmt::Write as _;

use vortex_proto::rollout::v1 as pb;

use crate::mesh::Client;

/// A paragraph for each rollout, oldest first, and one for the breaker.
pub(super) async fn of(mut rollouts: Client) -> String {
    let listed = rollouts.list_rollouts(pb::ListRolloutsRequest::default());
    let mut listed = listed.await.unwrap().into_inner().rollouts;
    listed.reverse();
    let mut told = String::new();
    for rollout in listed {
        of_rollout(&mut told, &rollout);
        let id = rollout.id;
        let request = pb::ListAuditRequest {
            id: id.clone(),
            ..Default::default()
        };
        let audit = rollouts.list_audit(request).await.unwrap().into_inner();
        audit
            .entries
            .iter()
            .for_each(|entry| of_entry(&mut told, entry));
        let request = pb::GetAnalysisRequest { id };
        let analysis = rollouts.get_analysis(request).await.unwrap();
        of_analysis(&mut told, &analysis.into_inner().analysis.unwrap());
    }
    let breaker = rollouts.get_breaker(pb::GetBreakerRequest {}).await;
    let breaker = breaker.unwrap().into_inner().breaker.unwrap();
    line(&mut told, format_args!("breaker open {}", breaker.open));
    if let Some(at) = breaker.reset_at {
        line(
            &mut told,
            format_args!("  reset by {} {at}", breaker.reset_by),
        );
    }
    for rollback in breaker.rollbacks {
        let at = rollback.time.unwrap();
        line(&mut told, format_args!("  {} {at}", rollback.id));
    }
    told
}

fn line(told: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(told, "{text}").unwrap();
}

fn of_rollout(told: &mut String, rollout: &pb::Rollout) {
    let state = rollout.state().as_str_name();
    line(
        told,
        format_args!("{} {:?} {state}", rollout.id, rollout.apps),
    );
    let pb::Rollout {
        label,
        change,
        change_sequence,
        paths,
        from_version,
        reverts,
        source,
        ..
    } = rollout;
    line(
        told,
        format_args!(
            "  {from_version} → {change} ({change_sequence}) of {paths:?} on {label}; \
             reverts {reverts:?}, source {source:?}"
        ),
    );
    let stages = rollout.stages.iter().map(|stage| {
        let least = stage.min_duration.unwrap_or_default();
        format!("{:?} {} % {least}", stage.name, stage.percentage)
    });
    let stages: Vec<String> = stages.collect();
    let (unit, strategy) = (
        rollout.unit().as_str_name(),
        rollout.strategy().as_str_name(),
    );
    line(told, format_args!("  {unit} {strategy} {stages:?}"));
    let pb::Rollout {
        stage_index,
        share_in_force,
        generation,
        revision,
        ..
    } = rollout;
    let effect = rollout.effect().as_str_name();
    line(
        told,
        format_args!(
            "  stage {stage_index:?}, {share_in_force} %, generation {generation}, revision {revision}, \
             {effect}, {:?}",
            rollout.reason
        ),
    );
    let pb::Rollout {
        auto_promote,
        auto_rollback,
        thresholds,
        analysis,
        description,
        principal,
        created_at,
        updated_at,
        ..
    } = rollout;
    line(
        told,
        format_args!(
            "  by {principal} {} {}, {description:?}, promotes {auto_promote}, rolls back {auto_rollback}",
            created_at.unwrap_or_default(),
            updated_at.unwrap_or_default()
        ),
    );
    let thresholds = thresholds.unwrap_or_default();
    line(
        told,
        format_args!(
            "  {:?} {:?} {:?} {:?} {:?}",
            thresholds.min_success_rate,
            thresholds.max_error_rate,
            thresholds.max_latency_ratio,
            thresholds.max_latency_p99.map(|limit| limit.to_string()),
            thresholds.min_requests
        ),
    );
    let analysis = analysis.unwrap_or_default();
    line(
        told,
        format_args!(
            "  {} {:?} {:?} {:?} {:?}",
            analysis.interval.unwrap_or_default(),
            analysis.consecutive_failures,
            analysis.max_failures,
            analysis.inconclusive_limit,
            analysis.no_data_limit
        ),
    );
}

fn of_entry(told: &mut String, entry: &pb::AuditEntry) {
    let (from, to) = (
        entry.from_state().as_str_name(),
        entry.to_state().as_str_name(),
    );
    line(
        told,
        format_args!(
            "  {} {} {} by {}: {from} {:?} → {to} {:?}, {:?} %, generation {}, {:?}",
            entry.number,
            entry.time.unwrap_or_default(),
            entry.action,
            entry.principal,
            entry.from_stage,
            entry.to_stage,
            entry.percentage,
            entry.generation,
            entry.reason
        ),
    );
    entry.evidence.iter().for_each(|gate| of_gate(told, gate));
}

fn of_gate(told: &mut String, gate: &pb::GateResult) {
    let verdict = gate.verdict().as_str_name();
    line(
        told,
        format_args!(
            "      {} of {} {verdict}: {:?} {:?} {:?}, {} {} requests, p {:?}",
            gate.gate,
            gate.app,
            gate.canary,
            gate.stable,
            gate.threshold,
            gate.canary_requests,
            gate.stable_requests,
            gate.p_value
        ),
    );
}

fn of_analysis(told: &mut String, analysis: &pb::AnalysisStatus) {
    line(
        told,
        format_args!(
            "  {} failures, {} in a row, {} inconclusive, {} without data",
            analysis.failures,
            analysis.consecutive_failures,
            analysis.inconclusive,
            analysis.no_data
        ),
    );
    for slice in &analysis.slices {
        let verdict = slice.verdict().as_str_name();
        line(
            told,
            format_args!(
                "    slice {} at stage {} {verdict} {} {}",
                slice.number,
                slice.stage_index,
                slice.started_at.unwrap_or_default(),
                slice.closed_at.unwrap_or_default()
            ),
        );
        slice.gates.iter().for_each(|gate| of_gate(told, gate));
    }
}
