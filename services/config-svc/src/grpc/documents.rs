//! Single documents: write, delete, read, list, compare.

use super::{Grpc, convert, parse, reads};
use crate::{
    domain::{
        Command, Content, Document, DocumentWrite, Label, MediaType, Outcome, Path, State, Version,
        WriteChange, json_patch,
    },
    error::{read_error, token_refused, unparsed, write_error},
    views::is_large,
};
use bytes::Bytes;
use std::{cmp::Ordering, ops::Bound, sync::Arc};
use tonic::Request;
use vortex_kit::{
    error::{Fault, Reason},
    grpc::page,
};
use vortex_proto::config::v1 as pb;
use vortex_spring::{File, Format};

pub(super) async fn put(
    grpc: Grpc,
    request: Request<pb::PutDocumentRequest>,
) -> Result<pb::PutDocumentResponse, Fault> {
    let (mut request, requester) =
        parse::mutation(request, |request| std::mem::take(&mut request.request_id))?;
    let target = parse::target(request.document.take())?;
    let label = parse::writable_label(target.label.as_str())?;
    let path = put_path(&grpc, &target, parse::media_type(&request.media_type)?)?;
    check_size(&path, request.content.len())?;
    let checked = grpc
        .configuration
        .check(&path, request.content)
        .await
        .map_err(|error| unparsed(path.as_str(), &error))?;
    let digest = checked.bytes.0.to_string();
    let write = WriteChange {
        label,
        name: parse::version(&request.version)?,
        message: parse::text("message", request.message)?,
        author: parse::text("author", request.author)?,
        documents: vec![DocumentWrite {
            path: path.clone(),
            content: checked.content,
            written_for: Some(target.written_for.clone()),
        }],
        stage_only: request.stage_only,
        precondition: parse::precondition(&request.if_match, &request.if_none_match)?,
    };
    let outcome = grpc
        .configuration
        .write(requester, Command::Write(write), vec![checked.bytes])
        .await
        .map_err(|error| write_error(&error))?;
    Ok(pb::PutDocumentResponse {
        document: Some(target.reference()),
        version: outcome.name.to_string(),
        digest,
        token: convert::token(&grpc.configuration, outcome.at),
        created: outcome.created,
        path: path.to_string(),
    })
}

