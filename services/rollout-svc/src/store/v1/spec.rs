//! `spec/<id>/<n>`

use serde::Deserialize;

use super::{
    basics::{Moment, Span},
    v2,
};

#[derive(Deserialize)]
pub(in crate::store) struct Spec {
    id: String,
    label: String,
    change: String,
    change_sequence: u64,
    paths: Vec<String>,
    /// Not written by the first programs.
    #[serde(default)]
    written_for: Vec<Option<String>>,
    apps: Vec<String>,
    from_version: String,
    /// Not written by the first programs.
    #[serde(default)]
    stable_versions: Vec<String>,
    strategy: Strategy,
    stages: Vec<Stage>,
    unit: Unit,
    auto_promote: bool,
    auto_rollback: bool,
    settings: Settings,
    description: String,
    principal: String,
    created: Moment,
    reverts: Option<String>,
    source: Option<String>,
    /// Not written by the first programs.
    #[serde(default)]
    baseline: Option<Vec<u64>>,
    /// Not written by the first programs.
    #[serde(default)]
    force: bool,
}

#[derive(Deserialize)]
enum Strategy {
    Conservative,
    Aggressive,
    Immediate,
    Custom,
}

#[derive(Deserialize)]
enum Unit {
    Instance,
    Subject,
}

#[derive(Deserialize)]
struct Stage {
    name: String,
    share: u16,
    min_duration: Span,
}

#[derive(Deserialize)]
struct Settings {
    interval: Span,
    min_requests: u64,
    consecutive_failures: u32,
    max_failures: u32,
    inconclusive_limit: u32,
    no_data_limit: u32,
    thresholds: Thresholds,
}

#[derive(Deserialize)]
struct Thresholds {
    max_error_rate: f64,
    min_success_rate: f64,
    max_latency_ratio: f64,
    max_latency_p99: Option<Span>,
}

impl From<Spec> for v2::Spec {
    fn from(spec: Spec) -> Self {
        let owners = spec.written_for.into_iter().chain(std::iter::repeat(None));
        let baselines = match spec.baseline {
            Some(known) => known.into_iter().map(Some).collect(),
            None => vec![None; spec.paths.len()],
        };
        let documents = spec.paths.into_iter().zip(owners).zip(baselines);
        let document = |((path, application), baseline)| v2::Document {
            path,
            application,
            baseline,
        };
        let strategy = match spec.strategy {
            Strategy::Conservative => v2::Strategy::Conservative,
            Strategy::Aggressive => v2::Strategy::Aggressive,
            Strategy::Immediate => v2::Strategy::Immediate,
            Strategy::Custom => v2::Strategy::Custom,
        };
        let unit = match spec.unit {
            Unit::Instance => v2::Unit::Instance,
            Unit::Subject => v2::Unit::Subject,
        };
        Self {
            id: spec.id,
            label: spec.label,
            change: spec.change,
            change_sequence: spec.change_sequence,
            documents: documents.map(document).collect(),
            applications: spec.apps,
            from_version: spec.from_version,
            stable_versions: spec.stable_versions,
            strategy: strategy.into(),
            stages: spec.stages.into_iter().map(v2::Stage::from).collect(),
            unit: unit.into(),
            auto_promote: spec.auto_promote,
            auto_rollback: spec.auto_rollback,
            settings: Some(spec.settings.into()),
            description: spec.description,
            principal: spec.principal,
            created: Some(spec.created.into()),
            reverts: spec.reverts,
            source: spec.source,
            force: spec.force,
            include: Vec::new(),
            exclude: Vec::new(),
            way_back: false,
            min_instances: 0,
            queries: Vec::new(),
            webhooks: Vec::new(),
        }
    }
}

impl From<Stage> for v2::Stage {
    fn from(stage: Stage) -> Self {
        Self {
            name: stage.name,
            share: stage.share.into(),
            min_duration: Some(stage.min_duration.into()),
        }
    }
}

impl From<Settings> for v2::AnalysisSettings {
    fn from(settings: Settings) -> Self {
        let thresholds = settings.thresholds;
        Self {
            interval: Some(settings.interval.into()),
            min_requests: settings.min_requests,
            consecutive_failures: settings.consecutive_failures,
            max_failures: settings.max_failures,
            inconclusive_limit: settings.inconclusive_limit,
            no_data_limit: settings.no_data_limit,
            max_error_rate: thresholds.max_error_rate,
            min_success_rate: thresholds.min_success_rate,
            max_latency_ratio: thresholds.max_latency_ratio,
            max_latency_p99: thresholds.max_latency_p99.map(Into::into),
            ..Self::default()
        }
    }
}
