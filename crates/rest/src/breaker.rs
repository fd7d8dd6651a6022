//! The breaker, which stops automatic progress of rollouts after too many rollbacks.

use crate::{Span, answer::answers};

answers! {
    /// How the breaker stands.
    pub struct Breaker {
        /// Nothing starts or promotes by itself.
        pub open: bool,
        /// Since when; null while it is closed.
        pub opened_at: Option<String>,
        /// Automatic rollbacks within the window.
        pub rollbacks: Vec<BreakerRollback>,
        /// How many are too many.
        pub max_rollbacks: u32,
        /// How long a rollback counts.
        pub window: Option<Span>,
        /// Who reset it last; empty when it was never reset.
        pub reset_by: String,
        /// When that was.
        pub reset_at: Option<String>,
    }

    /// An automatic rollback that the breaker counts.
    pub struct BreakerRollback {
        /// The rollout.
        pub id: String,
        /// When it was rolled back.
        pub time: Option<String>,
    }
}
