//! The answer of most routes: the requested value as JSON.

use axum::Json;
use http::StatusCode;
use tonic::{Response, Status};

use crate::problem::Problem;

/// Makes the call, and answers with its reply in the shape `A`.
pub(super) async fn json<R, A: From<R>>(
    call: impl Future<Output = Result<Response<R>, Status>>,
) -> Result<Json<A>, Problem> {
    Ok(Json(call.await?.into_inner().into()))
}

/// Makes a shape of replies that are nothing else.
macro_rules! from_replies {
    ($shape:ident = $field:ident of $($reply:ty),+ $(,)?) => {
        $(impl From<$reply> for $shape {
            fn from(reply: $reply) -> Self {
                reply.$field.unwrap_or_default().into()
            }
        })+
    };
}

pub(super) use from_replies;

/// The status of a write: 200 when it was made before.
pub(super) fn written(created: bool) -> StatusCode {
    match created {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    }
}
