//! `vortex_rollout_info`: which rollouts are under way, for dashboards and alerts to join on.

use vortex_kit::telemetry::{Metrics, Sample};

use crate::{domain::Rollout, engine::Rollouts};

/// Series at most: of the newest rollouts.
const TOLD: usize = 1_000;

/// Tells of rollouts that have started and not ended, one series for each application.
pub(crate) fn tell(rollouts: &Rollouts, metrics: &Metrics) {
    let help = "Always 1; rollouts that are under way, and the stage each is at, from 0";
    let rollouts = rollouts.clone();
    metrics.live("vortex_rollout_info", help, move || {
        let under_way = rollouts.under_way(TOLD);
        let samples = under_way.iter().flat_map(|found| samples(found));
        samples.take(TOLD).collect()
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
