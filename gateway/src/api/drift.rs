//! `/api/drift`: which instances run what they should, and which don't.

mod alerts;
mod fleets;
mod remediate;
mod silence;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::ApiState;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(fleets::list))
        .routes(routes!(fleets::get))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(silence::alert))
        .routes(routes!(silence::fleet))
        .routes(routes!(remediate::remediate))
}