pub(super) async fn delete(
    grpc: Grpc,
    request: Request<pb::DeleteDocumentRequest>,
) -> Result<pb::DeleteDocumentResponse, Fault> {
    let (mut request, requester) =
        parse::mutation(request, |request| std::mem::take(&mut request.request_id))?;
    let target = parse::target(request.document.take())?;
    let label = parse::writable_label(target.label.as_str())?;
    let path = {
        let state = grpc.configuration.state();
        match find(&state, &target) {
            Some(document) => document.path.clone(),
            None => target.path(MediaType::Yaml)?,
        }
    };
    let write = WriteChange {
        label,
        name: parse::version(&request.version)?,
        message: parse::text("message", request.message)?,
        author: parse::text("author", request.author)?,
        documents: vec![DocumentWrite {
            path,
            content: Content::Absent,
            written_for: Some(target.written_for.clone()),
        }],
        stage_only: request.stage_only,
        precondition: parse::precondition(&request.if_match, "")?,
    };
    let outcome: Outcome = grpc
        .configuration
        .write(requester, Command::Write(write), Vec::new())
        .await
        .map_err(|error| write_error(&error))?;
    Ok(pb::DeleteDocumentResponse {
        document: Some(target.reference()),
        version: outcome.name.to_string(),
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

pub(super) async fn get(
    grpc: &Grpc,
    request: pb::GetDocumentRequest,
) -> Result<pb::GetDocumentResponse, Fault> {
    let target = parse::target(request.document)?;
    let token = parse::token("min_token", &request.min_token)?;
    let (head, path, version) = {
        let state = grpc
            .configuration
            .state_at(token)
            .map_err(|e| token_refused(&e))?;
        let document = existing(grpc, &state, &target)?;
        let version = wanted(document, &request.version, &target)?;
        (state.head, document.path.clone(), version.clone())
    };
    let content = stored(grpc, &target.label, &path, &version).await?;
    Ok(pb::GetDocumentResponse {
        document: Some(target.reference()),
        media_type: convert::media_type(path.as_str()),
        digest: digest(&version),
        content,
        version: version.name.to_string(),
        token: convert::token(&grpc.configuration, head),
        path: path.to_string(),
    })
}

pub(super) fn list(
    grpc: &Grpc,
    request: &pb::ListDocumentsRequest,
) -> Result<pb::ListDocumentsResponse, Fault> {
    let size = page::size(request.page_size)?;
    let after = page::after::<2>(&request.page_token)?;
    let state = grpc.configuration.state();
    let label = listed_label(grpc, &state, &request.label)?;
    let found = matching(&state, label, &request.app, after);
    let (page, next_page_token) = page::first(found, size, |(label, document)| {
        page::token(&[label.as_str(), document.path.as_str()])
    });
    let documents = page
        .into_iter()
        .map(|(label, document)| convert::document(label, document));
    Ok(pb::ListDocumentsResponse {
        documents: documents.collect(),
        next_page_token,
        token: convert::token(&grpc.configuration, state.head),
    })
}

pub(super) fn versions(
    grpc: &Grpc,
    request: pb::ListVersionsRequest,
) -> Result<pb::ListVersionsResponse, Fault> {
    let size = page::size(request.page_size)?;
    let before = page::before(&request.page_token)?;
    let target = parse::target(request.document)?;
    let state = grpc.configuration.state();
    let document = existing(grpc, &state, &target)?;
    let kept = document.versions.iter().rev().filter(|v| v.seq.0 < before);
    let (page, next_page_token) = page::first(kept, size, |version| {
        page::token(&[&version.seq.to_string()])
    });
    let versions = page
        .into_iter()
        .map(|version| convert::version(&state, document, version));
    Ok(pb::ListVersionsResponse {
        versions: versions.collect(),
        next_page_token,
        token: convert::token(&grpc.configuration, state.head),
    })
}

pub(super) async fn diff(
    grpc: &Grpc,
    request: pb::DiffVersionsRequest,
) -> Result<pb::DiffVersionsResponse, Fault> {
    let target = parse::target(request.document)?;
    let (path, from, to) = {
        let state = grpc.configuration.state();
        let document = existing(grpc, &state, &target)?;
        let from = wanted(document, &request.from, &target)?.clone();
        let to = wanted(document, &request.to, &target)?.clone();
        (document.path.clone(), from, to)
    };
    let label = &target.label;
    let before = file(grpc, label, &path, &from).await?;
    let after = file(grpc, label, &path, &to).await?;
    let is_large = is_large(flat_bytes(&before) + flat_bytes(&after));
    let compute = grpc.configuration.compute();
    let patch = compute.run_if_large(is_large, move |_| {
        serde_json::to_vec(&json_patch(&tree(before), &tree(after)))
    });
    let patch = patch.await?.map_err(|error| Fault::internal(&error))?;
    Ok(pb::DiffVersionsResponse {
        from: from.name.to_string(),
        to: to.name.to_string(),
        patch: patch.into(),
        from_content: text(grpc, label, &path, &from).await?,
        to_content: text(grpc, label, &path, &to).await?,
    })
}

pub(super) fn check_size(path: &Path, bytes: usize) -> Result<(), Fault> {
    if bytes <= crate::domain::MAX_DOCUMENT_BYTES {
        return Ok(());
    }
    let refused = crate::domain::Refused::TooLarge {
        path: path.clone(),
        bytes: bytes as u64,
    };
    Err(crate::error::refused(&refused))
}

/// Where a write goes: to the document that is there when it has that media
/// type, whatever its extension.
fn put_path(
    grpc: &Grpc,
    target: &parse::Target,
    media_type: Option<MediaType>,
) -> Result<Path, Fault> {
    let state = grpc.configuration.state();
    if let Some(document) = find(&state, target).filter(|d| d.served().is_some()) {
        let there = MediaType::from_path(document.path.as_str());
        if media_type.is_none() || media_type == there {
            return Ok(document.path.clone());
        }
    }
    target.path(media_type.unwrap_or(MediaType::Yaml))
}

fn find<'a>(state: &'a State, target: &parse::Target) -> Option<&'a Document> {
    state.document_of(target.label.as_str(), &target.written_for)
}

fn existing<'a>(
    grpc: &Grpc,
    state: &'a State,
    target: &parse::Target,
) -> Result<&'a Document, Fault> {
    reads::check_label(grpc, state, &target.label)?;
    if state.label(target.label.as_str()).is_none() {
        return Err(label_not_found(target.label.as_str()));
    }
    find(state, target).ok_or_else(|| not_found(target))
}

fn wanted<'a>(
    document: &'a Document,
    version: &str,
    target: &parse::Target,
) -> Result<&'a Version, Fault> {
    if version.is_empty() {
        return document.served().ok_or_else(|| not_found(target));
    }
    document.named(version).ok_or_else(|| {
        Fault::new(
            Reason::VersionNotFound,
            format!("{} has no version {version}", document.path),
        )
        .with("path", &document.path)
        .with("version", version)
    })
}

