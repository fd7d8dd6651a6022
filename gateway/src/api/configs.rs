//! `/api/configs`: the documents of applications and profiles.

mod content;
mod delete;
mod diff;
mod list;
mod read;
mod release;
mod undo;
mod versions;
mod write;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::ApiState;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(write::put, read::get, delete::delete))
        .routes(routes!(versions::versions))
        .routes(routes!(diff::diff))
        .routes(routes!(release::release))
        .routes(routes!(undo::undo))
}
