//! Takes back what made something stable, or says what that would do.

use std::collections::BTreeSet;

use bytes::Bytes;
use tonic::Request;
use vortex_kit::{access::Access, context::Context, error::Fault};
use vortex_names::Concerned;
use vortex_proto::config::v1 as pb;

use super::{Grpc, access, convert, parse};
use crate::{
    domain::{
        Command, ContentRef, Holding, Label, LabelState, Outcome, Path, Selector, Seq, State, Undo,
        UndoTarget, Version, is_shared, plan_undo,
    },
    error::{read_error, refused, write_error},
};

/// The most documents and applications that an answer names.
const LISTED: usize = 100;
/// The largest content that is shown, in bytes.
const SHOWN_CONTENT: usize = 64 << 10;
/// The most bytes of contents that are shown.
const SHOWN_CONTENTS: usize = 1 << 20;

pub(super) async fn undo(
    grpc: Grpc,
    request: Request<pb::UndoChangeRequest>,
) -> Result<pb::UndoChangeResponse, Fault> {
    let access = Context::access_of(&request);
    let (request, requester) =
        parse::mutation(request, |request| std::mem::take(&mut request.request_id))?;
    let validate_only = request.validate_only;
    let undo = command(request)?;
    require(&grpc, &access, &undo)?;
    if validate_only {
        return Planned::of(&grpc, &undo)?.shown(&grpc).await;
    }
    let outcome = grpc
        .configuration
        .write(requester, Command::Undo(undo), Vec::new())
        .await
        .map_err(|error| write_error(&error))?;
    done(&grpc, &outcome).await
}

/// Fails unless the caller may do this with all documents that go back or, where nothing does, with
/// what was to be undone.
fn require(grpc: &Grpc, access: &Access, undo: &Undo) -> Result<(), Fault> {
    let state = grpc.configuration.state();
    match plan_undo(&state, undo) {
        Ok(plan) => {
            let label = &plan.undone.change.label;
            let documents = plan.documents.iter().map(|back| {
                let document = back.document;
                (document.path.as_str(), document.written_for.as_ref())
            });
            access::require_documents(access, label, documents)
        }
        Err(_) => match &undo.target {
            UndoTarget::Change(selector) => access::require_selected(access, &state, selector),
            UndoTarget::Document { label, owner } => access::require_owner(access, label, owner),
        },
    }
}

/// What was done, from its record, so that a repeated request gets the same answer.
async fn done(grpc: &Grpc, outcome: &Outcome) -> Result<pb::UndoChangeResponse, Fault> {
    let record = super::freezes::record(grpc, outcome).await;
    let moves = record.map(|record| record.moves).unwrap_or_default();
    let state = grpc.configuration.state();
    let entry = |seq: Seq| state.changes.get(&seq);
    let shown = |entry| convert::change_in_list(&state, entry);
    let undone = moves.listed.iter().find_map(|moved| moved.from.as_ref());
    let change = entry(outcome.change);
    let is_gone = |path: &Path| {
        let documents = change.map(|entry| entry.change.documents.iter());
        let mut documents = documents.into_iter().flatten();
        documents.any(|changed| changed.path == *path && !changed.content.exists())
    };
    let documents = moves.listed.iter().map(|moved| pb::UndoneDocument {
        path: moved.path.to_string(),
        from: (moved.from.as_ref()).map_or(String::new(), |(_, name)| name.to_string()),
        to: match is_gone(&moved.path) {
            true => String::new(),
            false => moved.to.to_string(),
        },
        ..pb::UndoneDocument::default()
    });
    let paths = moves.listed.iter().map(|moved| &moved.path);
    let apps = readers(&state, &outcome.label, paths);
    Ok(pb::UndoChangeResponse {
        undone: undone.and_then(|(seq, _)| entry(*seq)).map(shown),
        change: change.map(shown),
        documents: documents.collect(),
        document_count: moves.count,
        app_count: apps.len() as u32,
        apps: apps.into_iter().take(LISTED).collect(),
        token: convert::token(&grpc.configuration, outcome.at),
    })
}

fn command(request: pb::UndoChangeRequest) -> Result<Undo, Fault> {
    let target = match (request.document, request.change.as_str()) {
        (Some(document), "") => {
            let key = parse::document(Some(document))?;
            UndoTarget::Document {
                label: key.label,
                owner: key.written_for,
            }
        }
        (None, name) => UndoTarget::Change(Selector {
            label: parse::label(&request.label)?,
            name: parse::required_version(name)?,
            holding: Holding::Anything,
        }),
        (Some(_), _) => {
            let why = "it can't be given together with change";
            return Err(Fault::invalid("document", why));
        }
    };
    Ok(Undo {
        target,
        change: (request.change_sequence != 0).then_some(Seq(request.change_sequence)),
        reason: parse::reason(request.reason)?,
        author: parse::text("author", request.author)?,
    })
}

