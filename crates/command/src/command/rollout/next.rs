//! The commands that an operator may use next.

use crate::view::{Rollout, State};

/// What to do next with a rollout, as commands where there are any.
pub(super) fn step(rollout: &Rollout) -> String {
    let id = &rollout.id;
    match rollout.state {
        State::Created => format!("`vortex rollout start {id}`, or `delete`"),
        State::Running if rollout.auto_promote => {
            format!("it goes on by itself; `vortex rollout watch {id}` follows it")
        }
        State::Running => format!("`vortex rollout promote {id}` when you are content"),
        State::Paused => format!(
            "`vortex rollout resume {id}` goes on, `promote` skips the stage, `rollback` gives \
             everybody stable again"
        ),
        State::Completed => format!("`vortex rollout revert {id}` takes it back"),
        State::RolledBack => {
            format!("`vortex rollout audit {id}` says what decided; stage a better version")
        }
        State::Superseded => "look for it in the cluster that took the label over".to_owned(),
        State::Unknown => "a newer vortex command knows this state".to_owned(),
    }
}
