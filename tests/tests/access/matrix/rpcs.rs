//! Every RPC, with a request of it and what it needs. What changes or ends something comes last.

mod access;
mod config;
mod drift;
mod ends;
mod heartbeats;
mod rollout;

use prost::Message;
use vortex_proto::config::v1::DocumentRef;

use super::{
    expected::{Needs, Where},
    world::World,
};

/// An RPC.
#[derive(Clone, Copy)]
pub(super) struct Rpc {
    /// Its path, such as `vortex.config.v1.ConfigService/GetConfig`.
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    /// A request about an application's things, encoded.
    pub(super) request: fn(&World) -> Vec<u8>,
}

impl Rpc {
    /// Whether its request has an answer that is not an error.
    pub(super) fn is_answered(&self) -> bool {
        let is_read = ["Get", "List", "Watch", "Diff", "Explain"];
        is_read.iter().any(|verb| self.name().starts_with(verb))
            && !["GetSource", "GetPublicKey"].contains(&self.name())
    }

    /// Whether it lists things of applications.
    pub(super) fn lists(&self) -> bool {
        let is_list = self.name().starts_with("List") || self.name() == "WatchLog";
        // there are no sources, more refusals than a page has, and nobody else owns anything
        let is_other = ["ListSources", "ListDenials", "ListOwnership"].contains(&self.name());
        is_list && self.needs.place == Where::Anywhere && !is_other
    }

    fn name(&self) -> &'static str {
        self.path.split_once('/').unwrap().1
    }
}

/// Those that change nothing.
pub(super) fn reading() -> Vec<Rpc> {
    [
        config::reads(),
        access::reads(),
        access::audit(),
        rollout::reads(),
        heartbeats::reports(),
        drift::reads(),
    ]
    .concat()
}

/// Those that do, in the order in which they may be called.
pub(super) fn changing() -> Vec<Rpc> {
    [
        config::writes(),
        rollout::writes(),
        drift::writes(),
        ends::all(),
    ]
    .concat()
}

/// All of them.
pub(super) fn rpcs() -> Vec<Rpc> {
    [reading(), changing()].concat()
}

fn rpc(
    path: &'static str,
    role: &'static str,
    place: Where,
    request: fn(&World) -> Vec<u8>,
) -> Rpc {
    let needs = Needs { role, place };
    Rpc {
        path,
        needs,
        request,
    }
}

/// The document of an application and profile.
fn of(world: &World, profile: &str) -> Option<DocumentRef> {
    Some(DocumentRef {
        app: world.app.into(),
        profile: profile.into(),
        label: String::new(),
    })
}

/// An id that a caller made, of 16 characters.
pub(super) fn id_of(world: &World, letter: char) -> String {
    let filled = format!("{}{}", world.app, letter.to_string().repeat(16));
    filled[..16].to_owned()
}

fn encoded(request: &impl Message) -> Vec<u8> {
    request.encode_to_vec()
}
