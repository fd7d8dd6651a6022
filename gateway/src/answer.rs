//! The end of most handlers: a handler parses its request, makes one call, and answers with the
//! reply in one of these ways. `A` is the reply's form in JSON.

pub(crate) mod effective;
pub(crate) mod headers;
pub(crate) mod json_text;
pub(crate) mod sse;

use axum::Json;
use http::{HeaderMap, StatusCode};
use tonic::{Response, Status};

use self::headers::HasHeaders;
use crate::problem::Problem;

/// Answers with the reply.
pub(crate) async fn json<R, A: From<R>>(
    call: impl Future<Output = Result<Response<R>, Status>>,
) -> Result<Json<A>, Problem> {
    Ok(Json(call.await?.into_inner().into()))
}

/// Answers with the reply and the headers it gives.
pub(crate) async fn with_headers<R: HasHeaders, A: From<R>>(
    call: impl Future<Output = Result<Response<R>, Status>>,
) -> Result<(HeaderMap, Json<A>), Problem> {
    let reply = call.await?.into_inner();
    Ok((reply.headers().to_map(), Json(reply.into())))
}

/// The status of a write: 200 when it was made before.
pub(crate) fn written(created: bool) -> StatusCode {
    match created {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    }
}
