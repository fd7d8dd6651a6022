//! The template of the route that answered, which metrics and logs use instead of the path.

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};

use crate::spring;

/// A route's template.
#[derive(Clone, Debug)]
pub(super) enum Template {
    /// A route of Spring's, or no route.
    Known(&'static str),
    /// A route of the router's.
    Matched(MatchedPath),
}

impl Template {
    /// No route.
    pub(super) const UNMATCHED: Self = Self::Known(spring::UNMATCHED);

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Known(template) => template,
            Self::Matched(path) => path.as_str(),
        }
    }
}

/// Passes the template out of the router, in the response's extensions.
pub(super) async fn tell(path: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(path) = path {
        response.extensions_mut().insert(Template::Matched(path));
    }
    response
}
