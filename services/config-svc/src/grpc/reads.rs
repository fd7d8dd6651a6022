//! The reads of applications.

use std::sync::Arc;

use arc_swap::Guard;
use vortex_kit::{
    access::{Access, Asked},
    error::Fault,
    grpc::bounds,
};
use vortex_proto::config::v1 as pb;

use super::{
    Grpc, access, convert, parse,
    placeholders::{has_placeholders, resolve},
};
use crate::{
    domain::{
        App, Basis, Label, Path, Profile, Seq, Sha256, State, Subject, ViewKey, check_imported,
        check_view, locate,
    },
    error::{read_error, read_refused, token_refused},
    views::{Part, Reading, View},
};

/// The most further ETags that a caller may send.
const MAX_ALSO_HELD: usize = 8;

pub(super) async fn config(
    grpc: &Grpc,
    request: pb::GetConfigRequest,
) -> Result<pb::GetConfigResponse, Fault> {
    let labels = labels(&request.label);
    let key = parse::view(&[request.app], &request.profiles, &labels)?;
    let subject = parse::subject(&request.instance, &request.key)?;
    let state = state(grpc, &key, &request.min_token)?;
    let reading = read(grpc, &state, &key, &subject).await?;
    prepare(grpc, &reading, Part::Effective).await?;
    Ok(config_reply(grpc, &key, &subject, &reading, state.head))
}

/// An effective configuration as it is sent.
pub(super) fn config_reply(
    grpc: &Grpc,
    key: &ViewKey,
    subject: &Subject<'_>,
    reading: &Reading,
    head: Seq,
) -> pb::GetConfigResponse {
    let view = &reading.view;
    let effective = view.rendered.effective();
    pb::GetConfigResponse {
        app: key.apps.first().map_or(String::new(), ToString::to_string),
        profiles: key.profiles.iter().map(ToString::to_string).collect(),
        label: key
            .labels
            .first()
            .map_or(String::new(), ToString::to_string),
        config: effective.json.clone(),
        version: view.rendered.version().to_owned(),
        digest: effective.digest.clone(),
        token: convert::token(&grpc.configuration, head),
        sources: contributing(&view.basis),
        source_age: source_age(grpc, &view.basis),
        assignments: convert::assigned(reading, subject),
    }
}

/// The overrides and documents that take part, highest first.
pub(super) fn contributing(basis: &Basis) -> Vec<pb::ContributingSource> {
    let parts = basis.parts();
    parts
        .map(|(path, version)| pb::ContributingSource { path, version })
        .collect()
}

pub(super) async fn environment(
    grpc: &Grpc,
    request: pb::GetEnvironmentRequest,
) -> Result<pb::GetEnvironmentResponse, Fault> {
    let asked = request.view.unwrap_or_default();
    let key = parse::view(&asked.apps, &asked.profiles, &asked.labels)?;
    let subject = parse::subject(&request.instance, &request.key)?;
    bounds::items("also_held", request.also_held.len(), MAX_ALSO_HELD)?;
    let state = state(grpc, &key, &request.min_token)?;
    let reading = read(grpc, &state, &key, &subject).await?;
    prepare(grpc, &reading, Part::Properties).await?;
    let view = &reading.view;
    let assignments = convert::assigned(&reading, &subject);
    let etag = view.environment_etag(request.origins);
    let token = convert::token(&grpc.configuration, state.head);
    let source_age = source_age(grpc, &view.basis);
    if request.if_none_match == etag || request.also_held.iter().any(|held| held == etag) {
        return Ok(pb::GetEnvironmentResponse {
            not_modified: true,
            token,
            source_age,
            etag: etag.to_owned(),
            assignments,
            ..Default::default()
        });
    }
    if request.origins {
        prepare(grpc, &reading, Part::Origins).await?;
    }
    Ok(pb::GetEnvironmentResponse {
        sources: property_sources(view, request.origins),
        version: view.environment_version().to_owned(),
        digest: view.rendered.digest().to_owned(),
        token,
        source_age,
        etag: etag.to_owned(),
        not_modified: false,
        assignments,
    })
}

pub(super) fn property_sources(view: &View, origins: bool) -> Vec<pb::PropertySource> {
    let rendered = &view.rendered;
    let properties = if origins {
        rendered.with_origins()
    } else {
        rendered.properties()
    };
    let sources = rendered.sources().iter().zip(properties);
    sources
        .map(|(source, properties)| pb::PropertySource {
            name: source.name.clone(),
            path: source.path.clone(),
            properties: properties.clone(),
        })
        .collect()
}

