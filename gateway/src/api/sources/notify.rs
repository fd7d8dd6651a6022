//! `POST /monitor`: webhook of Git hosts for pushes.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::config::v1::NotifySourcesRequest;
use vortex_rest::Notified;

use super::signature::verify;
use crate::{
    answer, clients::SourceClient, extract::read, problem::Problem, settings::WebhookSecret,
};

/// Limit of the body, in bytes. Hosts send whole commits along, which are not needed here.
const LIMIT: usize = 4 << 20;

/// Which source is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Parameters {
    /// Only the source of this name; all when left out.
    source: Option<String>,
}

/// Take a push notification
///
/// The body may be GitHub's, GitLab's, Gitea's, Bitbucket's or Spring's `path=` form, or anything
/// else: the sources look for new commits themselves, so a forged notification does no harm. Where
/// the gateway has a webhook secret, it must be signed with that as GitHub, GitLab, Bitbucket,
/// Gitea and Gogs do.
#[utoipa::path(
    post,
    path = "/monitor",
    operation_id = "notifySources",
    tag = "sources",
    params(Parameters),
    request_body(content = String, description = "Anything, up to 4 MiB", content_type = "*/*"),
    responses((status = 200, description = "These look now", body = Notified)),
)]
pub(super) async fn notify(
    State(mut sources): State<SourceClient>,
    State(secret): State<Option<Arc<WebhookSecret>>>,
    axum::extract::RawQuery(query): axum::extract::RawQuery,
    request: Request,
) -> Result<Json<Notified>, Problem> {
    let (parts, body) = request.into_parts();
    // to its end in any case, so that the connection can be used again
    let body = read(body, LIMIT).await?;
    if let Some(secret) = secret {
        verify(secret.reveal(), &parts.headers, &body)?;
    }
    let request = NotifySourcesRequest {
        name: source(query.as_deref().unwrap_or_default()).unwrap_or_default(),
    };
    answer::json(sources.notify_sources(request)).await
}

/// The source that the query names. Other parameters, which hosts and administrators add, are
/// ignored.
fn source(query: &str) -> Option<String> {
    serde_urlencoded::from_str::<Parameters>(query).ok()?.source
}
