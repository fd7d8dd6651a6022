//! The sources that feed labels.

use jiff::Timestamp;
use tonic::{Request, Response};
use vortex_kit::{
    access::{Access, Asked},
    context::Context,
    error::{Fault, Reason},
    grpc::page,
};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::source_service_server::SourceService;
use vortex_service::mutation::complete;

use super::{Grpc, Reply, access, convert, parse};
use crate::{
    domain::{Label, SourceName, State},
    error::write_error,
    source::{
        Approval, AskError, Defect, DetachError, GitSettings, LabelStatus, Pending, ReleasePolicy,
        Status,
    },
};

/// What labels are shown by.
#[derive(Clone, Copy)]
struct AsOf<'a> {
    state: &'a State,
    now: Timestamp,
}

#[tonic::async_trait]
impl SourceService for Grpc {
    async fn list_sources(
        &self,
        request: Request<pb::ListSourcesRequest>,
    ) -> Reply<pb::ListSourcesResponse> {
        let access = Context::access_of(&request);
        access.require(Asked::Filtered)?;
        page::size(request.into_inner().page_size)?;
        let configured = self.sources.list();
        let others = self.sources.unconfigured(&self.configuration.state());
        let state = self.configuration.state();
        let at = AsOf {
            state: &state,
            now: self.configuration.now(),
        };
        let configured = configured.iter().map(|(s, status)| source(at, s, status));
        let others = others.iter().map(|(n, status)| unconfigured(at, n, status));
        let mut sources: Vec<_> = configured.chain(others).collect();
        sources.sort_by(|a, b| a.name.cmp(&b.name));
        sources.iter_mut().for_each(|source| hide(source, &access));
        Ok(Response::new(pb::ListSourcesResponse {
            sources,
            next_page_token: String::new(),
        }))
    }

    async fn get_source(
        &self,
        request: Request<pb::GetSourceRequest>,
    ) -> Reply<pb::GetSourceResponse> {
        let access = Context::access_of(&request);
        let mut source = self.source(&request.into_inner().name)?;
        hide(&mut source, &access);
        Ok(Response::new(pb::GetSourceResponse {
            source: Some(source),
        }))
    }

    async fn sync_source(
        &self,
        request: Request<pb::SyncSourceRequest>,
    ) -> Reply<pb::SyncSourceResponse> {
        let name = request.into_inner().name;
        self.sources.sync(&name).await.map_err(|e| fault(&e))?;
        let source = self.source(&name)?;
        Ok(Response::new(pb::SyncSourceResponse {
            source: Some(source),
        }))
    }

    async fn approve_source(
        &self,
        request: Request<pb::ApproveSourceRequest>,
    ) -> Reply<pb::ApproveSourceResponse> {
        let request = request.into_inner();
        let approval = Approval {
            label: parse::label(&request.label)?,
            commit: parse::required_version(&request.commit)?,
        };
        self.sources
            .approve(&request.name, approval)
            .await
            .map_err(|e| fault(&e))?;
        let source = self.source(&request.name)?;
        Ok(Response::new(pb::ApproveSourceResponse {
            source: Some(source),
        }))
    }

    async fn detach_source(
        &self,
        request: Request<pb::DetachSourceRequest>,
    ) -> Reply<pb::DetachSourceResponse> {
        complete(&self.lifecycle, detach(self.clone(), request)).await
    }

    async fn notify_sources(
        &self,
        request: Request<pb::NotifySourcesRequest>,
    ) -> Reply<pb::NotifySourcesResponse> {
        // any may wake a source up
        Context::access_of(&request).require(Asked::Filtered)?;
        let names = self
            .sources
            .notify(&request.into_inner().name)
            .map_err(|e| fault(&e))?;
        Ok(Response::new(pb::NotifySourcesResponse {
            names: names.iter().map(ToString::to_string).collect(),
        }))
    }
}

impl Grpc {
    fn source(&self, name: &str) -> Result<pb::Source, Fault> {
        let state = self.configuration.state();
        let at = AsOf {
            state: &state,
            now: self.configuration.now(),
        };
        let unknown = match self.sources.get(name) {
            Ok((settings, status)) => return Ok(source(at, &settings, &status)),
            Err(unknown) => unknown,
        };
        let others = self.sources.unconfigured(&state);
        let found = others.iter().find(|(known, _)| known.as_str() == name);
        found
            .map(|(name, status)| unconfigured(at, name, status))
            .ok_or_else(|| fault(&unknown))
    }
}

