//! Every REST route, with a request of it and the RPC that it is.

mod config;
mod drift;
mod ends;
mod open;
mod rollout;
mod spring;

use serde_json::Value;

use super::{expected::Needs, rpcs::rpcs, world::World};

/// A route.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub(super) method: &'static str,
    /// The path, as the OpenAPI document has it.
    pub(super) template: &'static str,
    of: For,
    ask: fn(&World) -> Asked,
}

/// For whom a route is.
#[derive(Clone, Copy)]
enum For {
    /// Who may call this method.
    Rpc(&'static str),
    /// Who has a key of any role.
    Known,
    /// Anybody.
    Anybody,
}

/// What a route asks of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opens {
    For(Needs),
    ToAnyKey,
    ToAnybody,
}

/// A request, but for its method.
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) body: Option<(&'static str, String)>,
}

impl Route {
    pub(super) fn asked(&self, world: &World) -> Asked {
        (self.ask)(world)
    }

    pub(super) fn opens(&self) -> Opens {
        match self.of {
            For::Anybody => Opens::ToAnybody,
            For::Known => Opens::ToAnyKey,
            For::Rpc(name) => {
                let rpcs = rpcs();
                let rpc = rpcs.iter().find(|rpc| rpc.path.ends_with(name));
                Opens::For(rpc.unwrap_or_else(|| panic!("there is no {name}")).needs)
            }
        }
    }

    /// Whether it changes nothing.
    pub(super) fn reads(&self) -> bool {
        self.method == "GET"
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }
}

/// All of them. What ends something comes last.
pub(super) fn routes() -> Vec<Route> {
    [
        open::all(),
        spring::all(),
        config::reads(),
        rollout::reads(),
        drift::reads(),
        config::writes(),
        rollout::writes(),
        drift::writes(),
        ends::all(),
    ]
    .concat()
}

fn route(
    method: &'static str,
    template: &'static str,
    rpc: &'static str,
    ask: fn(&World) -> Asked,
) -> Route {
    let of = For::Rpc(rpc);
    Route {
        method,
        template,
        of,
        ask,
    }
}

fn asked(path: impl Into<String>) -> Asked {
    let path = path.into();
    Asked { path, body: None }
}

fn sent(path: impl Into<String>, body: Value) -> Asked {
    Asked {
        path: path.into(),
        body: Some(("application/json", body.to_string())),
    }
}

fn sent_text(path: &str) -> Asked {
    Asked {
        path: path.to_owned(),
        body: Some(("text/plain", "deadbeef".to_owned())),
    }
}

fn command(template: &'static str, rpc: &'static str, ask: fn(&World) -> Asked) -> Route {
    route("POST", template, rpc, ask)
}

fn commanded(world: &World, what: &str) -> Asked {
    asked(format!("/api/rollouts/{}/{what}", world.rollout))
}
