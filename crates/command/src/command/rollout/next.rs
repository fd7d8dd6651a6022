//! What an operator may do next.

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
        // it has lost its split, so there is nothing to go on with
        State::Paused if rollout.effect == "refused" => {
            format!("`vortex rollout rollback {id}` ends it")
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detached_rollout_is_not_said_to_go_on() {
        let paused = Rollout {
            state: State::Paused,
            ..Rollout::default()
        };
        assert!(step(&paused).contains("resume"));
        let detached = Rollout {
            effect: "refused".to_owned(),
            ..paused
        };
        assert!(!step(&detached).contains("resume"));
    }
}
