//! Metric series per active rollout: `vortex_rollout_info`, for dashboards and alerts to join on,
//! and its distinct keys.

use vortex_kit::telemetry::{Metrics, Sample};

use crate::{
    domain::{Rollout, analysis::SeenKeys},
    engine::Rollouts,
};

/// Series at most: of the newest rollouts.
const TOLD: usize = 1_000;

/// Tells of rollouts that have started and not ended, one series for each application; and of the
/// keys of each.
pub(crate) fn tell(rollouts: &Rollouts, metrics: &Metrics) {
    let help = "Always 1; rollouts that are under way, and the stage each is at, from 0";
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
    let help = "1 while the arms of a rollout have other parts of its keys than their shares";
    let name = "vortex_rollout_sample_ratio_mismatch";
    tell_keys(rollouts, metrics, name, help, |keys| {
        let is_mismatch = keys.mismatch().is_some();
        vec![(None, f64::from(u8::from(is_mismatch)))]
    });
}

/// Tells values of the keys of each rollout, each of one arm or of both.
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
        // files of a source don't say
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
