//! Pages of other sites may not write.
//!
//! There are no keys yet, so whoever reaches the port may write, and a browser on the operator's
//! machine does reach it. Browsers say with each request where it comes from.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::Method;
use vortex_kit::error::{Fault, Reason};

use crate::problem::Problem;

/// Refuses a write that a browser makes for a page of another site.
pub(super) async fn refuse(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site");
    let foreign = site.is_some_and(|site| site == "cross-site");
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS];
    match foreign && !reads.contains(request.method()) {
        true => {
            let message = "a page of another site may not write";
            Problem(Fault::new(Reason::PermissionDenied, message)).into_response()
        }
        false => next.run(request).await,
    }
}
