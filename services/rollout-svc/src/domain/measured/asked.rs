//! What queries and webhooks are asked about, and what they say.

use std::{collections::BTreeMap, time::Duration};

use vortex_bucket::{Arm, Share};

use super::{Measured, stage_of};
use crate::domain::{
    Moment, Rollout,
    analysis::{Application, Finding, Tally},
};

/// What queries and webhooks are asked about at the end of an interval.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Round {
    /// The generation of the share in force.
    pub generation: u64,
    /// The end of the interval, in time since the share came into force: with the generation it
    /// names the round, also after a restart.
    pub end: Duration,
    /// When they are asked.
    pub asked: Moment,
    /// The time until the next round.
    pub interval: Duration,
    /// Whether there is a stable arm.
    pub has_stable: bool,
    /// What was reported of each application since its newest slice.
    pub applications: BTreeMap<Application, ArmTallies>,
}

/// What was reported of both arms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ArmTallies {
    /// Of the canary.
    pub canary: Tally,
    /// Of stable.
    pub stable: Tally,
}

impl Measured {
    /// What queries and webhooks are to be asked about now; `None` in the first interval, while the
    /// share is on its way, and where there are none.
    pub(crate) fn round(&self, rollout: &Rollout, now: Moment) -> Option<Round> {
        let (stage, since) = stage_of(rollout)?;
        let (generation, intervals) = self.interval(rollout, now)?;
        let interval = stage.settings.interval;
        let open = self.analysis.observed().map(|(application, observed)| {
            let tallies = ArmTallies {
                canary: observed.open(Arm::Canary),
                stable: observed.open(Arm::Stable),
            };
            (application.clone(), tallies)
        });
        stage.is_asked.then(|| Round {
            generation,
            end: interval
                .saturating_mul(intervals)
                .saturating_add(self.counted_from)
                .min(now.since(since)),
            asked: now,
            interval,
            has_stable: stage.share < Share::FULL,
            applications: open.collect(),
        })
    }

    /// Notes what queries and webhooks say of each application, if they were asked about the share
    /// in force.
    pub(crate) fn see_answers(
        &mut self,
        rollout: &Rollout,
        round: &Round,
        answers: BTreeMap<Application, Vec<Finding>>,
    ) {
        let Some((_, since)) = stage_of(rollout) else {
            return;
        };
        if round.generation == rollout.standing.generation {
            let asked = round.asked.since(since);
            self.analysis.see_answers(answers, asked);
        }
    }
}
