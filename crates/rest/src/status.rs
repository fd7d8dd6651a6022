//! How everything stands, in one answer.

use crate::{answer::answers, name::names};

answers! {
    /// What is rolling out, and what somebody should look at.
    pub struct Status {
        /// Whether nothing is paused, waits, is frozen or degraded, and nothing was left out.
        pub well: bool,
        /// Whether only the 1,000 newest rollouts that have not ended are told of, of more.
        pub more: bool,
        /// Rollouts that are running.
        pub rolling_out: Vec<StatusItem>,
        /// Rollouts that are paused.
        pub paused: Vec<StatusItem>,
        /// What waits for somebody: rollouts that were not started, and commits of sources that
        /// are not served.
        pub waiting: Vec<StatusItem>,
        /// What may not be released.
        pub frozen: Vec<StatusItem>,
        /// Values that stand above all documents for a time. Somebody wants them, so they are well.
        pub overridden: Vec<StatusItem>,
        /// What does not work as it should: a service that does not answer, a source that cannot
        /// be read, the breaker while it is open, a rollout whose share is not in force, an alert
        /// that is firing.
        pub degraded: Vec<StatusItem>,
    }

    /// One thing, and how it stands.
    pub struct StatusItem {
        /// What it is.
        pub kind: StatusKind,
        /// Its id or its name.
        pub id: String,
        /// What it concerns, for people: documents, a label, a share.
        pub about: String,
        /// Why it stands so, for people; empty when there is nothing to say.
        pub why: String,
        /// Since when; null when that is not known.
        pub since: Option<String>,
        /// The command that shows more, or that goes on; empty when there is none.
        pub next: String,
    }
}

names! {
    /// What a status tells of.
    pub enum StatusKind {
        /// A rollout.
        Rollout = "rollout",
        /// A source.
        Source = "source",
        /// The breaker.
        Breaker = "breaker",
        /// A freeze.
        Freeze = "freeze",
        /// An override.
        Override = "override",
        /// An alert about instances that drifted or went silent.
        Alert = "alert",
        /// A service behind the gateway.
        Service = "service",
    }
}

impl Status {
    /// Sets `well` by what there is.
    #[must_use]
    pub fn judged(mut self) -> Self {
        let wrong = [&self.paused, &self.waiting, &self.frozen, &self.degraded];
        self.well = !self.more && wrong.into_iter().all(Vec::is_empty);
        self
    }
}
