//! `GET /`: what this is, and where to go from here.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use serde_json::json;

use super::openapi;

/// Where to go: a name for programs, a path, and what is there.
const PLACES: [(&str, &str, &str); 7] = [
    (
        "api",
        openapi::DOCUMENT_PATH,
        "every route, as an OpenAPI document",
    ),
    (
        "status",
        "/api/status",
        "what is rolling out, paused, waiting, frozen or degraded",
    ),
    ("documents", "/api/configs", "the documents there are"),
    ("changes", "/api/changes", "what changed together"),
    ("rollouts", "/api/rollouts", "what goes out step by step"),
    ("health", "/health", "what the process says of itself"),
    ("metrics", "/metrics", "metrics in Prometheus' text format"),
];

/// JSON for whoever asks for it, else text.
pub(super) async fn show(headers: HeaderMap) -> Response {
    let wanted = headers.get(header::ACCEPT);
    let wanted = wanted.and_then(|value| value.to_str().ok());
    match wanted.unwrap_or_default().contains("application/json") {
        true => as_json().into_response(),
        false => as_text().into_response(),
    }
}

fn as_json() -> impl IntoResponse {
    let links: serde_json::Map<_, _> = PLACES
        .iter()
        .map(|(name, path, _)| ((*name).to_owned(), json!(path)))
        .collect();
    axum::Json(json!({
        "name": "Vortex Config",
        "version": env!("CARGO_PKG_VERSION"),
        "links": links,
    }))
}

fn as_text() -> String {
    let places = PLACES.iter();
    let places = places.map(|(_, path, what)| format!("  {path:<18} {what}\n"));
    format!(
        "Vortex Config {}: configuration for fleets, over REST.\n\n{}\n\
         An application's configuration is at /{{app}}/{{profile}}, as Spring clients read it, and \
         at\n/api/effective/{{app}}/{{profile}}. The command `vortex --help` does all of this, too.\n",
        env!("CARGO_PKG_VERSION"),
        places.collect::<String>()
    )
}
