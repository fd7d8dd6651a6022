//! Splits: plan, begin, move, end, read, revert.

use std::ops::Bound;

use tonic::{Request, Response};
use vortex_kit::{
    access::Access,
    context::Context,
    error::Fault,
    grpc::{bounds, page},
};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::{plan_split_request::Target, split_service_server::SplitService};
use vortex_service::mutation::complete;

use super::{Grpc, Reply, access, convert, parse};
use crate::{
    domain::{
        BeginSplit, Command, EndSplit, Forced, Holding, Refused, Selector, Seq, SetSplit, Share,
        SplitId, SplitMove, SplitTarget, State, Unit, check_set_split, plan_split,
    },
    error::{invalid_name, refused, write_error},
};

/// The most keys whose arms are resolved in one call.
const MAX_RESOLVED: usize = 1_000;

#[tonic::async_trait]
impl SplitService for Grpc {
    async fn plan_split(
        &self,
        request: Request<pb::PlanSplitRequest>,
    ) -> Reply<pb::PlanSplitResponse> {
        let access = Context::access_of(&request);
        Ok(Response::new(plan(self, &access, request.into_inner())?))
    }

    async fn set_split(
        &self,
        request: Request<pb::SetSplitRequest>,
    ) -> Reply<pb::SetSplitResponse> {
        complete(&self.lifecycle, set(self.clone(), request)).await
    }

    async fn end_split(
        &self,
        request: Request<pb::EndSplitRequest>,
    ) -> Reply<pb::EndSplitResponse> {
        complete(&self.lifecycle, end(self.clone(), request)).await
    }

    async fn get_split(
        &self,
        request: Request<pb::GetSplitRequest>,
    ) -> Reply<pb::GetSplitResponse> {
        let access = Context::access_of(&request);
        let id = id(&request.into_inner().id)?;
        let state = self.configuration.state();
        access::require_split(&access, &state, &id, 0)?;
        let reads = self.configuration.reads_of(&id);
        let found = standing(&state, &id);
        let mut found = found.ok_or_else(|| refused(&Refused::SplitNotFound(id)))?;
        (found.reads, found.reads_without_key) = (reads.all, reads.keyless);
        found.keys = keys(self, &state, &found.id);
        (found.include, found.exclude) = forced_keys(&state, &found.id);
        Ok(Response::new(pb::GetSplitResponse {
            split: Some(found),
            token: convert::token(&self.configuration, state.head),
        }))
    }

    async fn list_splits(
        &self,
        request: Request<pb::ListSplitsRequest>,
    ) -> Reply<pb::ListSplitsResponse> {
        let access = Context::access_of(&request);
        Ok(Response::new(list(self, &access, &request.into_inner())?))
    }

    async fn resolve_arms(
        &self,
        request: Request<pb::ResolveArmsRequest>,
    ) -> Reply<pb::ResolveArmsResponse> {
        let access = Context::access_of(&request);
        let resolved = resolve(self, &access, request.into_inner())?;
        Ok(Response::new(resolved))
    }

    async fn stage_revert(
        &self,
        request: Request<pb::StageRevertRequest>,
    ) -> Reply<pb::StageRevertResponse> {
        complete(&self.lifecycle, stage_revert(self.clone(), request)).await
    }
}

fn plan(
    grpc: &Grpc,
    access: &Access,
    request: pb::PlanSplitRequest,
) -> Result<pb::PlanSplitResponse, Fault> {
    let target = target(request.target)?;
    let state = grpc.configuration.state();
    require_target(access, &state, &target)?;
    let plan = plan_split(&state, &target, request.force).map_err(|error| refused(&error))?;
    access::require_change(access, &plan.change)?;
    let crowded = grpc.configuration.check_crowded(&state, &plan.change);
    crowded.map_err(|error| refused(&error))?;
    let documents = plan.change.documents.iter();
    let owners = plan.written_for.iter();
    let names = plan.from.iter();
    Ok(pb::PlanSplitResponse {
        label: plan.change.label.to_string(),
        change: plan.change.name.to_string(),
        change_sequence: plan.change.seq.0,
        paths: documents
            .map(|document| document.path.to_string())
            .collect(),
        apps: plan.apps().into_iter().map(ToString::to_string).collect(),
        from_versions: names.map(or_empty).collect(),
        token: convert::token(&grpc.configuration, state.head),
        baseline: Some(convert::baseline(&plan.baseline)),
        written_for: owners.map(or_empty).collect(),
        stable_versions: plan.stable.iter().map(ToString::to_string).collect(),
        way_back: plan.way_back,
    })
}

