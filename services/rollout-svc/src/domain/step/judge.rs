//! Applies the decisions of the analysis.

use super::intent::Intent;
use crate::domain::{Judgement, Moment, Refused, Rollout, State, Transition, analysis::Decision};

impl Rollout {
    pub(super) fn judge(self, judgement: Judgement, now: Moment) -> Result<Transition, Refused> {
        let running = matches!(self.state(), State::Running(_));
        let settled = self.state().settled_since().is_some();
        if judgement.generation != self.standing.generation || !settled {
            return Err(Refused::Passed);
        }
        let evidence = judgement.evidence;
        match judgement.decision {
            Decision::Hold => Err(Refused::Held("the analysis does not allow it yet")),
            Decision::RollBack(cause) if self.spec.auto_rollback => {
                self.roll_back(Intent::by_itself(&cause, evidence), now)
            }
            // an operator has to see the failure
            Decision::RollBack(cause) | Decision::Pause(cause) if running => {
                self.hold(Intent::by_itself(&cause, evidence), now)
            }
            Decision::RollBack(_) | Decision::Pause(_) => Err(Refused::Held("it is paused")),
            Decision::Promote if !running => Err(Refused::Held("it is paused")),
            Decision::Promote if !self.spec.auto_promote => Err(Refused::Held(
                "it passes, but auto_promote is off: promote it yourself",
            )),
            Decision::Promote if judgement.frozen => Err(Refused::Held("it passes, but is frozen")),
            Decision::Promote if judgement.breaker_open => Err(Refused::Held(
                "it passes, but the breaker is open: reset the breaker",
            )),
            Decision::Promote => {
                let (stage, in_force) = self.place()?;
                self.go_on(stage, in_force, Intent::passed(evidence), now)
            }
        }
    }
}
