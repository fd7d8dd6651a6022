//! Rollouts over REST.

mod breaker;
mod commands;
mod create;
mod fixtures;
mod reads;
mod splits;
mod watch;

use serde_json::Value;
use vortex_proto::rollout::v1::CreateRolloutResponse;

use crate::{
    client::Answer,
    mesh::{Mesh, Way, settings, start_with},
};
use fixtures::rollout;

const JSON: &str = "Content-Type: application/json";

async fn post(mesh: &Mesh, path: &str, body: &Value) -> Answer {
    let body = body.to_string();
    mesh.send(&format!("POST {path}"), &[JSON], &body).await
}

/// A mesh whose rollout-svc answers every command with [`rollout`].
async fn mesh(way: Way) -> Mesh {
    let mesh = start_with(settings(), way).await;
    let rollouts = &mesh.rollouts;
    let rollout = Some(rollout());
    // all of these replies have the rollout as their only field
    let reply = CreateRolloutResponse { rollout };
    for method in [
        "create_rollout",
        "get_rollout",
        "start_rollout",
        "promote_rollout",
        "pause_rollout",
        "resume_rollout",
        "roll_back_rollout",
        "complete_rollout",
        "revert_rollout",
        "edit_rollout",
    ] {
        rollouts.reply(method, reply.clone());
    }
    mesh
}
