//! The breaker, which stops automatic progress of rollouts after too many rollbacks.

use crate::{Span, answer::answers};

answers! {
    /// The state of the breaker.
    pub struct Breaker {
        /// Whether it is open: nothing starts or promotes by itself then.
        pub open: bool,
        /// When it opened; null while it is closed.
        pub opened_at: Option<String>,
        /// The automatic rollbacks within the window.
        pub rollbacks: Vec<BreakerRollback>,
        /// The breaker opens at more rollbacks than this within the window.
        pub max_rollbacks: u32,
        /// The window in which rollbacks count.
        pub window: Option<Span>,
        /// The principal that reset it last; empty if nobody has.
        pub reset_by: String,
        /// When it was reset last; null if nobody has.
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
