//! Reads rollout-svc's own counters.

use std::{collections::BTreeMap, fmt::Write as _};
use vortex_tests::{Mesh, ServiceName};

/// Its metrics, by name and labels.
pub(crate) struct Counts(BTreeMap<String, f64>);

impl Counts {
    pub(crate) async fn read(mesh: &Mesh) -> Self {
        let metrics = format!(
            "http://{}/metrics",
            mesh.services[ServiceName::Rollout].admin
        );
        let answer = reqwest::get(metrics).await.expect("metrics");
        let text = answer.text().await.expect("text");
        let line = |line: &str| {
            let (name, value) = line.rsplit_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        };
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(lines.filter_map(line).collect())
    }

    /// Which slices were judged and which transitions made since then.
    pub(crate) fn since(&self, before: &Self) -> String {
        let told = [
            "vortex_rollout_verdicts_total",
            "vortex_rollout_transitions_total",
        ];
        let mut text = String::new();
        for (name, value) in &self.0 {
            let more = value - before.0.get(name).copied().unwrap_or_default();
            if more > 0.0 && told.iter().any(|told| name.starts_with(told)) {
                let _ = write!(text, "{name} +{more}  ");
            }
        }
        text
    }

    /// How many rollouts are in which state.
    pub(crate) fn standing(&self) -> String {
        let states = self.0.iter();
        let states = states.filter(|(name, _)| name.starts_with("vortex_rollouts{"));
        states.fold(String::new(), |mut text, (name, value)| {
            let _ = write!(text, "{name} {value}  ");
            text
        })
    }
}
