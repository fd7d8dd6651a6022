//! `POST /monitor`: webhook of Git hosts for pushes.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::config::v1::NotifySourcesRequest;
use vortex_rest::Notified;

use crate::{answer, clients::SourceClient, extract::Drained, problem::Problem};

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
/// else: the sources look for new commits themselves, so a forged notification does no harm.
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
    axum::extract::RawQuery(query): axum::extract::RawQuery,
    _: Drained<LIMIT>,
) -> Result<Json<Notified>, Problem> {
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
