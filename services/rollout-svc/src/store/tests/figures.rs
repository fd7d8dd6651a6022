//! Random measurements and verdicts.

use std::sync::Arc;

use proptest::{collection::vec, option, prelude::*};
use vortex_bucket::Arm;

use super::values::{
    application, no_value, number, on_failure, settings, share, sketch, span, text, time,
};
use crate::domain::{
    Action, AuditEntry, ClosedSlice, Measured, Place, StateKind, Total, Totals, Watermark,
    analysis::{
        Analysis, Cause, Comparison, Counts, ErrorsEvidence, ErrorsFinding, Figures, Finding,
        Instances, InstancesEvidence, InstancesFinding, Judged, LatencyEvidence, LatencyFinding,
        Limit, Observed, OpenSlice, QueryEvidence, QueryFinding, SequentialTest, SettingChange,
        Tail, Tally, WebhookEvidence, WebhookFinding,
    },
};

fn tally() -> impl Strategy<Value = Tally> {
    (any::<u64>(), any::<u64>()).prop_map(|(requests, errors)| Tally { requests, errors })
}

fn errors() -> impl Strategy<Value = ErrorsEvidence> {
    let findings = [
        ErrorsFinding::TooFewRequests,
        ErrorsFinding::AboveLimit,
        ErrorsFinding::WorseThanStable,
        ErrorsFinding::MaybeAboveLimit,
        ErrorsFinding::BelowSuccess,
        ErrorsFinding::WorseBefore,
        ErrorsFinding::NothingToCompare,
        ErrorsFinding::WithinLimits,
        ErrorsFinding::SharedOutage,
        ErrorsFinding::AboveLimitOnly,
        ErrorsFinding::WorseOnly,
    ];
    let comparison =
        (tally(), tally(), number(), number()).prop_map(|(canary, stable, evidence, needed)| {
            Comparison {
                canary,
                stable,
                evidence,
                needed,
            }
        });
    let arms = (tally(), option::of(tally()), option::of(comparison));
    let limits = (any::<u64>(), number(), number(), option::of(number()));
    (proptest::sample::select(findings.to_vec()), arms, limits).prop_map(
        |(finding, (canary, stable, comparison), limits)| {
            let (min_requests, max_error_rate, min_success_rate, p) = limits;
            ErrorsEvidence {
                finding,
                canary,
                stable,
                min_requests,
                max_error_rate,
                min_success_rate,
                p,
                comparison,
            }
        },
    )
}

fn latency() -> impl Strategy<Value = LatencyEvidence> {
    let exceeded = || (span(), option::of(number()), number());
    let finding = prop_oneof![
        Just(LatencyFinding::TooFewLatencies),
        Just(LatencyFinding::NothingToCompare),
        exceeded().prop_map(|(limit, ratio, p)| LatencyFinding::Above { limit, ratio, p }),
        exceeded().prop_map(|(limit, ratio, p)| LatencyFinding::MaybeAbove { limit, ratio, p }),
        exceeded().prop_map(|(limit, _, p)| LatencyFinding::SharedOutage { limit, p }),
        exceeded().prop_map(|(limit, ratio, p)| LatencyFinding::AboveOnly { limit, ratio, p }),
        Just(LatencyFinding::WithinLimits),
    ];
    let tail = || (any::<u64>(), option::of(span())).prop_map(|(count, p99)| Tail { count, p99 });
    (finding, tail(), option::of(tail()), any::<u64>()).prop_map(
        |(finding, canary, stable, min_requests)| LatencyEvidence {
            finding,
            canary,
            stable,
            min_requests,
        },
    )
}

fn query() -> impl Strategy<Value = QueryEvidence> {
    let arm = || prop_oneof![Just(Arm::Canary), Just(Arm::Stable)];
    let finding = prop_oneof![
        text().prop_map(QueryFinding::Unanswered),
        arm().prop_map(QueryFinding::Absent),
        arm().prop_map(QueryFinding::NotANumber),
        arm().prop_map(QueryFinding::Infinite),
        number().prop_map(QueryFinding::Above),
        number().prop_map(QueryFinding::Below),
        number().prop_map(QueryFinding::AboveStable),
        number().prop_map(QueryFinding::BelowStable),
        Just(QueryFinding::WithinLimits),
    ];
    let values = (option::of(number()), option::of(number()));
    (text(), finding, values, no_value()).prop_map(|(gate, finding, values, no_value)| {
        let (canary, stable) = values;
        QueryEvidence {
            gate,
            finding,
            canary,
            stable,
            no_value,
        }
    })
}

fn webhook() -> impl Strategy<Value = WebhookEvidence> {
    let findings = [
        WebhookFinding::Passes,
        WebhookFinding::Fails,
        WebhookFinding::Waits,
        WebhookFinding::Unanswered,
    ];
    let finding = proptest::sample::select(findings.to_vec());
    (text(), finding, text()).prop_map(|(gate, finding, message)| WebhookEvidence {
        gate,
        finding,
        message,
    })
}

fn instances() -> impl Strategy<Value = InstancesEvidence> {
    let findings = [
        InstancesFinding::NoAnswer,
        InstancesFinding::NoCanary,
        InstancesFinding::AllBad,
        InstancesFinding::WorseThanStable,
        InstancesFinding::MaybeWorse,
        InstancesFinding::SharedOutage,
        InstancesFinding::NotWorse,
    ];
    let arm = || {
        any::<[u64; 4]>().prop_map(|[instances, failed, silent, restarting]| Instances {
            instances,
            failed,
            silent,
            restarting,
        })
    };
    let finding = proptest::sample::select(findings.to_vec());
    (finding, arm(), option::of(arm()), option::of(number())).prop_map(
        |(finding, canary, stable, p)| InstancesEvidence {
            finding,
            canary,
            stable,
            p,
        },
    )
}