/// Leaves out of a source what the caller may not see: the files of others that are not served.
fn hide(source: &mut pb::Source, access: &Access) {
    if access.allows_everything() {
        return;
    }
    let before = source.defects.len();
    source.defects.retain(|defect| {
        defect.path.is_empty() || access::sees(access, &defect.label, &defect.path, None)
    });
    source.more_defects += (before - source.defects.len()) as u32;
}

async fn detach(
    grpc: Grpc,
    request: Request<pb::DetachSourceRequest>,
) -> Result<pb::DetachSourceResponse, Fault> {
    let requester = parse::requester(&request);
    let labels = grpc
        .sources
        .detach(&request.get_ref().name, &grpc.configuration, requester)
        .await
        .map_err(|error| match &error {
            DetachError::Unknown(unknown) => fault(unknown),
            DetachError::Configured(_) => Fault::new(Reason::PreconditionFailed, error.to_string()),
            DetachError::Write(error) => write_error(error),
        })?;
    Ok(pb::DetachSourceResponse {
        labels: labels.iter().map(ToString::to_string).collect(),
    })
}

fn source(at: AsOf<'_>, settings: &GitSettings, status: &Status) -> pb::Source {
    let release = match settings.release {
        ReleasePolicy::Auto => pb::ReleasePolicy::Auto,
        ReleasePolicy::Stage => pb::ReleasePolicy::Stage,
        ReleasePolicy::Rollout => pb::ReleasePolicy::Rollout,
    };
    pb::Source {
        kind: "git".to_owned(),
        location: settings.location.to_string(),
        release: release.into(),
        state: pb::SourceState::Configured.into(),
        ..standing(at, &settings.name, status)
    }
}

/// A source that feeds labels and is not configured.
fn unconfigured(at: AsOf<'_>, name: &SourceName, status: &Status) -> pb::Source {
    pb::Source {
        state: pb::SourceState::NotConfigured.into(),
        ..standing(at, name, status)
    }
}

fn standing(at: AsOf<'_>, name: &SourceName, status: &Status) -> pb::Source {
    pb::Source {
        name: name.to_string(),
        last_success: status.last_success.map(convert::timestamp),
        error: status.error.clone().unwrap_or_default(),
        last_attempt: status.last_attempt.map(convert::timestamp),
        labels: status
            .labels
            .iter()
            .map(|(name, label)| source_label(at, name, label))
            .collect(),
        defects: status.defects.iter().map(source_defect).collect(),
        more_defects: status.more_defects as u32,
        ..pb::Source::default()
    }
}

fn source_label(at: AsOf<'_>, name: &Label, label: &LabelStatus) -> pb::SourceLabel {
    let AsOf { state, now } = at;
    let pending = label.pending.as_ref();
    let feed = state.labels.get(name).and_then(|l| l.feed.as_ref());
    let served = feed.and_then(|feed| feed.served.as_ref());
    pb::SourceLabel {
        label: name.to_string(),
        served_commit: served.map_or(String::new(), ToString::to_string),
        awaits_rollout: feed.is_some_and(|feed| feed.awaiting.is_some()),
        commit: label
            .commit
            .as_ref()
            .map_or(String::new(), ToString::to_string),
        pending_commit: pending
            .and_then(|p| p.commit.as_ref())
            .map_or(String::new(), ToString::to_string),
        pending_reason: pending.map_or(String::new(), |p| p.reason.as_str().to_owned()),
        pending_detail: pending.map_or(String::new(), |p| p.detail.clone()),
        pending_rollout: pending
            .and_then(Pending::rollout)
            .map_or(String::new(), ToString::to_string),
        pending_freeze: pending
            .and_then(|p| p.freeze(state, name, now))
            .map_or(String::new(), |freeze| freeze.to_string()),
    }
}

fn source_defect(defect: &Defect) -> pb::SourceDefect {
    pb::SourceDefect {
        label: defect.label.clone(),
        path: defect.path.clone(),
        reason: defect.reason.to_owned(),
        detail: defect.detail.clone(),
    }
}

fn fault(error: &AskError) -> Fault {
    let reason = match error {
        AskError::Unknown(_) => Reason::SourceNotFound,
        AskError::NothingWaits { .. } => Reason::PreconditionFailed,
        AskError::Busy(_) => Reason::Overloaded,
        AskError::Failed { .. } => Reason::Unavailable,
    };
    Fault::new(reason, error.to_string())
}
