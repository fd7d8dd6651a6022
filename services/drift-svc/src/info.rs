//! Metric series that are computed when they are scraped.

use std::collections::BTreeMap;

use vortex_kit::telemetry::{Metrics, Sample};

use crate::{
    alerts::Alerts,
    domain::{Cause, Standing, State},
    registry::Registry,
};

/// The most applications and profiles that have series: the first ones by name.
const TOLD: usize = 1_000;

/// Registers the metrics of fleets and of alerts.
pub(crate) fn tell(registry: &Registry, alerts: &Alerts, metrics: &Metrics) {
    let told = registry.clone();
    let help = "Instances that report, by application, profile and state; of the first 1,000";
    metrics.live("vortex_instances", help, move || instances(&told));
    let told = registry.clone();
    let help = "The part of those that are heard that drifted, failed or run an unknown version";
    metrics.live("vortex_drift_ratio", help, move || ratios(&told));
    let told = registry.clone();
    let help = "Instances that report, all together";
    metrics.live("vortex_registry_instances", help, move || {
        vec![Sample::plain(told.len() as f64)]
    });
    let told = alerts.clone();
    let help = "Alerts that fire, by cause";
    metrics.live("vortex_alerts_firing", help, move || firing(&told));
    let told = alerts.clone();
    let help = "Bytes that the store takes on disk";
    metrics.live("vortex_store_bytes", help, move || {
        vec![Sample::plain(told.store().bytes() as f64)]
    });
}

/// How many are in each state, by application and profiles: labels are added up.
fn by_profile(registry: &Registry) -> BTreeMap<(String, String), [u32; 8]> {
    let mut all: BTreeMap<(String, String), [u32; 8]> = BTreeMap::new();
    for tracked in registry.fleets() {
        let name = &tracked.name;
        let key = (name.app().to_owned(), name.profile_list());
        if all.len() >= TOLD && !all.contains_key(&key) {
            break;
        }
        let states = tracked.kept().roster.states();
        let sums = all.entry(key).or_default();
        sums.iter_mut()
            .zip(states)
            .for_each(|(sum, count)| *sum += count);
    }
    all
}

fn labels(app: &str, profile: &str) -> Vec<(&'static str, String)> {
    vec![("app", app.to_owned()), ("profile", profile.to_owned())]
}

fn instances(registry: &Registry) -> Vec<Sample> {
    let all = by_profile(registry).into_iter();
    let samples = all.flat_map(|((app, profile), states)| {
        let counts = State::ALL.into_iter().zip(states);
        counts.map(move |(state, count)| {
            let mut labels = labels(&app, &profile);
            labels.push(("state", state.name().to_owned()));
            Sample {
                labels,
                value: count.into(),
            }
        })
    });
    samples.collect()
}

fn ratios(registry: &Registry) -> Vec<Sample> {
    let all = by_profile(registry).into_iter();
    let samples = all.map(|((app, profile), states)| Sample {
        labels: labels(&app, &profile),
        value: Standing::ratio_of(&states),
    });
    samples.collect()
}

fn firing(alerts: &Alerts) -> Vec<Sample> {
    let book = alerts.book();
    let samples = Cause::ALL.map(|cause| Sample {
        labels: vec![("cause", cause.name().to_owned())],
        value: book
            .all_firing()
            .filter(|alert| alert.cause == cause)
            .count() as f64,
    });
    samples.into()
}
