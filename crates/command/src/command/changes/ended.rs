//! The rollouts that a release ended, and how to take them up again.

use serde_json::Value;
use vortex_rest::{Released, Rollout, RolloutState};

use crate::{
    client::{self, Call},
    error::Error,
    session::Session,
};

/// Tells which rollouts a release ended, and what to do with what they rolled out.
pub(super) async fn tell(session: &mut Session, reply: &Value) -> Result<(), Error> {
    let released: Released = client::read(reply, session.client.server())?;
    let change = &released.change.change;
    for id in &released.ended_rollouts {
        let advice = match find(session, id).await {
            Some(rollout) if rollout.change == *change => format!("{change} is all it rolled out"),
            Some(rollout) if rollout.state == RolloutState::Completed => {
                format!("{} had become stable before", rollout.change)
            }
            Some(rollout) => again(&rollout, change),
            None => format!("`vortex rollout get {id}` says what it rolled out"),
        };
        session
            .console
            .note(format_args!("rollout {id} has ended: {advice}"))?;
    }
    Ok(())
}

/// The rollout, unless it can't be read: the release is done all the same.
async fn find(session: &Session, id: &str) -> Option<Rollout> {
    let call = Call::get(["api", "rollouts", id]);
    let reply = session.client.send(call).await.ok()?.json().ok()?;
    client::read(&reply, session.client.server()).ok()
}

/// How a rollout is taken up again that a release of `hotfix` went ahead of.
fn again(rollout: &Rollout, hotfix: &str) -> String {
    let label = match rollout.label.as_str() {
        "main" => String::new(),
        label => format!(" --label {label}"),
    };
    format!(
        "{change} was made without {hotfix} and would replace it; put {hotfix} into it first, or \
         start it as it is by `vortex rollout create --change {change}{label} --start`",
        change = rollout.change,
    )
}
