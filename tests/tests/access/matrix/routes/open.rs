//! What belongs to no application.

use super::{For, Route, asked};

pub(super) fn all() -> Vec<Route> {
    let at = |of, template, ask| Route {
        method: "GET",
        template,
        of,
        ask,
    };
    vec![
        at(For::Anybody, "/", |_| asked("/")),
        at(For::Anybody, "/api/openapi.json", |_| {
            asked("/api/openapi.json")
        }),
        at(For::Anybody, "/health", |_| asked("/health")),
        at(For::Anybody, "/health/live", |_| asked("/health/live")),
        at(For::Anybody, "/health/ready", |_| asked("/health/ready")),
        at(For::Known, "/metrics", |_| asked("/metrics")),
    ]
}
