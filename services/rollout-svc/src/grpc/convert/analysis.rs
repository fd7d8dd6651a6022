//! Converts measurements and gates' findings to replies.

use std::time::Duration;

use jiff::Timestamp;
use vortex_bucket::Arm;
use vortex_proto::rollout::v1 as pb;
use vortex_sketch::Sketch;

use super::{duration, timestamp};
use crate::{
    domain::{
        ClosedSlice, Measured,
        analysis::{
            Application, ErrorsEvidence, ErrorsFinding, Finding, Instances, InstancesEvidence,
            Judged, LatencyEvidence, LatencyFinding, QueryEvidence, Reason, SeenKeys, Tally,
            Verdict,
        },
    },
    engine::AnalysisView,
};

/// Milliseconds per second.
const MILLISECONDS: f64 = 1e3;

pub(in crate::grpc) fn analysis(view: &AnalysisView) -> pb::AnalysisStatus {
    let holds_because = view.holds_because.clone();
    let seen = view.reads.keys.map(keys);
    let Some(measured) = &view.measured else {
        return pb::AnalysisStatus {
            holds_because,
            keys: seen,
            ..pb::AnalysisStatus::default()
        };
    };
    let counts = measured.counts();
    pb::AnalysisStatus {
        slices: measured.slices().rev().map(slice).collect(),
        consecutive_failures: counts.failures_in_a_row,
        failures: counts.failures,
        inconclusive: counts.inconclusive_in_a_row,
        no_data: counts.no_data_in_a_row,
        shared_outages: counts.shared_in_a_row,
        passes: counts.passes_in_a_row,
        unanswered: counts.unanswered_in_a_row,
        open: open(measured),
        total: total(measured),
        holds_because,
        keyless_reads: view.reads.keyless,
        keys: seen,
    }
}

/// The distinct keys that a rollout has seen.
pub(in crate::grpc) fn keys(seen: SeenKeys) -> pb::SeenKeys {
    let warning = seen.mismatch().map(|mismatch| mismatch.to_string());
    pb::SeenKeys {
        canary: seen.canary.keys(),
        stable: seen.stable.keys(),
        canary_percentage: seen.canary_part().map(|part| part * 100.0),
        p_value: seen.p_value(),
        warning: warning.unwrap_or_default(),
    }
}

/// The verdict of each gate on a slice.
pub(super) fn gates(judged: &Judged) -> impl Iterator<Item = pb::GateResult> + '_ {
    let findings = judged.findings.iter();
    findings.map(|finding| {
        let detail = Reason {
            application: &judged.application,
            finding,
        };
        let result = pb::GateResult {
            app: judged.application.to_string(),
            verdict: verdict(finding.verdict()).into(),
            detail: detail.to_string(),
            ..pb::GateResult::default()
        };
        match finding {
            Finding::Errors(evidence) => errors(evidence, result),
            Finding::Latency(evidence) => latency(evidence, result),
            Finding::Instances(evidence) => instances(evidence, result),
            Finding::Query(evidence) => query(evidence, result),
            Finding::Webhook(evidence) => pb::GateResult {
                gate: "webhook".to_owned(),
                name: evidence.gate.clone(),
                ..result
            },
        }
    })
}

fn errors(evidence: &ErrorsEvidence, result: pb::GateResult) -> pb::GateResult {
    let measured = |tally: Tally| (tally.requests > 0).then(|| tally.error_rate());
    let threshold = match evidence.finding {
        ErrorsFinding::AboveLimit
        | ErrorsFinding::MaybeAboveLimit
        | ErrorsFinding::SharedOutage
        | ErrorsFinding::AboveLimitOnly => Some(evidence.max_error_rate),
        // error rates, as the values that were measured
        ErrorsFinding::BelowSuccess | ErrorsFinding::WithinLimits => {
            Some(1.0 - evidence.min_success_rate)
        }
        ErrorsFinding::TooFewRequests
        | ErrorsFinding::WorseThanStable
        | ErrorsFinding::WorseBefore
        | ErrorsFinding::WorseOnly
        | ErrorsFinding::NothingToCompare => None,
    };
    pb::GateResult {
        gate: "errors".to_owned(),
        canary: measured(evidence.canary),
        stable: evidence.stable.and_then(measured),
        threshold,
        canary_requests: evidence.canary.requests,
        stable_requests: evidence.stable.map_or(0, |stable| stable.requests),
        p_value: evidence.p,
        ..result
    }
}

