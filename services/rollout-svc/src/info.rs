//! Metric series that are computed when they are scraped: the numbers of rollouts by state, and for
//! each active rollout its distinct keys and `vortex_rollout_info`, for dashboards and alerts to
//! join on.

use vortex_kit::telemetry::{Metrics, Sample};

use crate::{
    domain::{Rollout, StateKind, analysis::SeenKeys},
    engine::Rollouts,
};

/// The maximum number of series: those of the newest rollouts.
const TOLD: usize = 1_000;

/// Registers the metrics of all rollouts together, and those of each active rollout: one series for
/// each application, and its keys.
pub(crate) fn tell(rollouts: &Rollouts, metrics: &Metrics) {
    tell_standing(rollouts, metrics);
    let help = "Always 1; the rollouts under way, with the stage that each is at, from 0";
    let told = rollouts.clone();
    metrics.live("vortex_rollout_info", help, move || {
        let under_way = told.under_way(TOLD);
        let samples = under_way.iter().flat_map(|found| samples(&found.rollout()));
        samples.take(TOLD).collect()
    });
    let help = "Distinct keys that have read what a rollout under way concerns, by arm";
    tell_keys(rollouts, metrics, "vortex_rollout_keys", help, |keys| {
        let of = |arm, keys: u64| (Some(arm), keys as f64);
        vec![
            of("canary", keys.canary.keys()),
            of("stable", keys.stable.keys()),
        ]
    });
    let help = "1 while the keys of a rollout are not spread over the arms as its share asks for";
    let name = "vortex_rollout_sample_ratio_mismatch";
    tell_keys(rollouts, metrics, name, help, |keys| {
        let is_mismatch = keys.mismatch().is_some();
        vec![(None, f64::from(u8::from(is_mismatch)))]
    });
}

/// Registers the metrics of all rollouts together.
fn tell_standing(rollouts: &Rollouts, metrics: &Metrics) {
    let told = rollouts.clone();
    let help = "Rollouts that are kept, by state";
    metrics.live("vortex_rollouts", help, move || by_state(&told));
    let gauge = |name, help, value: fn(&Rollouts) -> f64| {
        let told = rollouts.clone();
        metrics.live(name, help, move || vec![Sample::plain(value(&told))]);
    };
    let help = "1 while the breaker is open: nothing starts or promotes by itself";
    gauge("vortex_breaker_open", help, |rollouts| {
        f64::from(u8::from(rollouts.breaker().is_open()))
    });
    let help = "Rollouts whose last effect config-svc has not confirmed";
    gauge("vortex_outbox_depth", help, |rollouts| {
        let entries = rollouts.entries().into_iter();
        let pending = entries.filter(|entry| entry.rollout().pending().is_some());
        pending.count() as f64
    });
    let help = "Bytes that the store takes on disk";
    gauge("vortex_store_bytes", help, |rollouts| {
        rollouts.store().bytes() as f64
    });
}

/// One series for each state, including those without rollouts.
fn by_state(rollouts: &Rollouts) -> Vec<Sample> {
    let mut counts = StateKind::ALL.map(|kind| (kind, 0_u32));
    for entry in rollouts.entries() {
        let kind = entry.rollout().kind();
        let of_kind = counts.iter_mut().filter(|(counted, _)| *counted == kind);
        of_kind.for_each(|(_, count)| *count += 1);
    }
    let sample = |(kind, count): (StateKind, u32)| Sample {
        labels: vec![("state", kind.name().to_owned())],
        value: f64::from(count),
    };
    counts.map(sample).into()
}

/// Registers a metric of the keys of each rollout, for one arm or for both.
fn tell_keys(
    rollouts: &Rollouts,
    metrics: &Metrics,
    name: &'static str,
    help: &'static str,
    values: impl Fn(SeenKeys) -> Vec<(Option<&'static str>, f64)> + Send + Sync + 'static,
) {
    let rollouts = rollouts.clone();
    metrics.live(name, help, move || {
        let under_way = rollouts.under_way(TOLD).into_iter();
        let known =
            under_way.filter_map(|entry| Some((entry.rollout().id().clone(), entry.keys()?)));
        let samples = known.flat_map(|(id, keys)| {
            values(keys).into_iter().map(move |(arm, value)| Sample {
                labels: [("id", id.to_string())]
                    .into_iter()
                    .chain(arm.map(|arm| ("arm", arm.to_owned())))
                    .collect(),
                value,
            })
        });
        samples.collect()
    });
}

fn samples(rollout: &Rollout) -> Vec<Sample> {
    let apps = rollout.spec.apps.iter().map(ToString::to_string);
    let mut apps: Vec<String> = apps.collect();
    if apps.is_empty() {
        // a source's files don't say their application
        apps.push(String::new());
    }
    let stage = rollout.state().stage().unwrap_or_default();
    let sample = |app| Sample {
        labels: vec![
            ("id", rollout.id().to_string()),
            ("app", app),
            ("label", rollout.spec.label.clone()),
            ("change", rollout.spec.change.clone()),
            ("state", rollout.kind().name().to_owned()),
            ("stage", stage.to_string()),
        ],
        value: 1.0,
    };
    apps.into_iter().map(sample).collect()
}
