//! Translates the part of a rollout that never changes.

use vortex_bucket::Forced;

use super::{
    Invalid, all, applications, from_share, from_span, gates::gates, id, must, pb, same_cases,
    share, span,
};
use crate::{
    domain::{
        Spec, Stage, Stages, Strategy, Unit,
        analysis::{Application, Baseline, OnFailure, Settings, Thresholds},
    },
    store::{codec::Stored, v1},
};

same_cases!(Unit, pb::Unit, "a unit", Instance, Subject);

impl Stored for Spec {
    type Message = pb::Spec;
    type V1 = v1::Spec;
}

impl From<&Spec> for pb::Spec {
    fn from(spec: &Spec) -> Self {
        let Spec {
            id,
            label,
            change,
            change_sequence,
            paths: _,
            written_for: _,
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
            baseline: _,
            force,
            forced,
            way_back,
            min_instances,
            gates,
        } = spec;
        // `auto_rollback` says what failures lead to
        let stored_settings = pb::AnalysisSettings {
            pauses_on_failure: false,
            ..settings.into()
        };
        Self {
            id: id.to_string(),
            label: label.clone(),
            change: change.clone(),
            change_sequence: *change_sequence,
            documents: documents(spec),
            applications: apps.iter().map(Application::to_string).collect(),
            from_version: from_version.clone(),
            stable_versions: stable_versions.clone(),
            strategy: stored_strategy(*strategy).into(),
            stages: stages.iter().map(pb::Stage::from).collect(),
            unit: pb::Unit::from(*unit).into(),
            auto_promote: *auto_promote,
            auto_rollback: settings.on_failure == OnFailure::RollBack,
            settings: Some(stored_settings),
            description: description.clone(),
            principal: principal.clone(),
            created: Some((*created).into()),
            reverts: reverts.as_ref().map(ToString::to_string),
            source: source.clone(),
            force: *force,
            include: forced.include().map(str::to_owned).collect(),
            exclude: forced.exclude().map(str::to_owned).collect(),
            way_back: *way_back,
            min_instances: *min_instances,
            queries: gates.queries.iter().map(pb::Query::from).collect(),
            webhooks: gates.webhooks.iter().map(pb::Webhook::from).collect(),
        }
    }
}

fn stored_strategy(strategy: Option<Strategy>) -> pb::Strategy {
    match strategy {
        Some(Strategy::Conservative) => pb::Strategy::Conservative,
        Some(Strategy::Aggressive) => pb::Strategy::Aggressive,
        Some(Strategy::Immediate) => pb::Strategy::Immediate,
        None => pb::Strategy::Custom,
    }
}

fn from_stored_strategy(stored: pb::Strategy) -> Result<Option<Strategy>, Invalid> {
    match stored {
        pb::Strategy::Conservative => Ok(Some(Strategy::Conservative)),
        pb::Strategy::Aggressive => Ok(Some(Strategy::Aggressive)),
        pb::Strategy::Immediate => Ok(Some(Strategy::Immediate)),
        pb::Strategy::Custom => Ok(None),
        pb::Strategy::Unspecified => Err(Invalid::NotAllowed("a strategy")),
    }
}

fn documents(spec: &Spec) -> Vec<pb::Document> {
    let baseline = spec.baseline.as_ref();
    let document = |(index, path): (usize, &String)| pb::Document {
        path: path.clone(),
        application: spec
            .written_for
            .get(index)
            .and_then(Option::as_ref)
            .map(Application::to_string),
        baseline: baseline.and_then(|baseline| baseline.get(index).copied()),
    };
    spec.paths.iter().enumerate().map(document).collect()
}

impl TryFrom<pb::Spec> for Spec {
    type Error = Invalid;

    fn try_from(stored: pb::Spec) -> Result<Self, Invalid> {
        let (strategy, unit) = (stored.strategy(), stored.unit());
        let baseline: Vec<u64> = stored
            .documents
            .iter()
            .filter_map(|document| document.baseline)
            .collect();
        if !baseline.is_empty() && baseline.len() != stored.documents.len() {
            return Err(Invalid::Missing("a document's baseline"));
        }
        let documents = stored.documents.into_iter();
        let (paths, written_for) = documents
            .map(|document| (document.path, document.application.map(Application::new)))
            .unzip();
        let stages = Stages::restored(all(stored.stages)?);
        let mut settings: Settings = must(stored.settings, "the settings of the analysis")?;
        settings.on_failure = match stored.auto_rollback {
            true => OnFailure::RollBack,
            false => OnFailure::Pause,
        };
        Ok(Self {
            id: id(&stored.id)?,
            label: stored.label,
            change: stored.change,
            change_sequence: stored.change_sequence,
            paths,
            written_for,
            apps: applications(stored.applications),
            from_version: stored.from_version,
            stable_versions: stored.stable_versions,
            strategy: from_stored_strategy(strategy)?,
            stages: stages.ok_or(Invalid::NotAllowed("the list of stages"))?,
            unit: unit.try_into()?,
            auto_promote: stored.auto_promote,
            settings,
            description: stored.description,
            principal: stored.principal,
            created: must(stored.created, "the time of the creation")?,
            reverts: stored.reverts.as_deref().map(id).transpose()?,
            source: stored.source,
            baseline: (!baseline.is_empty()).then_some(baseline),
            force: stored.force,
            forced: Forced::new(stored.include, stored.exclude)
                .map_err(|_| Invalid::NotAllowed("the forced keys"))?,
            way_back: stored.way_back,
            min_instances: stored.min_instances,
            gates: gates(stored.queries, stored.webhooks)?,
        })
    }
}

