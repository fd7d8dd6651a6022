//! What applications read.

use super::{Grpc, convert, parse};
use crate::{
    domain::{Basis, Content, Document, Path, ReadRefused, Seq, State, Version, ViewKey},
    error::{read_error, read_refused, store_error, token_refused},
    views::View,
};
use arc_swap::Guard;
use bytes::Bytes;
use std::sync::Arc;
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;
use vortex_spring::{
    flat::{FlatSource, Lookup},
    placeholders, plain_text,
};

pub(super) async fn config(
    grpc: &Grpc,
    request: pb::GetConfigRequest,
) -> Result<pb::GetConfigResponse, Fault> {
    let labels = labels(&request.label);
    let key = parse::view(&[request.app], &request.profiles, &labels)?;
    let state = state(grpc, &key, &request.min_token)?;
    let view = view(grpc, &state, &key).await?;
    Ok(config_reply(grpc, &key, &view, state.head))
}

/// An effective configuration as it is sent.
pub(super) fn config_reply(
    grpc: &Grpc,
    key: &ViewKey,
    view: &View,
    head: Seq,
) -> pb::GetConfigResponse {
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
    }
}

/// The documents that take part, highest first.
pub(super) fn contributing(basis: &Basis) -> Vec<pb::ContributingSource> {
    basis
        .entries
        .iter()
        .map(|entry| pb::ContributingSource {
            path: entry.path.to_string(),
            version: entry.version.to_string(),
        })
        .collect()
}

pub(super) async fn environment(
    grpc: &Grpc,
    request: pb::GetEnvironmentRequest,
) -> Result<pb::GetEnvironmentResponse, Fault> {
    let asked = request.view.unwrap_or_default();
    let key = parse::view(&asked.apps, &asked.profiles, &asked.labels)?;
    let state = state(grpc, &key, &request.min_token)?;
    let view = view(grpc, &state, &key).await?;
    let etag = view.environment_etag(request.origins);
    let token = convert::token(&grpc.configuration, state.head);
    let source_age = source_age(grpc, &view.basis);
    if request.if_none_match == etag {
        return Ok(pb::GetEnvironmentResponse {
            not_modified: true,
            token,
            source_age,
            ..Default::default()
        });
    }
    Ok(pb::GetEnvironmentResponse {
        sources: property_sources(&view, request.origins),
        version: view.environment_version().to_owned(),
        digest: view.rendered.digest().to_owned(),
        token,
        source_age,
        etag: etag.to_owned(),
        not_modified: false,
    })
}

fn property_sources(view: &View, origins: bool) -> Vec<pb::PropertySource> {
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
    request: pb::GetFileRequest,
) -> Result<pb::GetFileResponse, Fault> {
    let labels = labels(&request.label);
    let key = parse::view(&[request.app], &request.profiles, &labels)?;
    let path = parse::path(&request.path)?;
    let state = state(grpc, &key, &request.min_token)?;
    let (path, version) = locate(&state, &key, &path)?;
    let stored = match &version.content {
        Content::Present { content, .. } => grpc
            .configuration
            .content(&content.sha256)
            .await
            .map_err(|error| store_error(&error))?,
        Content::Oversized { size } => {
            return Err(read_refused(&ReadRefused::TooLarge {
                label: key.labels[0].clone(),
                path,
                size: *size,
            }));
        }
        Content::Absent => return Err(file_not_found(&key, &path)),
    };
    let content = if request.resolve_placeholders {
        resolved(grpc, &state, &key, stored).await?
    } else {
        stored
    };
    Ok(pb::GetFileResponse {
        media_type: convert::media_type(path.as_str()),
        digest: crate::domain::Sha256::of(&content).to_string(),
        content,
        path: path.to_string(),
        version: version.name.to_string(),
        token: convert::token(&grpc.configuration, state.head),
    })
}

/// The configuration `key` at `state`, as callers are told when it can't be.
pub(super) async fn view(grpc: &Grpc, state: &State, key: &ViewKey) -> Result<Arc<View>, Fault> {
    let view = grpc.configuration.view(state, key).await;
    view.map_err(|error| read_error(&error))
}