/// Fails unless the caller may do this with what is to be split, whatever stands in the way of it.
fn require_target(access: &Access, state: &State, target: &SplitTarget) -> Result<(), Fault> {
    match target {
        SplitTarget::Change { label, name } => {
            let selector = Selector {
                label: label.clone(),
                name: name.clone(),
                holding: Holding::Anything,
            };
            access::require_selected(access, state, &selector)
        }
        SplitTarget::Document { label, owner, .. } => access::require_owner(access, label, owner),
    }
}

fn or_empty(name: &Option<impl ToString>) -> String {
    name.as_ref().map_or(String::new(), ToString::to_string)
}

fn target(given: Option<Target>) -> Result<SplitTarget, Fault> {
    match given {
        None => Err(Fault::invalid(
            "target",
            "a change set or a document is needed",
        )),
        Some(Target::Change(change)) => Ok(SplitTarget::Change {
            label: parse::label(&change.label)?,
            name: parse::required_version(&change.name)?,
        }),
        Some(Target::Document(document)) => {
            let target = parse::document(document.document)?;
            Ok(SplitTarget::Document {
                label: target.label,
                owner: target.written_for,
                from: parse::required_version(&document.from_version)?,
                to: parse::required_version(&document.to_version)?,
            })
        }
    }
}

