//! Explains why a rollout does not go on by itself.

use super::{Measured, stage_of};
use crate::domain::{
    Command, Effect, Moment, Refused, Rollout, State,
    analysis::{Decision, Verdict},
};

impl Measured {
    /// Why the rollout does not go on by itself; empty when it will at the next look.
    pub(crate) fn holds_because(
        &self,
        rollout: &Rollout,
        now: Moment,
        breaker_open: bool,
    ) -> String {
        if let Some(effect) = rollout.pending() {
            return match effect {
                Effect::SetShare { share, .. } => {
                    format!("its share of {share} % is on its way to config-svc")
                }
                Effect::Remove { .. } => "its removal is on its way to config-svc".to_owned(),
                Effect::Release { .. } => "its release is on its way to config-svc".to_owned(),
            };
        }
        if let State::Paused(paused) = rollout.state() {
            return match rollout.settings().resume_after_passes {
                1.. if !paused.clears => paused.why.clone(),
                0 => paused.why.clone(),
                1 => format!("{}; it goes on after a slice that passes", paused.why),
                slices => format!(
                    "{}; it goes on after {slices} slices in a row that pass",
                    paused.why
                ),
            };
        }
        let Some(judgement) = self.judge(rollout, now, breaker_open) else {
            return String::new();
        };
        if judgement.decision == Decision::Hold {
            return self.lacks(rollout, now);
        }
        match rollout.clone().step(Command::Judge(judgement), now) {
            Err(Refused::Held(why)) => why.to_owned(),
            _ => String::new(),
        }
    }

    /// The condition that the rollout waits for.
    fn lacks(&self, rollout: &Rollout, now: Moment) -> String {
        let Some((stage, since)) = stage_of(rollout) else {
            return String::new();
        };
        let elapsed = now.since(since);
        for (application, observed) in self.analysis.observed() {
            match observed.newest() {
                None => return format!("no slice of {application} has closed in this stage yet"),
                Some(newest) if newest.verdict() != Verdict::Pass => return newest.to_string(),
                Some(_) => {}
            }
            if let Some(silence) = observed.silence(stage.settings.interval, elapsed) {
                return format!(
                    "the canary of {application} has reported no requests for {} s; what it \
                     reported before that promotes nothing",
                    silence.as_secs_f64().ceil()
                );
            }
        }
        let left = stage.min_duration.saturating_sub(elapsed);
        format!(
            "the stage lasts for another {} s at least",
            left.as_secs_f64().ceil()
        )
    }
}
