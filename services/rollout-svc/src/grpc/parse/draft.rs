//! Parses requests to create a rollout.

use vortex_bucket::Forced;
use vortex_kit::{error::Fault, grpc::bounds};
use vortex_proto::rollout::v1 as pb;
use vortex_proto::rollout::v1::create_rollout_request::Target as Given;

use super::{gates, plan, reason, settings, text};
use crate::{
    domain::{MOST_WANTED, Target, Unit, analysis::Application, application},
    engine::{Draft, MAX_DESCRIPTION, Revert},
};

/// The number of applications that a request may name.
const MAX_APPS: usize = 64;

/// The draft of a rollout to be created.
pub(in crate::grpc) fn draft(request: pb::CreateRolloutRequest) -> Result<Draft, Fault> {
    let given = plan::given(request.stages, request.stage_list)?;
    let (strategy, stages) = plan::stages(request.strategy, given)?;
    let reason = reason(request.reason)?;
    if request.force && reason.is_empty() {
        let why =
            "it is required with force: say why a version that was rolled back goes out again";
        return Err(Fault::invalid("reason", why));
    }
    let on_failure = settings::on_failure_of(request.on_failure, request.auto_rollback)?;
    let unit = plan::unit(request.unit)?;
    let gates = gates::gates(request.queries, request.webhooks)?;
    let settings = settings::settings(
        request.thresholds,
        request.analysis,
        on_failure,
        request.resume_after_passes,
    )?;
    Ok(Draft {
        target: target(request.target)?,
        strategy,
        stages,
        unit,
        auto_promote: request.auto_promote.unwrap_or(true),
        settings: gates::checked(settings, &gates)?,
        description: text("description", request.description, MAX_DESCRIPTION)?,
        apps: apps(&request.apps)?,
        start: request.start,
        force: request.force,
        forced: forced(request.include, request.exclude)?,
        min_instances: min_instances(request.min_instances, unit)?,
        gates,
        reason,
        source: None,
    })
}

/// The draft of a rollout that takes another one back.
pub(in crate::grpc) fn revert(request: pb::RevertRolloutRequest) -> Result<Revert, Fault> {
    Ok(Revert {
        strategy: plan::revert(request.strategy)?,
        reason: reason(request.reason)?,
    })
}

/// The change set that is named. config-svc checks the names, since it knows what they stand for.
fn target(given: Option<Given>) -> Result<Target, Fault> {
    match given {
        None => Err(Fault::invalid(
            "target",
            "a change set or a document is needed",
        )),
        Some(Given::Change(change)) => Ok(Target::Change {
            name: required("change.name", change.name)?,
            label: change.label,
        }),
        Some(Given::Document(document)) => Ok(Target::Document {
            app: required("document.app", document.app)?,
            profile: document.profile,
            label: document.label,
            from_version: required("document.from_version", document.from_version)?,
            to_version: required("document.to_version", document.to_version)?,
        }),
    }
}

fn min_instances(given: Option<u32>, unit: Unit) -> Result<u32, Fault> {
    let invalid = |why: String| Err(Fault::invalid("min_instances", why));
    match (given, unit) {
        (Some(given), _) if given > MOST_WANTED => {
            invalid(format!("{given} is more than {MOST_WANTED}"))
        }
        (Some(1..), Unit::Subject) => {
            invalid("a rollout by subject has no instances to count".to_owned())
        }
        (_, Unit::Subject) => Ok(0),
        (given, Unit::Instance) => Ok(given.unwrap_or(Draft::MIN_INSTANCES)),
    }
}

fn forced(include: Vec<String>, exclude: Vec<String>) -> Result<Forced, Fault> {
    Forced::new(include, exclude).map_err(|error| Fault::invalid(error.field(), error.to_string()))
}

fn apps(given: &[String]) -> Result<Vec<Application>, Fault> {
    bounds::items("apps", given.len(), MAX_APPS)?;
    let mut apps = Vec::with_capacity(given.len());
    for (index, name) in given.iter().enumerate() {
        let invalid = |why: String| Fault::invalid(format!("apps[{index}]"), why);
        let app = application(name).map_err(|error| invalid(error.to_string()))?;
        if apps.contains(&app) {
            return Err(invalid(format!("{app} is named twice")));
        }
        apps.push(app);
    }
    Ok(apps)
}

fn required(field: &str, given: String) -> Result<String, Fault> {
    if given.is_empty() {
        return Err(Fault::invalid(field, "it must not be empty"));
    }
    Ok(given)
}
