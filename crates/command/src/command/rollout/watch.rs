//! `vortex rollout watch`.

mod picture;

use std::{pin::pin, time::Duration};

use jiff::Timestamp;
use vortex_rest::{FollowedRollout, Rollout, RolloutEffect, RolloutState};

use super::{narrator::Narrator, outcome::NotCompleted, show};
use crate::{
    client::{self, Call, Follow, Told},
    console::{Console, Format, Screen, moment, stdout},
    error::Error,
    session::Session,
};

/// The types of events that tell of a rollout.
pub(super) const EVENTS: &[&str] = &["rollout"];

/// Follow a rollout to its end.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
On a terminal stages and arms are drawn over themselves; elsewhere each change is a line, and with
-o json each event is one. A lost connection is taken up again; --timeout says for how long that is
tried. Ends when the rollout does, with exit code 0 when it completed and 8 when it was rolled back.

Examples:
  vortex rollout watch ID
  vortex rollout watch ID -o json | jq -c '[.rollout.state, .rollout.share_in_force]'")]
pub(crate) struct Args {
    /// The rollout's id
    id: String,
}

impl Args {
    pub(super) async fn run(self, session: &mut Session) -> Result<(), Error> {
        let server = session.client.server();
        let mut follow = Follow::new(&session.client, call(&self.id), EVENTS);
        let mut teller = Teller::of(&session.console);
        let mut gone = pin!(stdout::unread());
        loop {
            let told = tokio::select! {
                // a reader such as `head` that has seen enough need not wait for another event
                () = gone.as_mut() => return Ok(()),
                told = follow.next() => told?,
            };
            let watched: FollowedRollout = client::read(&told.data, server)?;
            if follow.was_interrupted() {
                teller.leave();
            }
            teller.tell(&mut session.console, told, &watched)?;
            session.console.flush()?;
            if has_ended(&watched.rollout) {
                return NotCompleted::of(&watched.rollout)
                    .map_or(Ok(()), |ended| Err(ended.into()));
            }
        }
    }
}

/// Follows a rollout.
pub(super) fn call(id: &str) -> Call {
    Call::get(["api", "rollouts", id, "watch"])
}

/// Whether nothing follows, neither for the rollout nor for its readers.
pub(super) fn has_ended(rollout: &Rollout) -> bool {
    rollout.state.is_end() && rollout.effect != RolloutEffect::Pending
}

/// How events are printed.
enum Teller {
    Lines(Narrator),
    Picture(Screen),
    Json,
    Yaml,
}

impl Teller {
    fn of(console: &Console) -> Self {
        match console.format() {
            Format::Json => Self::Json,
            Format::Yaml => Self::Yaml,
            Format::Table if console.is_terminal() => Self::Picture(Screen::default()),
            Format::Table => Self::Lines(Narrator::default()),
        }
    }

    fn tell(
        &mut self,
        console: &mut Console,
        told: Told,
        watched: &FollowedRollout,
    ) -> Result<(), Error> {
        match self {
            Self::Lines(narrator) => narrator
                .tell(watched)
                .into_iter()
                .try_for_each(|line| console.write(format!("{line}\n").as_bytes())),
            Self::Picture(screen) => {
                let picture = picture::of(watched, console.palette());
                console.write(screen.draw(&picture).as_bytes())
            }
            Self::Json => console.json_line(&told.data),
            Self::Yaml => {
                console.write(b"---\n")?;
                console.yaml(&told.data)
            }
        }
    }

    /// Something else was written meanwhile, which is not to be drawn over.
    fn leave(&mut self) {
        if let Self::Picture(screen) = self {
            screen.leave();
        }
    }
}

/// What a rollout waits for, for people; empty once it has ended.
pub(super) fn waits_for(watched: &FollowedRollout) -> String {
    let rollout = &watched.rollout;
    match rollout.state {
        _ if rollout.effect == RolloutEffect::Pending => match rollout.effect_error.as_str() {
            "" => "readers to get the new share".to_owned(),
            error => format!("readers to get the new share: {error}"),
        },
        RolloutState::Created => "its start".to_owned(),
        RolloutState::Paused => rollout.reason.clone(),
        RolloutState::Running if !watched.analysis.holds_because.is_empty() => {
            watched.analysis.holds_because.clone()
        }
        RolloutState::Running if !rollout.auto_promote => "an operator to promote it".to_owned(),
        RolloutState::Running => match stage_ends(watched) {
            Some(end) => format!("the stage to last until {end}"),
            None => "a slice that passes".to_owned(),
        },
        RolloutState::Completed
        | RolloutState::RolledBack
        | RolloutState::Superseded
        | RolloutState::Other(_) => String::new(),
    }
}

/// Until when the stage lasts at least; `None` when that is over or not known.
fn stage_ends(watched: &FollowedRollout) -> Option<String> {
    let rollout = &watched.rollout;
    let stage = rollout.stages.get(show::at(rollout)?)?;
    let least = Duration::from(stage.min_duration?);
    let since: Timestamp = rollout.stage_since.as_deref()?.parse().ok()?;
    let now: Timestamp = watched.time.as_deref()?.parse().ok()?;
    let end = since.checked_add(least).ok()?;
    (end > now).then(|| moment(Some(&end.to_string())))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn waits(rollout: Value) -> String {
        let watched = json!({"rollout": rollout, "time": "2026-01-02T00:00:10Z"});
        waits_for(&serde_json::from_value(watched).unwrap())
    }

    #[test]
    fn what_a_rollout_waits_for_is_said() {
        let stages = json!([{"percentage": 1, "min_duration": "1m"}]);
        let running = |since: &str| {
            json!({"state": "running", "auto_promote": true, "effect": "confirmed",
                   "stage": {"index": 0}, "stages": stages, "stage_since": since})
        };
        assert_eq!(
            waits(running("2026-01-02T00:00:00.5Z")),
            "the stage to last until 2026-01-02T00:01:00Z"
        );
        assert_eq!(
            waits(running("2026-01-01T00:00:00Z")),
            "a slice that passes"
        );
        assert_eq!(
            waits(json!({"state": "running"})),
            "an operator to promote it"
        );
        assert_eq!(waits(json!({"state": "completed"})), "");
        let pending = json!({"state": "completed", "effect": "pending", "effect_error": "away"});
        assert_eq!(waits(pending), "readers to get the new share: away");
    }

    #[test]
    fn a_state_without_its_effect_is_not_an_end() {
        let rollout = |effect| Rollout {
            state: RolloutState::Completed,
            effect,
            ..Rollout::default()
        };
        assert!(!has_ended(&rollout(RolloutEffect::Pending)));
        assert!(has_ended(&rollout(RolloutEffect::Confirmed)));
    }
}
