//! Spring's routes.

use super::super::world::OWN;
use super::{Route, asked, route};

pub(super) fn all() -> Vec<Route> {
    let environment = "/GetEnvironment";
    vec![
        route("GET", "/encrypt/status", "/Encrypt", |_| {
            asked("/encrypt/status")
        }),
        route("GET", "/key", "/GetPublicKey", |_| asked("/key")),
        route("GET", "/key/{app}/{profiles}", "/GetPublicKey", |_| {
            asked("/key/orders/prod")
        }),
        route("GET", "/{app}/{profiles}", environment, |w| {
            asked(format!("/{}/prod", w.app))
        }),
        route("GET", "/{app}/{profiles}/{label}", environment, |w| {
            asked(format!("/{}/prod/main", w.app))
        }),
        // in the name of the own application
        route("GET", "/{app}/{profile}/{label}/{path}", "/GetFile", |w| {
            asked(format!("/{OWN}/live/main/{}-live.yml", w.app))
        }),
        route("GET", "/{app}-{profiles}.json", environment, |w| {
            asked(format!("/{}-prod.json", w.app))
        }),
        route("GET", "/{app}-{profiles}.properties", environment, |w| {
            asked(format!("/{}-prod.properties", w.app))
        }),
        route("GET", "/{app}-{profiles}.yaml", environment, |w| {
            asked(format!("/{}-prod.yaml", w.app))
        }),
        route("GET", "/{app}-{profiles}.yml", environment, |w| {
            asked(format!("/{}-prod.yml", w.app))
        }),
        route("GET", "/{label}/{app}-{profiles}.json", environment, |w| {
            asked(format!("/main/{}-prod.json", w.app))
        }),
        route(
            "GET",
            "/{label}/{app}-{profiles}.properties",
            environment,
            |w| asked(format!("/main/{}-prod.properties", w.app)),
        ),
        route("GET", "/{label}/{app}-{profiles}.yaml", environment, |w| {
            asked(format!("/main/{}-prod.yaml", w.app))
        }),
        route("GET", "/{label}/{app}-{profiles}.yml", environment, |w| {
            asked(format!("/main/{}-prod.yml", w.app))
        }),
    ]
}
