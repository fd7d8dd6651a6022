//! Closes the windows, and hands their parts to whom they are told.

mod encode;
mod identity;

use std::{sync::Arc, time::Duration};

use tokio::{task::JoinError, time::MissedTickBehavior};
use vortex_kit::shutdown::Drain;

use crate::{
    delivery::Outbox,
    domain::{Name, Part, plan, split_figures},
    intake::{Intake, Window},
};
pub(crate) use identity::Identity;

/// Instances or figures of a part.
const PART: usize = 10_000;

/// Closes windows.
pub(crate) struct Windows {
    /// Whose windows these are.
    pub intake: Intake,
    /// Who this process is to whom they are told.
    pub identity: Identity,
    /// Is told of instances.
    pub drift: Arc<Outbox>,
    /// Is told of figures.
    pub rollout: Arc<Outbox>,
}

impl Windows {
    /// Closes a window every so often, and the last one when the process drains.
    pub(crate) async fn run(self, every: Duration, drain: Drain) {
        let this = Arc::new(self);
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // the first one is at once
        ticks.tick().await;
        loop {
            tokio::select! {
                _ = ticks.tick() => this.clone().hand_over(Intake::close).await,
                () = drain.begun() => break,
            }
        }
        this.clone().hand_over(Intake::end).await;
        this.drift.close();
        this.rollout.close();
    }

    async fn hand_over(self: Arc<Self>, close: fn(&Intake) -> Window) {
        // writing a million instances takes some tenths of a second
        let written = tokio::task::spawn_blocking(move || {
            let window = close(&self.intake);
            self.write(&window);
            self.intake.closed(&window);
        });
        if let Err(Some(panic)) = written.await.map_err(panic_of) {
            std::panic::resume_unwind(panic);
        }
    }

    /// Writes the parts of a window.
    fn write(&self, window: &Window) {
        let closed_at = self.intake.clock().monotonic();
        let part = |number: usize, items, request| Part {
            name: Name {
                window: window.number,
                part: number as u32,
            },
            request,
            items,
            closed_at,
        };
        let parts = plan(&window.shards, PART);
        let count = parts.len();
        for (number, plan) in parts.into_iter().enumerate() {
            let name = self.identity.name(window.number, number, count);
            let items = plan.instances;
            let request = encode::instances(name, window, plan, self.intake.fleets());
            self.drift.push(part(number, items, request));
        }
        let parts = split_figures(window.figures.clone(), PART);
        let count = parts.len();
        for (number, rows) in parts.into_iter().enumerate() {
            let name = self.identity.name(window.number, number, count);
            let items = rows.len();
            let request = encode::figures(name, window, rows, self.intake.fleets());
            self.rollout.push(part(number, items, request));
        }
    }
}

fn panic_of(error: JoinError) -> Option<Box<dyn std::any::Any + Send>> {
    // cancelled, as the runtime ends
    error.try_into_panic().ok()
}
