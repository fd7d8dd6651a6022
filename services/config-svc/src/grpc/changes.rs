//! Change sets: create, read, list, release, discard.

use bytes::Bytes;
use tonic::Request;
use vortex_kit::{
    access::Access,
    context::Context,
    error::{Fault, Reason},
    grpc::{bounds, page},
};
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::document_write::Change as Write;

use super::{Grpc, access, convert, parse};
use crate::{
    domain::{
        Body, ChangeEntry, ChangeState, Command, Content, DocumentWrite, Holding, MediaType,
        Outcome, Release, Selector, Seq, Sha256, State, WantedChanges, WriteChange, check_size,
    },
    error::{invalid_name, refused, unparsed, write_error},
};

/// Documents of a change set at most.
const MAX_DOCUMENTS: usize = 10_000;

pub(super) async fn apply(
    grpc: Grpc,
    request: Request<pb::ApplyChangeRequest>,
) -> Result<pb::ApplyChangeResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) =
        parse::mutation(request, |request| std::mem::take(&mut request.request_id))?;
    let label = parse::writable_label(&request.label)?;
    let name = parse::version(&request.version)?;
    let message = parse::text("message", request.message)?;
    let author = parse::text("author", request.author)?;
    bounds::items("documents", request.documents.len(), MAX_DOCUMENTS)?;
    // what they would write is looked at only if they may
    let paths = request
        .documents
        .iter()
        .enumerate()
        .map(|(index, document)| {
            let path = parse::path(&document.path);
            path.map_err(|fault| fault.with("document", index))
        });
    let paths = paths.collect::<Result<Vec<_>, _>>()?;
    access::require_paths(&access, &grpc.configuration.state(), &label, &paths)?;
    let mut documents = Vec::with_capacity(request.documents.len());
    let mut contents = Vec::new();
    for (index, document) in request.documents.into_iter().enumerate() {
        let (write, content) = document_write(&grpc, document)
            .await
            .map_err(|fault| fault.with("document", index))?;
        documents.push(write);
        contents.extend(content);
        // each is parsed in no time, all of them are not
        tokio::task::yield_now().await;
    }
    let written = documents.clone();
    let write = WriteChange {
        label,
        name,
        message,
        author,
        documents,
        stage_only: request.stage_only,
        precondition: None,
    };
    let outcome = grpc
        .configuration
        .write(requester, Command::Write(write), contents)
        .await
        .map_err(|error| write_error(&error))?;
    Ok(applied(&grpc, &outcome, &written))
}

pub(super) fn get(
    grpc: &Grpc,
    access: &Access,
    request: &pb::GetChangeRequest,
) -> Result<pb::GetChangeResponse, Fault> {
    let selector = selector(&request.name, &request.label, &request.path)?;
    let state = grpc.configuration.state();
    super::reads::check_label(grpc, &state, &selector.label)?;
    let entry = selected(&state, &selector)?;
    access::require_sight(access, &entry.change)?;
    Ok(pb::GetChangeResponse {
        change: Some(convert::change(&state, entry)),
        token: convert::token(&grpc.configuration, state.head),
    })
}

pub(super) async fn list(
    grpc: &Grpc,
    access: Access,
    request: pb::ListChangesRequest,
) -> Result<pb::ListChangesResponse, Fault> {
    let size = page::size(request.page_size)?;
    let before = page::before(&request.page_token)?;
    let state = grpc.configuration.state();
    let label = super::documents::listed_label(grpc, &state, &request.label)?.cloned();
    let relevance = parse::relevance(&request.app, "")?;
    let wanted_state = wanted_state(request.state)?;
    let since = parse::time("since", request.since)?;
    let token = convert::token(&grpc.configuration, state.head);
    // what few change sets match is found by a look at all documents of all of them
    let all = access.allows_everything();
    let is_large = relevance.is_some() || !request.author.is_empty() || !all;
    let compute = grpc.configuration.compute();
    let listed = compute.run_if_large(is_large, move |_| {
        let wanted = WantedChanges {
            label: label.as_ref(),
            state: wanted_state,
            awaits_rollout: request.awaits_rollout,
            before: Seq(before),
            since,
            author: Some(request.author.as_str()).filter(|author| !author.is_empty()),
            relevance: relevance.as_ref(),
        };
        let found = wanted.of(&state);
        let found = found.filter(|entry| all || access::sees_change(&access, &entry.change));
        let (page, next_page_token) = page::first(found, size, |entry| {
            page::token(&[&entry.change.seq.to_string()])
        });
        let page = page.into_iter();
        pb::ListChangesResponse {
            changes: page
                .map(|entry| convert::change_in_list(&state, entry))
                .collect(),
            next_page_token,
            token,
        }
    });
    Ok(listed.await?)
}

pub(super) async fn release(
    grpc: Grpc,
    request: Request<pb::ReleaseChangeRequest>,
) -> Result<pb::ReleaseChangeResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) =
        parse::mutation(request, |request| std::mem::take(&mut request.request_id))?;
    let precondition = parse::precondition(&request.if_match, "")?;
    let selector = released(&request)?;
    if precondition.is_some() && matches!(selector.holding, Holding::Anything) {
        let why = "name the path or the document that it applies to";
        return Err(Fault::invalid("if_match", why));
    }
    access::require_selected(&access, &grpc.configuration.state(), &selector)?;
    let force = request.force;
    let release = Command::Release(Release {
        selector,
        precondition,
        force,
        reason: parse::reason(request.reason)?,
        author: parse::text("author", request.author)?,
        message: parse::text("message", request.message)?,
    });
    let outcome = grpc
        .configuration
        .write(requester, release, Vec::new())
        .await
        .map_err(|error| write_error(&error))?;
    Ok(pb::ReleaseChangeResponse {
        change: change_of(&grpc, &outcome),
        token: convert::token(&grpc.configuration, outcome.at),
        moved: outcome.moved,
        ended_rollouts: match force && outcome.moved {
            true => ended_by(&grpc, outcome.at).await,
            false => Vec::new(),
        },
    })
}

