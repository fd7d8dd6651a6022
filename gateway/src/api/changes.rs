//! `/api/changes`: change sets, whole.

mod apply;
mod command;
mod list;
mod read;
mod shape;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::services::Services;

pub(super) use shape::{Released, State};

pub(super) fn routes() -> OpenApiRouter<Services> {
    OpenApiRouter::new()
        .routes(routes!(list::list, apply::apply))
        .routes(routes!(read::get))
        .routes(routes!(command::release))
        .routes(routes!(command::discard))
}
