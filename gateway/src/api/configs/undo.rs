//! Takes back what made a document's version stable.

use axum::{Json, extract::State};
use vortex_proto::config::v1::UndoChangeRequest;
use vortex_rest::Undone;

use crate::{
    answer,
    api::{changes::UndoCommand, target::Target},
    clients::ConfigClient,
    extract::{Command, IdempotencyKey, Path},
    problem::Problem,
};

/// Take back what made a document's version stable
///
/// The document goes back to what was stable before, together with all others of the same change
/// set that are still stable with it.
#[utoipa::path(
    post,
    path = "/api/configs/{app}/{profile}/undo",
    operation_id = "undoDocument",
    extensions(("x-vortex-rpc" = json!(["UndoChange"]))),
    tag = "configs",
    params(Target, UndoCommand, IdempotencyKey),
    request_body = Option<UndoCommand>,
    responses((status = 200, description = "It is taken back, or would be", body = Undone)),
)]
pub(super) async fn undo(
    State(mut config): State<ConfigClient>,
    Path(target): Path<Target>,
    Command {
        mut given,
        request_id,
    }: Command<UndoCommand>,
) -> Result<Json<Undone>, Problem> {
    let document = target.document(given.take_label());
    let request = UndoChangeRequest {
        document: Some(document),
        ..given.request(request_id)
    };
    answer::json(config.undo_change(request)).await
}
