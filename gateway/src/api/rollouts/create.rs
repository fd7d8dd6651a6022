//! Creates a rollout.

use axum::{extract::State, response::Response};
use vortex_kit::error::Fault;
use vortex_proto::rollout::v1::{
    self as proto, ChangeTarget, CreateRolloutRequest, DocumentTarget, StageList,
    create_rollout_request::Target,
};
use vortex_rest::{NewRollout, Rollout};

use super::created;
use crate::{
    clients::RolloutClient,
    extract::{IdempotencyKey, Json, NoQuery},
    problem::Problem,
};

/// 1,000 forced keys of 256 bytes, and room for the rest.
const LIMIT: usize = 512 * 1024;

/// What is rolled out. Fails with `INVALID_ARGUMENT` unless it is named in exactly one of the two
/// ways.
fn target(rollout: &mut NewRollout) -> Result<Target, Fault> {
    let label = rollout.label.take().unwrap_or_default();
    let document = [
        ("app", &rollout.app),
        ("profile", &rollout.profile),
        ("from_version", &rollout.from_version),
        ("to_version", &rollout.to_version),
    ];
    let named = document.iter().find(|(_, value)| value.is_some());
    match (rollout.change.take(), named) {
        (Some(_), Some((field, _))) => Err(Fault::invalid(*field, "can't be combined with change")),
        (Some(name), None) => Ok(Target::Change(ChangeTarget { name, label })),
        (None, _) => Ok(Target::Document(DocumentTarget {
            app: required("app", rollout.app.take())?,
            profile: rollout.profile.take().unwrap_or_default(),
            label,
            from_version: required("from_version", rollout.from_version.take())?,
            to_version: required("to_version", rollout.to_version.take())?,
        })),
    }
}

fn to_proto(mut rollout: NewRollout, request_id: String) -> Result<CreateRolloutRequest, Fault> {
    let target = target(&mut rollout)?;
    let strategy = rollout.strategy.map(proto::Strategy::from);
    let unit = rollout.unit.map(proto::Unit::from);
    let on_failure = rollout.on_failure.map(proto::OnFailure::from);
    // only this form tells an empty list from an absent one
    let (stages, stage_list) = match rollout.stages {
        Some(stages) if stages.is_empty() => (Vec::new(), Some(StageList::default())),
        Some(stages) => (stages.into_iter().map(Into::into).collect(), None),
        None => (Vec::new(), None),
    };
    Ok(CreateRolloutRequest {
        target: Some(target),
        strategy: strategy.unwrap_or_default().into(),
        stages,
        stage_list,
        unit: unit.unwrap_or_default().into(),
        auto_promote: rollout.auto_promote,
        auto_rollback: rollout.auto_rollback,
        on_failure: on_failure.unwrap_or_default().into(),
        resume_after_passes: rollout.resume_after_passes,
        thresholds: rollout.thresholds.map(Into::into),
        analysis: rollout.analysis.map(Into::into),
        description: rollout.description.unwrap_or_default(),
        request_id,
        start: rollout.start.unwrap_or_default(),
        apps: rollout.apps,
        force: rollout.force.unwrap_or_default(),
        reason: rollout.reason.unwrap_or_default(),
        include: rollout.include,
        exclude: rollout.exclude,
        min_instances: rollout.min_instances,
        queries: rollout.queries.into_iter().map(Into::into).collect(),
        webhooks: rollout.webhooks.into_iter().map(Into::into).collect(),
    })
}

fn required(field: &str, value: Option<String>) -> Result<String, Fault> {
    let missing = "is missing: say change, or app, from_version and to_version";
    value.ok_or_else(|| Fault::invalid(field, missing))
}

/// Create a rollout of a staged change set
///
/// No reader gets it until it is started.
#[utoipa::path(
    post,
    path = "/api/rollouts",
    operation_id = "createRollout",
    tag = "rollouts",
    params(IdempotencyKey),
    request_body = NewRollout,
    responses((
        status = 201,
        description = "The rollout",
        body = Rollout,
        headers(("Location" = String, description = "Where it is")),
    )),
)]
pub(super) async fn create(
    State(mut rollouts): State<RolloutClient>,
    _: NoQuery,
    key: IdempotencyKey,
    Json(mut rollout): Json<NewRollout, LIMIT>,
) -> Result<Response, Problem> {
    let request_id = key.or(rollout.request_id.take())?;
    let request = to_proto(rollout, request_id)?;
    let reply = rollouts.create_rollout(request).await?;
    Ok(created(reply.into_inner().rollout.unwrap_or_default()))
}
