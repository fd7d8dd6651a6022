//! Applies the decisions of the analysis.

use super::intent::Intent;
use crate::domain::{
    Judgement, Known, Moment, Refused, Rollout, State, Transition, analysis::Decision,
};

impl Rollout {
    pub(super) fn judge(
        self,
        judgement: Judgement,
        known: &Known,
        now: Moment,
    ) -> Result<Transition, Refused> {
        let running = matches!(self.state(), State::Running(_));
        let settled = self.state().settled_since().is_some();
        if judgement.generation != self.standing.generation || !settled {
            return Err(Refused::Passed);
        }
        let evidence = judgement.evidence;
        match judgement.decision {
            Decision::Hold => Err(Refused::Held("the analysis does not allow it yet")),
            Decision::RollBack(cause) => self.roll_back(Intent::by_itself(&cause, evidence), now),
            Decision::Pause(cause) if running => {
                let clears = cause.limit.clears();
                self.hold(Intent::by_itself(&cause, evidence), clears, now)
            }
            Decision::Pause(_) => Err(Refused::Held("it is paused")),
            Decision::Resume(_) if judgement.breaker_open => Err(Refused::Held(
                "its slices pass again, but the breaker is open: reset the breaker",
            )),
            Decision::Resume(slices) => match self.state() {
                State::Paused(paused) if paused.clears => {
                    let intent = Intent::cleared(slices, &paused.why);
                    self.go_on_as_it_is(Intent { evidence, ..intent }, now)
                }
                _ => Err(Refused::Held("only an operator ends the pause")),
            },
            Decision::Promote if !running => Err(Refused::Held("it is paused")),
            Decision::Promote if !self.spec.auto_promote => Err(Refused::Held(
                "it passes, but auto_promote is off: promote it yourself",
            )),
            Decision::Promote if judgement.frozen => Err(Refused::Held(
                "it passes, but is frozen, or config-svc has not told yet what is",
            )),
            Decision::Promote if judgement.breaker_open => Err(Refused::Held(
                "it passes, but the breaker is open: reset the breaker",
            )),
            Decision::Promote => {
                let place = self.place()?;
                self.go_on(place, Intent::passed(evidence), known, now)
            }
        }
    }
}