async fn set(
    grpc: Grpc,
    request: Request<pb::SetSplitRequest>,
) -> Result<pb::SetSplitResponse, Fault> {
    let access = Context::access_of(&request);
    let requester = parse::requester(&request);
    let request = request.into_inner();
    let begins = request.change_sequence;
    let set = SetSplit {
        label: parse::label(&request.label)?,
        to: SplitMove {
            id: id(&request.id)?,
            change: Seq(request.change_sequence),
            share: share(request.percentage)?,
            unit: unit(request.unit)?,
            generation: generation(request.generation)?,
            forced: forced(request.include, request.exclude)?,
        },
        begin: BeginSplit {
            baseline: request.baseline.map(parse::baseline),
            force: request.force,
        },
    };
    let id = set.to.id.clone();
    access::require_split(&access, &grpc.configuration.state(), &id, begins)?;
    check_crowded(&grpc, &set)?;
    if request.validate_only {
        let state = grpc.configuration.state();
        check_set_split(&state, set, grpc.configuration.now()).map_err(|error| refused(&error))?;
        return Ok(pb::SetSplitResponse {
            split: standing(&state, &id),
            token: convert::token(&grpc.configuration, state.head),
        });
    }
    let written = grpc
        .configuration
        .write(requester, Command::SetSplit(set), Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    Ok(pb::SetSplitResponse {
        split: standing(&grpc.configuration.state(), &id),
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

/// Refuses to begin a split that would split a view too often. The writer can't check this: the
/// views are not part of its state.
fn check_crowded(grpc: &Grpc, set: &SetSplit) -> Result<(), Fault> {
    let state = grpc.configuration.state();
    let Some(change) = set.to.begins(&state) else {
        return Ok(());
    };
    let crowded = grpc.configuration.check_crowded(&state, change);
    crowded.map_err(|error| refused(&error))
}

async fn end(
    grpc: Grpc,
    request: Request<pb::EndSplitRequest>,
) -> Result<pb::EndSplitResponse, Fault> {
    let access = Context::access_of(&request);
    let requester = parse::requester(&request);
    let request = request.into_inner();
    let id = id(&request.id)?;
    let state = grpc.configuration.state();
    access::require_split(&access, &state, &id, request.change_sequence)?;
    drop(state);
    let end = EndSplit {
        id: id.clone(),
        generation: generation(request.generation)?,
        release: request.release,
        change: (request.change_sequence > 0).then_some(Seq(request.change_sequence)),
        reason: parse::reason(request.reason)?,
    };
    let written = grpc
        .configuration
        .write(requester, Command::EndSplit(end), Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    Ok(pb::EndSplitResponse {
        split: standing(&grpc.configuration.state(), &id),
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

async fn stage_revert(
    grpc: Grpc,
    request: Request<pb::StageRevertRequest>,
) -> Result<pb::StageRevertResponse, Fault> {
    let access = Context::access_of(&request);
    let requester = parse::requester(&request);
    let id = id(&request.into_inner().id)?;
    access::require_split(&access, &grpc.configuration.state(), &id, 0)?;
    let revert = Command::StageRevert(id);
    let written = grpc
        .configuration
        .write(requester, revert, Vec::new())
        .await;
    let outcome = written.map_err(|error| write_error(&error))?;
    Ok(pb::StageRevertResponse {
        label: outcome.label.to_string(),
        change: outcome.name.to_string(),
        change_sequence: outcome.change.0,
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

fn list(
    grpc: &Grpc,
    access: &Access,
    request: &pb::ListSplitsRequest,
) -> Result<pb::ListSplitsResponse, Fault> {
    let size = page::size(request.page_size)?;
    let after = page::after::<1>(&request.page_token)?;
    let state = grpc.configuration.state();
    let label = super::documents::listed_label(grpc, &state, &request.label)?;
    let all = access.allows_everything();
    let start = after
        .as_ref()
        .map_or(Bound::Unbounded, |[id]| Bound::Excluded(id.as_str()));
    let found = state
        .splits
        .range::<_, str>((start, Bound::Unbounded))
        .map(|(_, split)| split)
        .filter(|split| label.is_none_or(|label| split.label == *label))
        .filter(|split| {
            let change = state.changes.get(&split.change);
            all || change.is_some_and(|entry| access::sees_change(access, &entry.change))
        });
    let (page, next_page_token) =
        page::first(found, size, |split| page::token(&[split.id.as_str()]));
    let splits = page.into_iter().map(|split| pb::Split {
        keys: keys(grpc, &state, split.id.as_str()),
        ..convert::split(&state, split)
    });
    Ok(pb::ListSplitsResponse {
        splits: splits.collect(),
        next_page_token,
        token: convert::token(&grpc.configuration, state.head),
    })
}

/// The arms that an active split gives keys.
fn resolve(
    grpc: &Grpc,
    access: &Access,
    request: pb::ResolveArmsRequest,
) -> Result<pb::ResolveArmsResponse, Fault> {
    let id = id(&request.id)?;
    bounds::items("keys", request.keys.len(), MAX_RESOLVED)?;
    for (index, key) in request.keys.iter().enumerate() {
        let field = format!("keys[{index}]");
        if key.is_empty() {
            return Err(Fault::invalid(field, "it must not be empty"));
        }
        bounds::bytes(field, key, Forced::MAX_KEY_BYTES)?;
    }
    let state = grpc.configuration.state();
    access::require_split(access, &state, &id, 0)?;
    let Some(split) = state.splits.get(&id) else {
        return Err(refused(&match state.ended.get(id.as_str()) {
            Some(ended) => Refused::SplitEnded {
                how: ended.ending(),
                id,
            },
            None => Refused::SplitNotFound(id),
        }));
    };
    let arms = request.keys.into_iter().map(|key| {
        let arm = split.arm_of(&key);
        pb::ResolvedArm {
            arm: convert::arm(arm).into(),
            bucket: split.seed.bucket(&key).number().into(),
            forced: split.forced.arm(&key).is_some(),
            key,
        }
    });
    Ok(pb::ResolveArmsResponse {
        arms: arms.collect(),
        percentage: split.share.percentage(),
        unit: convert::unit(split.unit).into(),
        token: convert::token(&grpc.configuration, state.head),
    })
}

/// The keys that a split forces into the canary and to stable, while it is active.
fn forced_keys(state: &State, id: &str) -> (Vec<String>, Vec<String>) {
    let Some(split) = state.splits.get(id) else {
        return Default::default();
    };
    let (include, exclude) = (split.forced.include(), split.forced.exclude());
    (
        include.map(str::to_owned).collect(),
        exclude.map(str::to_owned).collect(),
    )
}

fn forced(include: Vec<String>, exclude: Vec<String>) -> Result<Forced, Fault> {
    Forced::new(include, exclude).map_err(|error| Fault::invalid(error.field(), error.to_string()))
}

/// The keys that a split has seen, while it is active.
fn keys(grpc: &Grpc, state: &State, id: &str) -> Option<pb::SplitKeys> {
    let split = state.splits.get(id)?;
    grpc.configuration.keys_of(split).map(convert::split_keys)
}

/// A split as it stands, active or ended.
fn standing(state: &State, id: &SplitId) -> Option<pb::Split> {
    let active = state.splits.get(id);
    let active = active.map(|split| convert::split(state, split));
    active.or_else(|| {
        let ended = state.ended.get(id.as_str())?;
        Some(convert::ended_split(state, ended))
    })
}

fn id(given: &str) -> Result<SplitId, Fault> {
    given.parse().map_err(|error| invalid_name(&error))
}

fn share(percentage: f64) -> Result<Share, Fault> {
    let share = Share::from_percentage(percentage).ok();
    share.filter(|share| *share > Share::NONE).ok_or_else(|| {
        let why =
            format!("{percentage} percent: it must be above 0, at most 100, and in steps of 0.01");
        Fault::invalid("percentage", why)
    })
}

fn unit(given: i32) -> Result<Unit, Fault> {
    match pb::SplitUnit::try_from(given) {
        Ok(pb::SplitUnit::Instance) => Ok(Unit::Instance),
        Ok(pb::SplitUnit::Subject) => Ok(Unit::Subject),
        Ok(pb::SplitUnit::Unspecified) | Err(_) => Err(Fault::invalid(
            "unit",
            format!("{given} is not a known unit"),
        )),
    }
}

fn generation(given: u64) -> Result<u64, Fault> {
    match given {
        0 => Err(Fault::invalid("generation", "it counts from 1")),
        generation => Ok(generation),
    }
}