/// What an undo would do, as it is answered.
struct Planned {
    answer: pb::UndoChangeResponse,
    label: Label,
    contents: Vec<(Path, [Option<ContentRef>; 2])>,
}

impl Planned {
    fn of(grpc: &Grpc, undo: &Undo) -> Result<Self, Fault> {
        let state = grpc.configuration.state();
        let plan = plan_undo(&state, undo).map_err(|error| refused(&error))?;
        let stored = |version: &Version| version.content.stored();
        let listed = plan.documents.iter().take(LISTED);
        let contents = listed.clone().map(|back| {
            let sides = [stored(back.from), back.to.and_then(stored)];
            (back.document.path.clone(), sides)
        });
        let documents = listed.map(|back| pb::UndoneDocument {
            path: back.document.path.to_string(),
            from: back.from.name.to_string(),
            to: back.to.map_or(String::new(), |to| to.name.to_string()),
            ..pb::UndoneDocument::default()
        });
        let undone = &plan.undone.change;
        let paths = plan.documents.iter().map(|back| &back.document.path);
        let apps = readers(&state, &undone.label, paths);
        Ok(Self {
            answer: pb::UndoChangeResponse {
                undone: Some(convert::change_in_list(&state, plan.undone)),
                change: plan
                    .earlier
                    .map(|entry| convert::change_in_list(&state, entry)),
                documents: documents.collect(),
                document_count: plan.documents.len() as u32,
                app_count: apps.len() as u32,
                apps: apps.into_iter().take(LISTED).collect(),
                token: convert::token(&grpc.configuration, state.head),
            },
            label: undone.label.clone(),
            contents: contents.collect(),
        })
    }

    /// The answer, with the contents.
    async fn shown(self, grpc: &Grpc) -> Result<pb::UndoChangeResponse, Fault> {
        let mut answer = self.answer;
        let mut left = SHOWN_CONTENTS;
        for (document, (path, sides)) in answer.documents.iter_mut().zip(&self.contents) {
            let size: usize = sides.iter().flatten().map(|side| side.size as usize).sum();
            let is_large = sides
                .iter()
                .flatten()
                .any(|side| side.size as usize > SHOWN_CONTENT);
            if is_large || size > left {
                document.content_left_out = true;
                continue;
            }
            left -= size;
            let [from, to] = sides;
            document.from_content = content(grpc, &self.label, path, from.as_ref()).await?;
            document.to_content = content(grpc, &self.label, path, to.as_ref()).await?;
        }
        Ok(answer)
    }
}

async fn content(
    grpc: &Grpc,
    label: &Label,
    path: &Path,
    content: Option<&ContentRef>,
) -> Result<Bytes, Fault> {
    let Some(content) = content else {
        return Ok(Bytes::new());
    };
    let read = grpc.configuration.content(label, path, &content.sha256);
    read.await.map_err(|error| read_error(&error))
}

/// The applications that read one of the documents: all that are known where one is written for
/// all.
fn readers<'a>(
    state: &State,
    label: &Label,
    paths: impl Iterator<Item = &'a Path>,
) -> BTreeSet<String> {
    let Some(label) = state.labels.get(label) else {
        return BTreeSet::new();
    };
    let concerned = Concerned::by(paths.map(|path| {
        let document = label.documents.get(path);
        let owner = document.and_then(|document| document.written_for.as_ref());
        (path.as_str(), owner.map(|owner| owner.app.as_str()))
    }));
    let mut known = known_apps(label);
    known.retain(|app| concerned.has(app));
    known
}

/// The applications that documents of a label are written or named for. A file of a source does not
/// say where its application's name ends: of `orders.yml` and `orders-dev.yml` that is `orders`.
fn known_apps(label: &LabelState) -> BTreeSet<String> {
    let documents = label.documents.values();
    let documents = documents.filter(|document| {
        let owner = document.written_for.as_ref();
        document.served().is_some() && !is_shared(document.path.as_str(), owner)
    });
    let mut apps = BTreeSet::new();
    let mut stems = BTreeSet::new();
    for document in documents {
        match &document.written_for {
            Some(owner) => apps.insert(owner.app.to_string()),
            None => stems.insert(document.path.stem().to_owned()),
        };
    }
    // in order, `orders` comes before all that begin with it
    let mut shortest: Option<String> = None;
    for stem in stems {
        let is_longer = shortest
            .as_deref()
            .is_some_and(|app| vortex_names::is_of(&stem, None, app));
        if !is_longer {
            apps.insert(stem.clone());
            shortest = Some(stem);
        }
    }
    apps
}
