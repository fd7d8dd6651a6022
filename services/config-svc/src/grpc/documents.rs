//! Single documents: write, delete, read, list, compare.

use std::sync::Arc;

use bytes::Bytes;
use tonic::Request;
use vortex_kit::{
    access::Access,
    error::{Fault, Reason},
    grpc::page,
};
use vortex_proto::config::v1 as pb;
use vortex_spring::{File, Format};

use super::{Grpc, access, convert, parse};
use crate::{
    domain::{
        Command, Content, Document, DocumentKey, Label, Path, State, Version, check_size,
        existing_label,
    },
    error::{
        invalid_name, read_error, read_refused, refused, token_refused, unparsed, write_error,
    },
    views::is_large,
};

pub(super) async fn put(
    grpc: Grpc,
    request: Request<pb::PutDocumentRequest>,
) -> Result<pb::PutDocumentResponse, Fault> {
    let (request, requester) =
        parse::mutation(request, |request| std::mem::take(&mut request.request_id))?;
    let parse::Put {
        draft,
        media_type,
        content,
    } = parse::put(request)?;
    let path = draft
        .document
        .put_path(&grpc.configuration.state(), media_type);
    let path = path.map_err(|error| invalid_name(&error))?;
    check_size(&path, content.len()).map_err(|error| refused(&error))?;
    let checked = grpc.configuration.check(&path, content).await;
    let checked = checked.map_err(|error| unparsed(path.as_str(), &error))?;
    let digest = checked.bytes.0.to_string();
    let document = convert::reference(&draft.document);
    let write = Command::Write(draft.write(path.clone(), checked.content));
    let outcome = grpc
        .configuration
        .write(requester, write, vec![checked.bytes])
        .await
        .map_err(|error| write_error(&error))?;
    Ok(pb::PutDocumentResponse {
        document: Some(document),
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
    let (request, requester) =
        parse::mutation(request, |request| std::mem::take(&mut request.request_id))?;
    let draft = parse::delete(request)?;
    let path = draft.document.delete_path(&grpc.configuration.state());
    let path = path.map_err(|error| invalid_name(&error))?;
    let document = convert::reference(&draft.document);
    let write = Command::Write(draft.write(path, Content::Absent));
    let outcome = grpc
        .configuration
        .write(requester, write, Vec::new())
        .await
        .map_err(|error| write_error(&error))?;
    Ok(pb::DeleteDocumentResponse {
        document: Some(document),
        version: outcome.name.to_string(),
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

pub(super) async fn get(
    grpc: &Grpc,
    request: pb::GetDocumentRequest,
) -> Result<pb::GetDocumentResponse, Fault> {
    let target = parse::document(request.document)?;
    let token = parse::token("min_token", &request.min_token)?;
    let (head, path, version) = {
        let state = grpc
            .configuration
            .state_at(token)
            .map_err(|e| token_refused(&e))?;
        let document = existing(grpc, &state, &target)?;
        let version = version_of(&target, document, &request.version)?;
        (state.head, document.path.clone(), version.clone())
    };
    let content = stored(grpc, &target.label, &path, &version).await?;
    Ok(pb::GetDocumentResponse {
        document: Some(convert::reference(&target)),
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
    access: &Access,
    request: &pb::ListDocumentsRequest,
) -> Result<pb::ListDocumentsResponse, Fault> {
    let size = page::size(request.page_size)?;
    let after = page::after::<2>(&request.page_token)?;
    let state = grpc.configuration.state();
    let label = listed_label(grpc, &state, &request.label)?;
    let found = crate::domain::documents(&state, label, &request.app, after);
    let all = access.allows_everything();
    let found = found.filter(|(label, document)| {
        let (path, owner) = (document.path.as_str(), document.written_for.as_ref());
        all || access::sees(access, label.as_str(), path, owner)
    });
    let (page, next_page_token) = page::first(found, size, |(label, document)| {
        page::token(&[label.as_str(), document.path.as_str()])
    });
    let documents = page.into_iter().map(|(label, document)| {
        let read_by = state.labels.get(label);
        let read_by = read_by.and_then(|label| label.read_by(document));
        convert::document(label, document, read_by.as_ref())
    });
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
    let target = parse::document(request.document)?;
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
    let target = parse::document(request.document)?;
    let (path, from, to) = {
        let state = grpc.configuration.state();
        let document = existing(grpc, &state, &target)?;
        let from = version_of(&target, document, &request.from)?.clone();
        let to = version_of(&target, document, &request.to)?.clone();
        (document.path.clone(), from, to)
    };
    let label = &target.label;
    let before = file(grpc, label, &path, &from).await?;
    let after = file(grpc, label, &path, &to).await?;
    let is_large = is_large(flat_bytes(&before) + flat_bytes(&after));
    let compute = grpc.configuration.compute();
    let patch = compute.run_if_large(is_large, move |_| {
        serde_json::to_vec(&vortex_patch::of(&tree(before), &tree(after)))
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

fn existing<'a>(
    grpc: &Grpc,
    state: &'a State,
    target: &DocumentKey,
) -> Result<&'a Document, Fault> {
    let found = target.existing(state, grpc.sources.names());
    found.map_err(|refused| read_refused(&refused))
}

fn version_of<'a>(
    target: &DocumentKey,
    document: &'a Document,
    name: &str,
) -> Result<&'a Version, Fault> {
    let found = target.version(document, name);
    found.map_err(|refused| read_refused(&refused))
}

async fn stored(
    grpc: &Grpc,
    label: &Label,
    path: &Path,
    version: &Version,
) -> Result<Bytes, Fault> {
    let content = version.readable(label, path);
    let content = content.map_err(|refused| read_refused(&refused))?;
    let read = grpc.configuration.content(label, path, &content.sha256);
    read.await.map_err(|error| read_error(&error))
}

/// The content of a version to compare; empty for a deletion.
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

/// The parsed content of a version. None for a deletion, and for a file whose extension is not one
/// of configuration.
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

/// The tree to compare: the file's only document, or a list of all its documents.
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

/// The label that a list is restricted to, if any.
pub(super) fn listed_label<'a>(
    grpc: &Grpc,
    state: &'a State,
    given: &str,
) -> Result<Option<&'a Label>, Fault> {
    if given.is_empty() {
        return Ok(None);
    }
    let Ok(label) = given.parse() else {
        let why = format!("there is no label {given}");
        return Err(Fault::new(Reason::LabelNotFound, why).with("label", given));
    };
    let found = existing_label(state, &label, grpc.sources.names());
    found.map(Some).map_err(|refused| read_refused(&refused))
}
