//! Explains why a rollout does not go on by itself.

use super::{Measured, stage_of};
use crate::domain::{
    Command, Effect, Moment, Paused, Refused, Rollout, State,
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
            return self.keeps_pause(rollout, paused, now, breaker_open);
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

    /// Why a rollout is still paused.
    fn keeps_pause(
        &self,
        rollout: &Rollout,
        paused: &Paused,
        now: Moment,
        breaker_open: bool,
    ) -> String {
        let why = &paused.why;
        let slices = rollout.settings().resume_after_passes;
        if !paused.clears || slices == 0 {
            return why.clone();
        }
        let causes = self.analysis.observed();
        let mut causes = causes.filter_map(|(_, observed)| observed.cause());
        if let Some(failure) = causes.find(|cause| cause.limit.is_failure()) {
            return format!(
                "{why}; an operator has to decide, since it has failed meanwhile: {failure}"
            );
        }
        let judgement = self.judge(rollout, now, breaker_open);
        let resumes = judgement.filter(|j| matches!(j.decision, Decision::Resume(_)));
        match resumes.map(|judgement| rollout.clone().step(Command::Judge(judgement), now)) {
            Some(Err(Refused::Held(held))) => held.to_owned(),
            _ if slices == 1 => format!("{why}; it goes on after a slice that passes"),
            _ => format!("{why}; it goes on after {slices} slices in a row that pass"),
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
