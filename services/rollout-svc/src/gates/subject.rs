//! What a round of questions is about.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;
use vortex_bucket::Arm;

use crate::domain::{Gates, Placed, Rollout, Round, analysis::Application};

/// A rollout at the end of an interval.
pub(super) struct Subject<'a> {
    /// The rollout.
    pub rollout: &'a Rollout,
    /// The round.
    pub round: &'a Round,
    /// The time.
    pub now: Timestamp,
    /// When the round is over.
    deadline: Instant,
}

impl<'a> Subject<'a> {
    pub(super) fn new(rollout: &'a Rollout, round: &'a Round, now: Timestamp) -> Self {
        Self {
            rollout,
            round,
            now,
            deadline: Instant::now() + round.interval,
        }
    }

    /// What it is judged by.
    pub(super) fn gates(&self) -> &Gates {
        &self.rollout.spec.gates
    }

    /// The time that a question may take which has `patience`.
    pub(super) fn patience(&self, patience: Duration) -> Duration {
        let left = self.deadline.saturating_duration_since(Instant::now());
        left.min(patience)
    }

    /// The time until the round is over.
    pub(super) fn left(&self) -> Duration {
        self.patience(Duration::MAX)
    }

    /// The query about an arm of an application; of any where it is not of one.
    pub(super) fn query(&self, index: usize, app: Option<&Application>, arm: Arm) -> String {
        let spec = &self.rollout.spec;
        let app = app.map_or("", Application::as_str);
        let profile = spec.profile_of(app).unwrap_or_default();
        let placed = Placed {
            app,
            profile: &profile,
            label: &spec.label,
            rollout: spec.id.as_str(),
            arm,
            canary: &spec.change,
            stable: &spec.from_version,
        };
        self.gates().queries[index].text.of(&placed)
    }

    /// The name of the round, the same after a restart.
    pub(super) fn name(&self) -> String {
        let (generation, end) = (self.round.generation, self.round.end.as_millis());
        format!("{}-{generation}-{end}", self.rollout.id())
    }
}
