//! Creates a rollout.

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;
use vortex_kit::error::Fault;
use vortex_proto::rollout::v1::{
    self as proto, ChangeTarget, CreateRolloutRequest, DocumentTarget, StageList,
    create_rollout_request::Target,
};

use super::{
    created,
    shape::{Analysis, Rollout, Stage, Strategy, Thresholds},
};
use crate::{
    api::assignment::Unit,
    clients::RolloutClient,
    extract::{IdempotencyKey, Json, NoQuery},
    problem::Problem,
};

const LIMIT: usize = 64 * 1024;

/// A rollout to be created: of `change`, or of what the version `to_version` of a document belongs
/// to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRollout)]
pub(super) struct Body {
    /// The change set's name.
    change: Option<String>,
    /// The document's application.
    app: Option<String>,
    /// The document's profile; `default` when left out.
    profile: Option<String>,
    /// The label; `main` when left out.
    label: Option<String>,
    /// The version that must be stable.
    from_version: Option<String>,
    /// The version that the change set wrote.
    to_version: Option<String>,
    /// `conservative` when left out, or `custom` with stages.
    strategy: Option<Strategy>,
    /// The stages of a custom strategy, 1 to 20.
    stages: Option<Vec<Stage>>,
    /// What is told apart; the instance when left out.
    unit: Option<Unit>,
    /// Whether it goes to the next stage by itself; true when left out.
    auto_promote: Option<bool>,
    /// Whether it rolls back by itself; true when left out.
    auto_rollback: Option<bool>,
    thresholds: Option<Thresholds>,
    analysis: Option<Analysis>,
    /// Why, for people.
    description: Option<String>,
    /// The applications that must all be judged, 64 at most; those the documents were written for
    /// when left out. Figures of others are refused, so name those that read a shared document
    /// such as `application.yml`.
    #[serde(default)]
    apps: Vec<String>,
    /// Starts it at once.
    start: Option<bool>,
    /// Rolls it out also if it was rolled back before, which needs a reason.
    force: Option<bool>,
    /// Why, for the audit.
    reason: Option<String>,
    /// As the header `Idempotency-Key`.
    request_id: Option<String>,
}

impl Body {
    /// Fails with `INVALID_ARGUMENT` unless it names a change set in exactly one of both ways.
    fn target(&mut self) -> Result<Target, Fault> {
        let label = self.label.take().unwrap_or_default();
        let document = [
            ("app", &self.app),
            ("profile", &self.profile),
            ("from_version", &self.from_version),
            ("to_version", &self.to_version),
        ];
        let named = document.iter().find(|(_, value)| value.is_some());
        match (self.change.take(), named) {
            (Some(_), Some((field, _))) => {
                Err(Fault::invalid(*field, "can't be combined with change"))
            }
            (Some(name), None) => Ok(Target::Change(ChangeTarget { name, label })),
            (None, _) => Ok(Target::Document(DocumentTarget {
                app: required("app", self.app.take())?,
                profile: self.profile.take().unwrap_or_default(),
                label,
                from_version: required("from_version", self.from_version.take())?,
                to_version: required("to_version", self.to_version.take())?,
            })),
        }
    }

    fn into_proto(mut self, request_id: String) -> Result<CreateRolloutRequest, Fault> {
        let strategy = self.strategy.map(proto::Strategy::from);
        let unit = self.unit.map(proto::Unit::from);
        let target = self.target()?;
        // a list that is empty can be told from none in this form alone
        let (stages, stage_list) = match self.stages {
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
            auto_promote: self.auto_promote,
            auto_rollback: self.auto_rollback,
            thresholds: self.thresholds.map(Into::into),
            analysis: self.analysis.map(Into::into),
            description: self.description.unwrap_or_default(),
            request_id,
            start: self.start.unwrap_or_default(),
            apps: self.apps,
            force: self.force.unwrap_or_default(),
            reason: self.reason.unwrap_or_default(),
        })
    }
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
    request_body = Body,
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
    Json(mut body): Json<Body, LIMIT>,
) -> Result<Response, Problem> {
    let request_id = key.or(body.request_id.take())?;
    let request = body.into_proto(request_id)?;
    let reply = rollouts.create_rollout(request).await?;
    Ok(created(reply.into_inner().rollout.unwrap_or_default()))
}