async fn stored(
    grpc: &Grpc,
    label: &Label,
    path: &Path,
    version: &Version,
) -> Result<Bytes, Fault> {
    match &version.content {
        Content::Present { content, .. } => grpc
            .configuration
            .content(label, path, &content.sha256)
            .await
            .map_err(|error| read_error(&error)),
        Content::Oversized { size } => {
            let refused = crate::domain::ReadRefused::TooLarge {
                label: label.clone(),
                path: path.clone(),
                size: *size,
            };
            Err(crate::error::read_refused(&refused))
        }
        Content::Absent => Err(Fault::new(
            Reason::DocumentNotFound,
            format!("version {} deleted {path} and has no content", version.name),
        )
        .with("path", path)),
    }
}

/// The content of a version to compare: nothing for a deletion.
async fn text(grpc: &Grpc, label: &Label, path: &Path, version: &Version) -> Result<Bytes, Fault> {
    match version.content.stored() {
        None => Ok(Bytes::new()),
        Some(content) => grpc
            .configuration
            .content(label, path, &content.sha256)
            .await
            .map_err(|error| read_error(&error)),
    }
}

/// The parsed content of a version: none for one that is no configuration.
async fn file(
    grpc: &Grpc,
    label: &Label,
    path: &Path,
    version: &Version,
) -> Result<Option<Arc<File>>, Fault> {
    let (Some(content), Some(format)) =
        (version.content.stored(), Format::from_path(path.as_str()))
    else {
        return Ok(None);
    };
    let configuration = &grpc.configuration;
    let file = configuration.file(label, path, content.sha256, format);
    file.await.map(Some).map_err(|error| read_error(&error))
}

/// What is compared of a file: its only document, or all of them in a list.
fn tree(file: Option<Arc<File>>) -> serde_json::Value {
    let Some(file) = file else {
        return serde_json::Value::Null;
    };
    match file.documents.as_slice() {
        [only] => only.tree.clone(),
        several => several
            .iter()
            .map(|document| document.tree.clone())
            .collect(),
    }
}

fn flat_bytes(file: &Option<Arc<File>>) -> usize {
    file.as_deref().map_or(0, crate::views::flat_bytes)
}

fn digest(version: &Version) -> String {
    version
        .content
        .stored()
        .map_or(String::new(), |c| c.sha256.to_string())
}

/// The label a list is of, as readers mean it; none for all of them.
pub(super) fn listed_label<'a>(
    grpc: &Grpc,
    state: &'a State,
    given: &str,
) -> Result<Option<&'a Label>, Fault> {
    if given.is_empty() {
        return Ok(None);
    }
    if let Ok(label) = given.parse() {
        reads::check_label(grpc, state, &label)?;
    }
    let found = state.label(given).map(|(name, _)| name);
    found.map(Some).ok_or_else(|| label_not_found(given))
}

fn matching<'a>(
    state: &'a State,
    wanted: Option<&'a Label>,
    app: &'a str,
    after: Option<[String; 2]>,
) -> impl Iterator<Item = (&'a Label, &'a Document)> {
    let (start_label, start_path) = match after {
        Some([label, path]) => (label, path),
        None => Default::default(),
    };
    let is_wanted = move |name: &Label| wanted.is_none_or(|wanted| wanted == name);
    let labels = state.labels.iter().filter(move |(name, _)| is_wanted(name));
    labels
        .filter_map(move |(name, label)| {
            let start = match name.as_str().cmp(&start_label) {
                Ordering::Less => return None,
                Ordering::Equal => Bound::Excluded(start_path.as_str()),
                Ordering::Greater => Bound::Unbounded,
            };
            let documents = label.documents.range::<_, str>((start, Bound::Unbounded));
            Some(documents.map(move |(_, document)| (name, document.as_ref())))
        })
        .flatten()
        .filter(|(_, document)| belongs(document, app))
}

/// Whether a document is of an application: written for it, or named for it.
fn belongs(document: &Document, app: &str) -> bool {
    let owner = document.written_for.as_ref();
    let owner = owner.map(|owner| owner.app.as_str());
    app.is_empty() || vortex_names::is_of(document.path.as_str(), owner, app)
}

fn label_not_found(label: &str) -> Fault {
    Fault::new(Reason::LabelNotFound, format!("there is no label {label}")).with("label", label)
}

fn not_found(target: &parse::Target) -> Fault {
    let stem = target.written_for.stem();
    Fault::new(
        Reason::DocumentNotFound,
        format!("there is no document {stem} on label {}", target.label),
    )
    .with("label", &target.label)
    .with("document", stem)
}
