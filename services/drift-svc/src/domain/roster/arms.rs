//! How those fare that took what their arms say.

use vortex_bucket::Arm;

use super::{Roster, reads::arm};
use crate::domain::{Split, State, Tenths, plan::MAX_SPLITS};

/// The instances on one arm of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArmCounts {
    /// The arm.
    pub arm: Arm,
    /// The split's generation.
    pub generation: u64,
    /// Those that took or refused what it says.
    pub instances: u64,
    /// Those of them that refused it.
    pub failed: u64,
    /// Those of them that went silent: of the canary those that have been for an interval, of stable
    /// as many as were at once within the last five.
    pub silent: u64,
    /// Those of them that start again and again.
    pub restarting: u64,
    /// Those that have not taken it yet, and are heard.
    pub waiting: u64,
}

impl Roster {
    /// Its instances by the arms of a split. None if the split does not concern it.
    pub fn count_arms(&self, split: &str, now: Tenths) -> Option<Vec<ArmCounts>> {
        let plan = self.plan.as_ref()?;
        let splits = plan.splits.iter().take(MAX_SPLITS);
        let (index, split) = splits.enumerate().find(|(_, known)| *known.id == *split)?;
        let mut counts = [Arm::Stable, Arm::Canary].map(|arm| ArmCounts::none(arm, split));
        let arm_of = |arms: u8| usize::from(split.by_subject || arm(arms, index) == Arm::Canary);
        for (key, count) in self.tally.counts() {
            let (of_arm, count) = (&mut counts[arm_of(key.arms())], u64::from(count));
            let has = |holds: bool| if holds { count } else { 0 };
            if key.is_taken() {
                of_arm.instances += count;
                of_arm.failed += has(key.state() == State::Failed);
                of_arm.restarting += has(key.is_restarting());
            } else {
                of_arm.waiting += has(key.state() != State::Stale);
            }
        }
        let lasting = self.silence.lasting(&self.tally, now);
        let remembered = self.silence.remembered(&self.tally);
        for (arms, silent) in (0_u8..).zip(lasting.into_iter().zip(remembered)) {
            let of_arm = &mut counts[arm_of(arms)];
            of_arm.silent += u64::from(match of_arm.arm {
                Arm::Canary => silent.0,
                Arm::Stable => silent.1,
            });
        }
        let bounded = counts.map(|arm| ArmCounts {
            silent: arm.silent.min(arm.instances),
            ..arm
        });
        let has_any = |arm: &ArmCounts| arm.instances > 0 || arm.waiting > 0;
        Some(bounded.into_iter().filter(has_any).collect())
    }
}

impl ArmCounts {
    fn none(arm: Arm, split: &Split) -> Self {
        Self {
            arm,
            generation: split.generation,
            instances: 0,
            failed: 0,
            silent: 0,
            restarting: 0,
            waiting: 0,
        }
    }
}