fn latency(evidence: &LatencyEvidence, result: pb::GateResult) -> pb::GateResult {
    let (threshold, p_value) = match evidence.finding {
        LatencyFinding::Above { limit, p, .. }
        | LatencyFinding::MaybeAbove { limit, p, .. }
        | LatencyFinding::SharedOutage { limit, p }
        | LatencyFinding::AboveOnly { limit, p, .. } => (Some(milliseconds(limit)), Some(p)),
        LatencyFinding::TooFewLatencies
        | LatencyFinding::NothingToCompare
        | LatencyFinding::WithinLimits => (None, None),
    };
    let stable = evidence.stable;
    pb::GateResult {
        gate: "latency".to_owned(),
        canary: evidence.canary.p99.map(milliseconds),
        stable: stable.and_then(|stable| stable.p99).map(milliseconds),
        threshold,
        canary_requests: evidence.canary.count,
        stable_requests: stable.map_or(0, |stable| stable.count),
        p_value,
        ..result
    }
}

/// Of each arm the part that fares badly by which it was judged.
fn instances(evidence: &InstancesEvidence, result: pb::GateResult) -> pb::GateResult {
    let part = |of: Instances, bad: u64| {
        let all = of.instances;
        (all > 0).then(|| bad as f64 / all as f64)
    };
    let (canary, stable) = (evidence.canary, evidence.stable);
    pb::GateResult {
        gate: "instances".to_owned(),
        canary: part(canary, canary.least_bad()),
        stable: stable.and_then(|stable| part(stable, stable.most_bad())),
        p_value: evidence.p,
        canary_instances: Some(counts(canary)),
        stable_instances: stable.map(counts),
        ..result
    }
}

fn query(evidence: &QueryEvidence, result: pb::GateResult) -> pb::GateResult {
    pb::GateResult {
        gate: "query".to_owned(),
        name: evidence.gate.clone(),
        canary: evidence.canary,
        stable: evidence.stable,
        threshold: evidence.limit(),
        ..result
    }
}

fn counts(of: Instances) -> pb::InstanceCounts {
    let Instances {
        instances,
        failed,
        silent,
        restarting,
    } = of;
    pb::InstanceCounts {
        instances,
        failed,
        silent,
        restarting,
    }
}

fn verdict(verdict: Verdict) -> pb::Verdict {
    match verdict {
        Verdict::Pass => pb::Verdict::Pass,
        Verdict::NoData => pb::Verdict::NoData,
        Verdict::Inconclusive => pb::Verdict::Inconclusive,
        Verdict::Fail => pb::Verdict::Fail,
    }
}

fn slice(slice: &ClosedSlice) -> pb::Slice {
    let at = |elapsed: Duration| {
        let at = slice.effect_at.saturating_add(elapsed);
        timestamp(at.unwrap_or(Timestamp::MAX))
    };
    pb::Slice {
        number: slice.number,
        stage_index: slice.stage,
        started_at: Some(at(slice.judged.start)),
        closed_at: Some(at(slice.judged.end)),
        verdict: verdict(slice.judged.verdict()).into(),
        gates: gates(&slice.judged).collect(),
    }
}

fn open(measured: &Measured) -> Vec<pb::ArmFigures> {
    let observed = measured.analysis().observed();
    let arms = observed.flat_map(|(app, observed)| {
        let of = move |arm| figures(app, arm, observed.open(arm), observed.open_latency(arm));
        [Arm::Stable, Arm::Canary].map(of)
    });
    arms.collect()
}

fn total(measured: &Measured) -> Vec<pb::ArmFigures> {
    let arms = measured.totals().flat_map(|(app, totals)| {
        let of = move |arm| figures(app, arm, totals.of(arm).tally, &totals.of(arm).latency);
        [Arm::Stable, Arm::Canary].map(of)
    });
    arms.collect()
}

fn figures(app: &Application, arm: Arm, tally: Tally, latency: &Sketch) -> pb::ArmFigures {
    let quantile = |q| {
        let seconds = latency.quantile(q)?;
        Duration::try_from_secs_f64(seconds).ok().map(duration)
    };
    pb::ArmFigures {
        app: app.to_string(),
        arm: match arm {
            Arm::Stable => "stable",
            Arm::Canary => "canary",
        }
        .to_owned(),
        requests: tally.requests,
        errors: tally.errors,
        latency_p50: quantile(0.5),
        latency_p99: quantile(0.99),
    }
}

fn milliseconds(given: Duration) -> f64 {
    given.as_secs_f64() * MILLISECONDS
}
