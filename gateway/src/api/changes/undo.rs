//! Takes a change set back.

use axum::{Json, extract::State};
use vortex_proto::config::v1::UndoChangeRequest;
use vortex_rest::Undone;

use crate::{
    answer,
    clients::ConfigClient,
    extract::{Command, IdempotencyKey, Path, command_parameters},
    problem::Problem,
};

command_parameters! {
    /// What is taken back, and how; in the query or the body.
    pub(in crate::api) struct UndoCommand {
        /// The label; `main` when left out.
        label: Option<String>,
        /// Only says what would happen.
        validate_only: Option<bool>,
        /// Why, for the log.
        reason: Option<String>,
        /// Who does it, as the caller says.
        author: Option<String>,
        /// The `sequence` of the change set that is meant, as `validate_only` said; refused when it
        /// is another one by now.
        change_sequence: Option<u64>,
    }
}

impl UndoCommand {
    /// The label, as it was given.
    pub(in crate::api) fn take_label(&mut self) -> Option<String> {
        self.label.take()
    }

    /// The request, still without what it is about.
    pub(in crate::api) fn request(self, request_id: String) -> UndoChangeRequest {
        UndoChangeRequest {
            label: self.label.unwrap_or_default(),
            validate_only: self.validate_only.unwrap_or_default(),
            reason: self.reason.unwrap_or_default(),
            author: self.author.unwrap_or_default(),
            change_sequence: self.change_sequence.unwrap_or_default(),
            request_id,
            ..UndoChangeRequest::default()
        }
    }
}

/// Take back what made a change set stable
///
/// All its documents that are still stable go back to what each replaced, at once.
#[utoipa::path(
    post,
    path = "/api/changes/{name}/undo",
    operation_id = "undoChange",
    tag = "changes",
    params(
        ("name" = String, Path, description = "Its name"),
        UndoCommand,
        IdempotencyKey,
    ),
    request_body = Option<UndoCommand>,
    responses((status = 200, description = "It is taken back, or would be", body = Undone)),
)]
pub(super) async fn undo(
    State(mut config): State<ConfigClient>,
    Path(name): Path<String>,
    Command { given, request_id }: Command<UndoCommand>,
) -> Result<Json<Undone>, Problem> {
    let request = UndoChangeRequest {
        change: name,
        ..given.request(request_id)
    };
    answer::json(config.undo_change(request)).await
}