fn judged() -> impl Strategy<Value = Judged> {
    let finding = prop_oneof![
        errors().prop_map(Finding::Errors),
        latency().prop_map(Finding::Latency),
        instances().prop_map(Finding::Instances),
        query().prop_map(Finding::Query),
        webhook().prop_map(Finding::Webhook),
    ];
    (application(), span(), span(), vec(finding, 0..3)).prop_map(
        |(application, start, end, findings)| Judged {
            application,
            start,
            end,
            findings,
        },
    )
}

pub(super) fn slice() -> impl Strategy<Value = ClosedSlice> {
    (any::<u64>(), any::<u32>(), time(), judged()).prop_map(|(number, stage, effect_at, judged)| {
        ClosedSlice {
            number,
            stage,
            effect_at,
            judged,
        }
    })
}

pub(super) fn audit() -> impl Strategy<Value = AuditEntry> {
    let kinds = [
        StateKind::Created,
        StateKind::Running,
        StateKind::Paused,
        StateKind::Completed,
        StateKind::RolledBack,
    ];
    let kind = || proptest::sample::select(kinds.to_vec());
    let what = (
        proptest::sample::select(Action::ALL.to_vec()),
        option::of(kind()),
        kind(),
        any::<[Option<u32>; 2]>(),
        (option::of(share()), text()),
    );
    let rest = (
        any::<[u64; 2]>(),
        time(),
        text(),
        text(),
        vec(judged(), 0..3),
        vec(change(), 0..3),
    );
    (what, rest).prop_map(|(what, rest)| {
        let (action, from, to, [from_stage, to_stage], (share, share_reason)) = what;
        let ([number, generation], at, principal, reason, evidence, changes) = rest;
        AuditEntry {
            number,
            at,
            principal,
            action,
            from,
            to,
            from_stage,
            to_stage,
            share,
            share_reason,
            reason,
            evidence,
            generation,
            changes,
        }
    })
}

fn change() -> impl Strategy<Value = SettingChange> {
    (text(), text(), text()).prop_map(|(setting, from, to)| SettingChange { setting, from, to })
}

fn figures() -> impl Strategy<Value = Figures> {
    (tally(), sketch()).prop_map(|(tally, latency)| Figures { tally, latency })
}

fn observed() -> impl Strategy<Value = Observed> {
    let open = (span(), span(), figures(), figures(), any::<bool>()).prop_map(
        |(start, newest_report, canary, stable, stable_reports)| OpenSlice {
            start,
            newest_report,
            canary,
            stable,
            stable_reports,
        },
    );
    let test = (number(), vec(number(), 6), tally(), tally(), any::<bool>()).prop_map(
        |(needed, logs, canary, stable, crossed)| SequentialTest {
            needed,
            logs: logs.try_into().unwrap(),
            canary,
            stable,
            crossed,
        },
    );
    let counts = any::<[u32; 7]>().prop_map(
        |[
            failures,
            failures_in_a_row,
            inconclusive_in_a_row,
            no_data_in_a_row,
            shared_in_a_row,
            passes_in_a_row,
            unanswered_in_a_row,
        ]| Counts {
            failures,
            failures_in_a_row,
            inconclusive_in_a_row,
            no_data_in_a_row,
            shared_in_a_row,
            passes_in_a_row,
            unanswered_in_a_row,
        },
    );
    let limit = prop_oneof![
        any::<u32>().prop_map(Limit::ConsecutiveFailures),
        any::<u32>().prop_map(Limit::Failures),
        any::<u32>().prop_map(Limit::Inconclusive),
        any::<u32>().prop_map(Limit::NoData),
        any::<u32>().prop_map(Limit::SharedOutage),
        any::<u32>().prop_map(Limit::Unanswered),
    ];
    let cause = (limit, judged(), option::of(on_failure()));
    let cause = cause.prop_map(|(limit, slice, on_failure)| Cause {
        limit,
        slice,
        on_failure,
    });
    let newest = (option::of(judged()), option::of(cause), option::of(span()));
    let began_by = option::of(settings().prop_map(Arc::new));
    (open, any::<usize>(), test, counts, newest, began_by).prop_map(
        |(open, parts, test, counts, (newest, cause, heard), began_by)| Observed {
            open,
            parts,
            test,
            counts,
            newest,
            cause,
            heard,
            began_by,
            sighting: None,
            answers: None,
        },
    )
}

pub(super) fn measured() -> impl Strategy<Value = Measured> {
    let applications = vec((application(), observed()), 0..3);
    let total = || (tally(), sketch()).prop_map(|(tally, latency)| Total { tally, latency });
    let totals = (total(), total()).prop_map(|(canary, stable)| Totals { canary, stable });
    let totals = vec((application(), totals), 0..3);
    let seen = vec(any::<u64>(), 0..5);
    let watermark = (any::<[u64; 2]>(), any::<u32>(), time());
    let watermark = watermark.prop_map(|([boot, sequence], part, at)| Watermark {
        place: Place {
            boot,
            sequence,
            part,
        },
        at,
    });
    let windows = vec((text(), watermark), 0..3);
    (
        any::<u32>(),
        applications,
        span(),
        totals,
        any::<u64>(),
        (seen, windows),
    )
        .prop_map(
            |(tests, applications, counted_from, totals, closed, (seen, windows))| Measured {
                analysis: Analysis {
                    tests,
                    applications: applications.into_iter().collect(),
                },
                counted_from,
                totals: totals.into_iter().collect(),
                closed,
                seen: seen.into_iter().collect(),
                windows: windows.into_iter().collect(),
                slices: Default::default(),
            },
        )
}