impl From<&Stage> for pb::Stage {
    fn from(stage: &Stage) -> Self {
        let Stage {
            name,
            share,
            min_duration,
        } = stage;
        Self {
            name: name.clone(),
            share: from_share(*share),
            min_duration: Some(from_span(*min_duration)),
        }
    }
}

impl TryFrom<pb::Stage> for Stage {
    type Error = Invalid;

    fn try_from(stored: pb::Stage) -> Result<Self, Invalid> {
        Ok(Self {
            name: stored.name,
            share: share(stored.share)?,
            min_duration: span(stored.min_duration, "a stage's duration")?,
        })
    }
}

impl From<&Settings> for pb::AnalysisSettings {
    fn from(settings: &Settings) -> Self {
        let Settings {
            interval,
            min_requests,
            consecutive_failures,
            max_failures,
            inconclusive_limit,
            no_data_limit,
            on_failure,
            resume_after_passes,
            thresholds,
        } = settings;
        let Thresholds {
            errors_baseline,
            latency_baseline,
            max_error_rate,
            min_success_rate,
            max_latency_ratio,
            max_latency_p99,
        } = thresholds;
        Self {
            interval: Some(from_span(*interval)),
            min_requests: *min_requests,
            consecutive_failures: *consecutive_failures,
            max_failures: *max_failures,
            inconclusive_limit: *inconclusive_limit,
            no_data_limit: *no_data_limit,
            max_error_rate: *max_error_rate,
            min_success_rate: *min_success_rate,
            max_latency_ratio: *max_latency_ratio,
            max_latency_p99: max_latency_p99.map(from_span),
            errors_baseline: pb::Baseline::from(*errors_baseline).into(),
            latency_baseline: pb::Baseline::from(*latency_baseline).into(),
            pauses_on_failure: *on_failure == OnFailure::Pause,
            resume_after_passes: *resume_after_passes,
        }
    }
}

impl TryFrom<pb::AnalysisSettings> for Settings {
    type Error = Invalid;

    fn try_from(stored: pb::AnalysisSettings) -> Result<Self, Invalid> {
        let p99 = stored.max_latency_p99;
        let baseline = |stored| {
            pb::Baseline::try_from(stored)
                .map(Baseline::from)
                .map_err(|_| Invalid::NotAllowed("a baseline"))
        };
        Ok(Self {
            interval: span(stored.interval, "an interval")?,
            min_requests: stored.min_requests,
            consecutive_failures: stored.consecutive_failures,
            max_failures: stored.max_failures,
            inconclusive_limit: stored.inconclusive_limit,
            no_data_limit: stored.no_data_limit,
            on_failure: match stored.pauses_on_failure {
                true => OnFailure::Pause,
                false => OnFailure::RollBack,
            },
            resume_after_passes: stored.resume_after_passes,
            thresholds: Thresholds {
                errors_baseline: baseline(stored.errors_baseline)?,
                latency_baseline: baseline(stored.latency_baseline)?,
                max_error_rate: stored.max_error_rate,
                min_success_rate: stored.min_success_rate,
                max_latency_ratio: stored.max_latency_ratio,
                max_latency_p99: p99.map(|p99| span(Some(p99), "a latency")).transpose()?,
            },
        })
    }
}

impl From<Baseline> for pb::Baseline {
    fn from(baseline: Baseline) -> Self {
        match baseline {
            Baseline::Either => Self::Unspecified,
            Baseline::Absolute => Self::Absolute,
            Baseline::Relative => Self::Relative,
            Baseline::Both => Self::Both,
        }
    }
}

impl From<pb::Baseline> for Baseline {
    fn from(stored: pb::Baseline) -> Self {
        match stored {
            pb::Baseline::Unspecified => Self::Either,
            pb::Baseline::Absolute => Self::Absolute,
            pb::Baseline::Relative => Self::Relative,
            pb::Baseline::Both => Self::Both,
        }
    }
}
