//! The commands that an operator may use next.

use vortex_rest::{Rollout, RolloutState};

/// What to do next with a rollout, as commands where there are any.
pub(super) fn step(rollout: &Rollout) -> String {
    let id = &rollout.id;
    match rollout.state {
        RolloutState::Created => format!("`vortex rollout start {id}`, or `delete`"),
        RolloutState::Running if rollout.auto_promote => {
            format!("it goes on by itself; `vortex rollout watch {id}` follows it")
        }
        RolloutState::Running => format!("`vortex rollout promote {id}` when you are content"),
        RolloutState::Paused => format!(
            "`vortex rollout resume {id}` goes on, `promote` skips the stage, `rollback` gives \
             everybody stable again"
        ),
        RolloutState::Completed => format!("`vortex rollout revert {id}` takes it back"),
        RolloutState::RolledBack => {
            format!("`vortex rollout audit {id}` says what decided; stage a better version")
        }
        RolloutState::Superseded => {
            "look for it in the cluster that took the label over".to_owned()
        }
        RolloutState::Other(_) => "a newer vortex command knows this state".to_owned(),
    }
}
