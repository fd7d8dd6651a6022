//! `/api/changes`: change sets, whole.

mod apply;
mod command;
mod list;
mod read;
mod undo;

pub(super) use undo::UndoCommand;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::ApiState;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, apply::apply))
        .routes(routes!(read::get))
        .routes(routes!(command::release))
        .routes(routes!(command::discard))
        .routes(routes!(undo::undo))
}
