//! The answer of most routes: the requested value as JSON.

use axum::Json;
use http::StatusCode;
use tonic::{Response, Status};

use crate::problem::Problem;

/// Makes the call, and answers with its reply as `A`.
pub(super) async fn json<R, A: From<R>>(
    call: impl Future<Output = Result<Response<R>, Status>>,
) -> Result<Json<A>, Problem> {
    Ok(Json(call.await?.into_inner().into()))
}

/// The status of a write: 200 when it was made before.
pub(super) fn written(created: bool) -> StatusCode {
    match created {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    }
}