/// The splits that a release ended, by its record: so a repeated request gets the same answer.
async fn ended_by(grpc: &Grpc, at: Seq) -> Vec<String> {
    let before = Seq(at.0.saturating_sub(1));
    let Ok(records) = grpc.configuration.store().records_after(before).await else {
        // the release is done all the same
        return Vec::new();
    };
    match records.first().map(|record| (record.seq, &record.body)) {
        Some((seq, Body::Release { detached, .. })) if seq == at => {
            detached.iter().map(ToString::to_string).collect()
        }
        // a release that an earlier answer is about may have left the log
        _ => Vec::new(),
    }
}

pub(super) async fn discard(
    grpc: Grpc,
    request: Request<pb::DiscardChangeRequest>,
) -> Result<pb::DiscardChangeResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) =
        parse::mutation(request, |request| std::mem::take(&mut request.request_id))?;
    let selector = selector(&request.name, &request.label, &request.path)?;
    access::require_selected(&access, &grpc.configuration.state(), &selector)?;
    let outcome = grpc
        .configuration
        .write(requester, Command::Discard(selector), Vec::new())
        .await
        .map_err(|error| write_error(&error))?;
    Ok(pb::DiscardChangeResponse {
        change: change_of(&grpc, &outcome),
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

type Stored = Option<(Sha256, Bytes)>;

async fn document_write(
    grpc: &Grpc,
    document: pb::DocumentWrite,
) -> Result<(DocumentWrite, Stored), Fault> {
    let path = parse::path(&document.path)?;
    let by_extension = path.check_writable().map_err(|e| invalid_name(&e))?;
    check_media_type(&document, by_extension)?;
    let (content, stored) = match document.change {
        Some(Write::Content(content)) => {
            check_size(&path, content.len()).map_err(|e| refused(&e))?;
            let checked = grpc
                .configuration
                .check(&path, content)
                .await
                .map_err(|error| unparsed(path.as_str(), &error))?;
            (checked.content, Some(checked.bytes))
        }
        Some(Write::Delete(true)) => (Content::Absent, None),
        Some(Write::Delete(false)) | None => {
            return Err(Fault::invalid(
                "documents",
                format!("{path} needs either content or delete"),
            ));
        }
    };
    let write = DocumentWrite {
        path,
        content,
        written_for: None,
    };
    Ok((write, stored))
}

fn check_media_type(document: &pb::DocumentWrite, by_extension: MediaType) -> Result<(), Fault> {
    match parse::media_type(&document.media_type)? {
        Some(given) if given != by_extension => Err(Fault::new(
            Reason::UnsupportedFormat,
            format!(
                "{} is {} by its extension and {} by its media type",
                document.path,
                by_extension.as_str(),
                given.as_str()
            ),
        )),
        _ => Ok(()),
    }
}

fn applied(grpc: &Grpc, outcome: &Outcome, written: &[DocumentWrite]) -> pb::ApplyChangeResponse {
    let documents = written.iter().map(|write| pb::ChangedDocument {
        path: write.path.to_string(),
        version: outcome.name.to_string(),
        digest: write
            .content
            .stored()
            .map_or(String::new(), |c| c.sha256.to_string()),
        deleted: !write.content.exists(),
    });
    pb::ApplyChangeResponse {
        change: outcome.name.to_string(),
        digest: outcome.digest.to_string(),
        token: convert::token(&grpc.configuration, outcome.at),
        created: outcome.created,
        documents: documents.collect(),
    }
}

/// Selects the change set to release.
fn released(request: &pb::ReleaseChangeRequest) -> Result<Selector, Fault> {
    let Some(document) = &request.document else {
        return selector(&request.name, &request.label, &request.path);
    };
    if !request.label.is_empty() || !request.path.is_empty() {
        let why = "it can't be given together with label or path";
        return Err(Fault::invalid("document", why));
    }
    let target = parse::document(Some(document.clone()))?;
    Ok(Selector {
        label: target.label,
        name: parse::required_version(&request.name)?,
        holding: Holding::Document(target.written_for),
    })
}

fn selector(name: &str, label: &str, path: &str) -> Result<Selector, Fault> {
    Ok(Selector {
        label: parse::label(label)?,
        name: parse::required_version(name)?,
        holding: parse::optional_path(path)?.map_or(Holding::Anything, Holding::Path),
    })
}

fn selected<'a>(state: &'a State, selector: &Selector) -> Result<&'a ChangeEntry, Fault> {
    state.select(selector).map_err(|e| refused(&e))
}

fn change_of(grpc: &Grpc, outcome: &Outcome) -> Option<pb::Change> {
    let state = grpc.configuration.state();
    let entry = state.changes.get(&outcome.change)?;
    Some(convert::change(&state, entry))
}

fn wanted_state(given: i32) -> Result<Option<ChangeState>, Fault> {
    match pb::ChangeState::try_from(given) {
        Ok(pb::ChangeState::Unspecified) => Ok(None),
        Ok(pb::ChangeState::Staged) => Ok(Some(ChangeState::Staged)),
        Ok(pb::ChangeState::Released) => Ok(Some(ChangeState::Released)),
        Ok(pb::ChangeState::Discarded) => Ok(Some(ChangeState::Discarded)),
        Ok(pb::ChangeState::RolledBack) => Ok(Some(ChangeState::RolledBack)),
        Err(_) => Err(Fault::invalid(
            "state",
            format!("{given} is not a known state"),
        )),
    }
}
