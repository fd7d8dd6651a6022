//! Random values of all that is stored, with every case of every enum among them.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use proptest::{collection::vec, option, prelude::*};
use vortex_bucket::{Forced, Share};
use vortex_sketch::Sketch;

use crate::domain::{
    Breaker, Completed, Detached, Gates, Hold, Moment, Motion, Paused, Query, Raised, Refusal,
    Removal, Reset, RolledBack, RolloutId, Running, Spec, Stage, Stages, Standing, State,
    Strategy as Staged, Unit, Webhook,
    analysis::{Application, Baseline, NoValue, OnFailure, QueryLimits, Settings, Thresholds},
};

pub(super) fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z0-9 .\"äß😀-]{1,12}"]
}

pub(super) fn name() -> impl Strategy<Value = String> {
    "[a-z0-9._-]{1,12}"
}

pub(super) fn id() -> impl Strategy<Value = RolloutId> {
    (0..1_u64 << 50, any::<u64>())
        .prop_map(|(millisecond, random)| RolloutId::new(millisecond, random))
}

pub(super) fn application() -> impl Strategy<Value = Application> {
    name().prop_map(Application::new)
}

pub(super) fn share() -> impl Strategy<Value = Share> {
    (0..=10_000_u16).prop_map(|hundredths| Share::from_hundredths(hundredths).unwrap())
}

pub(super) fn time() -> impl Strategy<Value = Timestamp> {
    let second = prop_oneof![1_600_000_000..2_000_000_000_i64, -1_000..1_000_i64];
    (second, 0..1_000_000_000_i32).prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
}

pub(super) fn span() -> impl Strategy<Value = Duration> {
    (0..10_000_000_u64, 0..1_000_000_000_u32).prop_map(|(second, nano)| Duration::new(second, nano))
}

pub(super) fn moment() -> impl Strategy<Value = Moment> {
    (time(), time()).prop_map(|(wall, steady)| Moment { wall, steady })
}

/// A number that is not NaN, however odd.
pub(super) fn number() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO
}

pub(super) fn sketch() -> impl Strategy<Value = Sketch> {
    let more = prop_oneof![Just(0.0), 0.0..1e9_f64];
    (vec(span(), 0..50), more).prop_map(|(latencies, more)| {
        let mut sketch = Sketch::default();
        sketch.extend(latencies);
        let mut bins = sketch.bins();
        bins.zero += more;
        bins.counts.iter_mut().for_each(|count| *count += more);
        Sketch::from_bins(bins).unwrap()
    })
}

pub(super) fn spec() -> impl Strategy<Value = Spec> {
    let strategy = prop_oneof![
        Just(Some(Staged::Conservative)),
        Just(Some(Staged::Aggressive)),
        Just(Some(Staged::Immediate)),
        Just(None),
    ];
    let names = (id(), text(), text(), any::<u64>(), text(), text(), text());
    let plan = (
        strategy,
        stages(),
        prop_oneof![Just(Unit::Instance), Just(Unit::Subject)],
        settings(),
        (any::<[bool; 3]>(), any::<u32>(), gates()),
    );
    let more = (
        vec(application(), 0..3),
        vec(text(), 0..3),
        moment(),
        option::of(id()),
        option::of(text()),
        forced(),
    );
    (names, documents(), plan, more).prop_map(|(names, documents, plan, more)| {
        let (id, label, change, change_sequence, from_version, description, principal) = names;
        let (paths, written_for, baseline) = documents;
        let (strategy, stages, unit, settings, flags) = plan;
        let ([auto_promote, force, way_back], min_instances, gates) = flags;
        let (apps, stable_versions, created, reverts, source, forced) = more;
        Spec {
            id,
            label,
            change,
            change_sequence,
            paths,
            written_for,
            apps,
            from_version,
            stable_versions,
            strategy,
            stages,
            unit,
            auto_promote,
            settings,
            description,
            principal,
            created,
            reverts,
            source,
            baseline,
            force,
            forced,
            way_back,
            min_instances,
            gates,
        }
    })
}

pub(super) fn no_value() -> impl Strategy<Value = NoValue> {
    prop_oneof![
        Just(NoValue::Hold),
        Just(NoValue::Fail),
        Just(NoValue::Ignore)
    ]
}