/// The newest state, which must cover the token, and whose labels must not be
/// waiting for a source's first import.
pub(super) fn state(
    grpc: &Grpc,
    key: &ViewKey,
    min_token: &str,
) -> Result<Guard<Arc<State>>, Fault> {
    let token = parse::token("min_token", min_token)?;
    let state = grpc
        .configuration
        .state_at(token)
        .map_err(|error| token_refused(&error))?;
    let unfed = key.labels.iter().find(|label| {
        let found = state.label(label.as_str());
        found.is_none_or(|(_, label)| label.feed.is_none())
    });
    if let Some(label) = unfed
        && let Some(source) = grpc.sources.awaiting_first_import(&state)
    {
        return Err(Fault::new(
            Reason::SourceNotReady,
            format!("label {label} may be fed by source {source}, which was not read yet"),
        )
        .with("source", source)
        .with("label", label));
    }
    // main is always there for writers; to readers of a source's labels it is not
    // until the source has one, since an empty configuration starts applications
    let unused = key.labels.iter().find(|label| {
        let found = state.label(label.as_str());
        found.is_some_and(|(_, label)| label.feed.is_none() && label.documents.is_empty())
    });
    match unused {
        Some(label) if !grpc.sources.is_empty() => {
            Err(read_refused(&ReadRefused::LabelNotFound(label.clone())))
        }
        _ => Ok(state),
    }
}

pub(super) fn labels(label: &str) -> Vec<String> {
    if label.is_empty() {
        Vec::new()
    } else {
        vec![label.to_owned()]
    }
}

fn source_age(grpc: &Grpc, basis: &Basis) -> Option<pb::SourceAge> {
    let feed = basis.labels.iter().find_map(|label| label.feed.as_ref())?;
    let last_success = grpc
        .sources
        .last_success(&feed.source)
        .unwrap_or(feed.imported_at);
    Some(pb::SourceAge {
        source: feed.source.to_string(),
        last_success: Some(convert::timestamp(last_success)),
    })
}

/// The file that a path means: the one named for a profile first.
fn locate(state: &State, key: &ViewKey, path: &Path) -> Result<(Path, Version), Fault> {
    let profiles: Vec<&str> = key
        .profiles
        .iter()
        .map(|profile| profile.as_str())
        .collect();
    let candidates = plain_text::candidates(path.as_str(), &profiles);
    for label in key.labels.iter().rev() {
        let Some((_, found)) = state.label(label.as_str()) else {
            return Err(read_refused(&ReadRefused::LabelNotFound(label.clone())));
        };
        let document = candidates
            .iter()
            .filter_map(|candidate| found.documents.get(candidate.as_str()))
            .find_map(|document| served(document));
        if let Some(found) = document {
            return Ok(found);
        }
    }
    Err(file_not_found(key, path))
}

fn served(document: &Document) -> Option<(Path, Version)> {
    Some((document.path.clone(), document.served()?.clone()))
}

/// Replaces the placeholders of a text. What is not text stays as it is.
async fn resolved(
    grpc: &Grpc,
    state: &State,
    key: &ViewKey,
    stored: Bytes,
) -> Result<Bytes, Fault> {
    let Ok(text) = std::str::from_utf8(&stored) else {
        return Ok(stored);
    };
    if !text.contains("${") {
        return Ok(stored);
    }
    let view = view(grpc, state, key).await?;
    let sources: Vec<FlatSource<'_>> = view
        .rendered
        .documents()
        .map(|(_, document)| document.into())
        .collect();
    let lookup = Lookup::new(&sources);
    let resolved = placeholders::resolve(text, |name| lookup.get(name))
        .map_err(|error| Fault::new(Reason::InvalidArgument, error.to_string()))?;
    Ok(resolved.into())
}

fn file_not_found(key: &ViewKey, path: &Path) -> Fault {
    let label = key.labels.first().map_or("", |label| label.as_str());
    Fault::new(
        Reason::DocumentNotFound,
        format!("there is no file {path} on label {label}"),
    )
    .with("path", path)
    .with("label", label)
}