pub(super) async fn file(
    grpc: &Grpc,
    access: &Access,
    request: pb::GetFileRequest,
) -> Result<pb::GetFileResponse, Fault> {
    let labels = labels(&request.label);
    let key = parse::view(&[request.app], &request.profiles, &labels)?;
    let path = parse::path(&request.path)?;
    require_view(access, &key)?;
    let subject = parse::subject(&request.instance, &request.key)?;
    let state = state(grpc, &key, &request.min_token)?;
    let located = locate(&state, &key, &path, &subject).map_err(|error| read_refused(&error))?;
    require_file(access, &state, &key.labels[0], &located.path)?;
    let mut assignments: Vec<pb::Assignment> = located.assigned.iter().map(Into::into).collect();
    let stored = grpc
        .configuration
        .content(&key.labels[0], &located.path, &located.content.sha256)
        .await
        .map_err(|error| read_error(&error))?;
    let mut reading = None;
    if request.resolve_placeholders && has_placeholders(&stored) {
        reading = Some(read(grpc, &state, &key, &subject).await?);
    }
    let content = match &reading {
        Some(reading) => {
            join(&mut assignments, convert::assigned(reading, &subject));
            resolve(grpc.configuration.compute(), &reading.view.rendered, stored).await?
        }
        None => stored,
    };
    Ok(pb::GetFileResponse {
        media_type: convert::media_type(located.path.as_str()),
        digest: Sha256::of(&content).to_string(),
        content,
        path: located.path.to_string(),
        version: located.version.to_string(),
        token: convert::token(&grpc.configuration, state.head),
        assignments,
    })
}

/// Adds the assignments of other splits, and sorts all by id.
fn join(assignments: &mut Vec<pb::Assignment>, others: Vec<pb::Assignment>) {
    assignments.extend(others);
    assignments.sort_by(|one, other| one.split.cmp(&other.split));
    assignments.dedup_by(|one, other| one.split == other.split);
}

/// Fails unless the caller may read what an application reads.
pub(super) fn require_view(access: &Access, key: &ViewKey) -> Result<(), Fault> {
    let labels: Vec<&str> = key.labels.iter().map(Label::as_str).collect();
    let apps: Vec<&str> = key.apps.iter().map(App::as_str).collect();
    let profiles: Vec<&str> = key.profiles.iter().map(Profile::as_str).collect();
    access.require(Asked::Documents {
        labels: &labels,
        apps: &apps,
        profiles: &profiles,
    })
}

/// Any file can be asked for in the name of any application: what is another's document is judged as
/// that. A file that is nobody's document is everybody's.
fn require_file(access: &Access, state: &State, label: &Label, path: &Path) -> Result<(), Fault> {
    let is_document = path.check_writable().is_ok();
    match is_document && !path.as_str().contains('/') {
        true => access::require_paths(access, state, label, [path]),
        false => Ok(()),
    }
}

/// The configuration `key` at `state`, or the fault that callers get.
pub(super) async fn read(
    grpc: &Grpc,
    state: &State,
    key: &ViewKey,
    subject: &Subject<'_>,
) -> Result<Reading, Fault> {
    let reading = grpc.configuration.read(state, key, subject).await;
    reading.map_err(|error| read_error(&error))
}

/// Computes a part of what was read, so that the answer can take it.
pub(super) async fn prepare(grpc: &Grpc, reading: &Reading, part: Part) -> Result<(), Fault> {
    let prepared = grpc.configuration.prepare(&reading.view, part);
    Ok(prepared.await?)
}

/// The newest state. It must cover the token, and the view's labels must be readable.
pub(super) fn state(
    grpc: &Grpc,
    key: &ViewKey,
    min_token: &str,
) -> Result<Guard<Arc<State>>, Fault> {
    let state = grpc.configuration.state();
    check(grpc, &state, key, min_token)?;
    Ok(state)
}

/// Fails unless a state covers the token, and the view's labels are readable there.
pub(super) fn check(
    grpc: &Grpc,
    state: &State,
    key: &ViewKey,
    min_token: &str,
) -> Result<(), Fault> {
    let token = parse::token("min_token", min_token)?;
    let checked = grpc.configuration.check_token(token, state.head);
    checked.map_err(|error| token_refused(&error))?;
    let checked = check_view(state, key, grpc.sources.names());
    checked.map_err(|refused| read_refused(&refused))
}

/// Checks that a label does not wait for a source's first import.
pub(super) fn check_label(grpc: &Grpc, state: &State, label: &Label) -> Result<(), Fault> {
    let checked = check_imported(state, label, grpc.sources.names());
    checked.map_err(|refused| read_refused(&refused))
}

pub(super) fn labels(label: &str) -> Vec<String> {
    if label.is_empty() {
        Vec::new()
    } else {
        vec![label.to_owned()]
    }
}

pub(super) fn source_age(grpc: &Grpc, basis: &Basis) -> Option<pb::SourceAge> {
    let feed = basis.labels.iter().find_map(|label| label.feed.as_ref())?;
    let last_success = grpc.sources.last_success(feed);
    Some(pb::SourceAge {
        source: feed.source.to_string(),
        last_success: last_success.map(convert::timestamp),
    })
}
