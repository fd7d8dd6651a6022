//! Describes a rollout's progress in lines, one for each thing that changed.

use vortex_rest::{AnalysisSlice, FollowedRollout, Rollout, RolloutState};

use super::{analysis, show, watch::waits_for};
use crate::console::{moment, printable};

/// Remembers what was told last.
#[derive(Debug, Default)]
pub(super) struct Narrator {
    told: Option<Told>,
}

#[derive(Debug)]
struct Told {
    standing: Standing,
    /// The newest slice that was told.
    slice: u64,
    /// What it waits for, without its numbers, which change all the time.
    waits: String,
    /// Whether its arms had other parts of the keys than their shares.
    mismatch: bool,
}

/// The facts about a rollout that are printed when they change.
#[derive(Debug, PartialEq)]
struct Standing {
    state: RolloutState,
    stage: Option<u32>,
    share: f64,
    reason: String,
}

impl Narrator {
    /// What is new, a line each.
    pub(super) fn tell(&mut self, watched: &FollowedRollout) -> Vec<String> {
        let time = moment(watched.time.as_deref());
        let lines = self.news(watched).into_iter();
        lines
            .map(|line| printable(&format!("{time}  {line}")))
            .collect()
    }

    fn news(&mut self, watched: &FollowedRollout) -> Vec<String> {
        let slices = &watched.analysis.slices;
        let waits = waits_for(watched);
        let mismatch = show::mismatch(watched.rollout.keys.as_ref());
        let now = Told {
            standing: Standing::of(&watched.rollout),
            slice: slices.first().map_or(0, |newest| newest.number),
            waits: waits.replace(|digit: char| digit.is_ascii_digit(), "#"),
            mismatch: !mismatch.is_empty(),
        };
        let before = self.told.replace(now);
        let warned = before.as_ref().is_some_and(|told| told.mismatch);
        let now = self.told.as_ref().map(|told| &told.standing);
        let mut lines = Vec::new();
        if let Some(before) = &before {
            let new = slices.iter().rev();
            let new = new.filter(|slice| slice.number > before.slice);
            lines.extend(new.map(judged));
        }
        if before.as_ref().map(|told| &told.standing) != now {
            lines.push(standing(&watched.rollout));
        }
        let waited = before.map(|told| told.waits).unwrap_or_default();
        let changed = self.told.as_ref().is_some_and(|told| told.waits != waited);
        // what paused it was just told
        if changed && !waits.is_empty() && watched.rollout.state != RolloutState::Paused {
            lines.push(format!("waits for    {waits}"));
        }
        if !mismatch.is_empty() && !warned {
            lines.push(format!("warning      {mismatch}"));
        }
        lines
    }
}

impl Standing {
    fn of(rollout: &Rollout) -> Self {
        Self {
            state: rollout.state.clone(),
            stage: rollout.stage.as_ref().map(|stage| stage.index),
            share: rollout.share_in_force,
            reason: show::reason(rollout).to_owned(),
        }
    }
}

fn judged(slice: &AnalysisSlice) -> String {
    let number = format!("slice {}", slice.number);
    match analysis::why(slice) {
        why if why.is_empty() => format!("{number:<12} {}", slice.verdict),
        why => format!("{number:<12} {}: {why}", slice.verdict),
    }
}

fn standing(rollout: &Rollout) -> String {
    let stage = match &rollout.stage {
        Some(stage) => format!("stage {}/{}, ", stage.index + 1, rollout.stages.len()),
        None => String::new(),
    };
    let share = show::percent(rollout.share_in_force);
    let reason = match show::reason(rollout) {
        "" => String::new(),
        reason => format!(": {reason}"),
    };
    format!("{:<12} {stage}{share}{reason}", rollout.state)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn watched(rollout: Value, analysis: Value) -> FollowedRollout {
        let time = "2026-01-02T03:04:05.678Z";
        serde_json::from_value(json!({"rollout": rollout, "analysis": analysis, "time": time}))
            .unwrap()
    }

    fn running(stage: usize, share: f64) -> Value {
        json!({"state": "running", "stage": {"index": stage}, "share_in_force": share,
               "stages": [{"percentage": 5}, {"percentage": 100}], "auto_promote": true, "effect": "confirmed"})
    }

    fn slice(number: u64, verdict: &str) -> Value {
        json!({"number": number, "verdict": verdict, "gates": [
            {"gate": "errors", "app": "a", "verdict": verdict, "detail": "8% above 5%"}]})
    }

    #[test]
    fn what_changed_is_told_and_nothing_else() {
        let mut narrator = Narrator::default();
        let mut tell = |watched: FollowedRollout| narrator.tell(&watched);
        let holds = |text: &str, slices: Value| json!({"holds_because": text, "slices": slices});
        assert_eq!(
            tell(watched(
                running(0, 5.0),
                holds("12 of 100", json!([slice(3, "pass")]))
            )),
            [
                "2026-01-02T03:04:05Z  running      stage 1/2, 5%",
                "2026-01-02T03:04:05Z  waits for    12 of 100"
            ]
        );
        // numbers that only grow are left out
        let again = watched(
            running(0, 5.0),
            holds("13 of 100", json!([slice(3, "pass")])),
        );
        assert_eq!(tell(again), [""; 0]);
        // and a warning is told once
        for expected in [&["2026-01-02T03:04:05Z  warning      not chance"][..], &[]] {
            let mut warned = running(0, 5.0);
            warned["keys"] = json!({"canary": 3, "stable": 0, "warning": "not chance"});
            let slices = json!([slice(3, "pass")]);
            assert_eq!(tell(watched(warned, holds("14 of 100", slices))), expected);
        }
        let slices = json!([slice(5, "fail"), slice(4, "pass"), slice(3, "pass")]);
        let rolled_back = json!({"state": "rolled_back", "stage": {"index": 0},
                                 "stages": [{"percentage": 5}, {"percentage": 100}],
                                 "share_in_force": 0, "reason": "8% above 5%"});
        assert_eq!(
            tell(watched(rolled_back, holds("", slices))),
            [
                "2026-01-02T03:04:05Z  slice 4      pass",
                "2026-01-02T03:04:05Z  slice 5      fail: a errors: 8% above 5%",
                "2026-01-02T03:04:05Z  rolled_back  stage 1/2, 0%: 8% above 5%"
            ]
        );
    }
}