fn gates() -> impl Strategy<Value = Gates> {
    let limit = || option::of(number());
    let limits = (limit(), limit(), limit(), limit(), number());
    let limits = limits.prop_map(|(min, max, min_ratio, max_ratio, margin)| QueryLimits {
        min,
        max,
        min_ratio,
        max_ratio,
        margin,
    });
    let asked = prop_oneof![Just("x"), Just(r#"x{a="{{arm}}",b='{{app}}'}"#)];
    let query = (asked, name(), name(), limits, no_value());
    let query = query.prop_map(|(text, name, provider, limits, no_value)| Query {
        name,
        provider,
        text: text.parse().unwrap(),
        limits,
        no_value,
    });
    let webhook = (name(), text()).prop_map(|(name, url)| Webhook { name, url });
    (vec(query, 0..3), vec(webhook, 0..3))
        .prop_map(|(queries, webhooks)| Gates { queries, webhooks })
}

fn forced() -> impl Strategy<Value = Forced> {
    (vec("a[a-zß]{0,8}", 0..3), vec("b[a-zß]{0,8}", 0..3))
        .prop_map(|(include, exclude)| Forced::new(include, exclude).unwrap())
}

type Documents = (Vec<String>, Vec<Option<Application>>, Option<Vec<u64>>);

fn documents() -> impl Strategy<Value = Documents> {
    let documents = vec((text(), option::of(application()), any::<u64>()), 1..4);
    (documents, any::<bool>()).prop_map(|(documents, known)| {
        let baseline = documents.iter().map(|(_, _, position)| *position).collect();
        let (paths, written_for) = documents
            .into_iter()
            .map(|(path, application, _)| (path, application))
            .unzip();
        (paths, written_for, known.then_some(baseline))
    })
}

fn stages() -> impl Strategy<Value = Stages> {
    let shares = proptest::collection::btree_set(1..10_000_u16, 0..4);
    (shares, vec((text(), span()), 5)).prop_map(|(shares, others)| {
        let shares = shares.into_iter().chain([10_000]);
        let stage = |(hundredths, (name, min_duration))| Stage {
            name,
            share: Share::from_hundredths(hundredths).unwrap(),
            min_duration,
        };
        Stages::restored(shares.zip(others).map(stage).collect()).unwrap()
    })
}

fn baseline() -> impl Strategy<Value = Baseline> {
    prop_oneof![
        Just(Baseline::Either),
        Just(Baseline::Absolute),
        Just(Baseline::Relative),
        Just(Baseline::Both),
    ]
}

pub(super) fn on_failure() -> impl Strategy<Value = OnFailure> {
    prop_oneof![Just(OnFailure::RollBack), Just(OnFailure::Pause)]
}

pub(super) fn settings() -> impl Strategy<Value = Settings> {
    let thresholds = (number(), number(), number(), option::of(span()));
    let later = (baseline(), baseline(), on_failure());
    (span(), any::<u64>(), any::<[u32; 5]>(), thresholds, later).prop_map(
        |(interval, min_requests, limits, thresholds, later)| {
            let (errors_baseline, latency_baseline, on_failure) = later;
            let [
                consecutive_failures,
                max_failures,
                inconclusive_limit,
                no_data_limit,
                resume_after_passes,
            ] = limits;
            let (max_error_rate, min_success_rate, max_latency_ratio, max_latency_p99) = thresholds;
            Settings {
                interval,
                min_requests,
                consecutive_failures,
                max_failures,
                inconclusive_limit,
                no_data_limit,
                on_failure,
                resume_after_passes,
                thresholds: Thresholds {
                    errors_baseline,
                    latency_baseline,
                    max_error_rate,
                    min_success_rate,
                    max_latency_ratio,
                    max_latency_p99,
                },
            }
        },
    )
}

pub(super) fn standing() -> impl Strategy<Value = Standing> {
    let edited = option::of(settings().prop_map(Arc::new));
    let raised = (share(), any::<u32>(), any::<u64>());
    let raised = option::of(raised.prop_map(|(share, wanted, known)| Raised {
        share,
        wanted,
        known,
    }));
    (state(), any::<[u64; 3]>(), moment(), edited, raised).prop_map(
        |(state, [generation, revision, audits], updated, edited, raised)| Standing {
            state,
            // reading version 1 raises the generation of some rollouts by one
            generation: generation / 2,
            revision,
            audits,
            updated,
            edited,
            raised,
        },
    )
}

fn state() -> impl Strategy<Value = State> {
    let settled = || moment().prop_map(|since| Motion::Settled { since });
    let motion = prop_oneof![Just(Motion::Moving), settled(), Just(Motion::Releasing)];
    let settled = moment().prop_map(|since| Hold::Settled { since });
    let hold = prop_oneof![Just(Hold::Moving), settled];
    let running = (any::<u32>(), share(), motion).prop_map(|(stage, in_force, motion)| Running {
        stage,
        in_force,
        motion,
    });
    let paused = (any::<u32>(), share(), hold, text(), any::<bool>());
    let paused = paused.prop_map(|(stage, in_force, hold, why, clears)| Paused {
        stage,
        in_force,
        hold,
        why,
        clears,
    });
    let completed = (any::<u32>(), moment()).prop_map(|(stage, at)| Completed { stage, at });
    prop_oneof![
        Just(State::Created),
        running.prop_map(State::Running),
        paused.prop_map(State::Paused),
        completed.prop_map(State::Completed),
        rolled_back().prop_map(State::RolledBack),
    ]
}

fn rolled_back() -> impl Strategy<Value = RolledBack> {
    let removal = prop_oneof![
        Just(Removal::Pending),
        Just(Removal::Confirmed),
        text().prop_map(|why| Removal::Refused(Detached { why })),
    ];
    let refusal = (
        text(),
        text(),
        proptest::collection::btree_map(text(), text(), 0..3),
    );
    let refusal = refusal.prop_map(|(reason, message, facts): (_, _, BTreeMap<_, _>)| Refusal {
        reason,
        message,
        facts,
    });
    let all = (
        any::<u32>(),
        share(),
        moment(),
        removal,
        text(),
        option::of(refusal),
    );
    all.prop_map(
        |(stage, from_share, at, removal, why, start_refused)| RolledBack {
            stage,
            from_share,
            at,
            removal,
            why,
            start_refused,
        },
    )
}

pub(super) fn breaker() -> impl Strategy<Value = Breaker> {
    let reset = (text(), moment(), text()).prop_map(|(by, at, reason)| Reset { by, at, reason });
    let rollbacks = vec((id(), moment()), 0..3);
    (rollbacks, option::of(moment()), option::of(reset)).prop_map(|(rollbacks, opened, reset)| {
        Breaker {
            rollbacks,
            opened,
            reset,
        }
    })
}
