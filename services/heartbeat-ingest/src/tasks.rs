//! The service's tasks: closing windows, sending them, and following what instances should run.

use std::{sync::Arc, time::Duration};

use vortex_kit::{channel::Channel, process::Runtime};
use vortex_views::Views;

use crate::{
    Neighbours,
    delivery::{Drift, Outbox, Receiver, Rollout, Sender},
    intake::Intake,
    meters::DeliveryMeters,
    windows::{Identity, Windows},
};

/// Starts them.
pub(crate) fn start(
    intake: &Intake,
    every: Duration,
    views: Views,
    neighbours: Neighbours,
    runtime: &Runtime,
) {
    let drift = Drift {
        intake: intake.clone(),
    };
    let windows = Windows {
        intake: intake.clone(),
        identity: Identity::new(runtime.clock.now(), fastrand::u64(..)),
        drift: deliver(drift, neighbours.drift, runtime),
        rollout: deliver(Rollout, neighbours.rollout, runtime),
    };
    let lifecycle = &runtime.lifecycle;
    // work, since it ends by itself after the drain has begun: while receivers in this process
    // still take what they are sent
    let drain = lifecycle.drain().clone();
    lifecycle.spawn_work("windows", windows.run(every, drain));
    lifecycle.spawn("expectations", follow(intake.clone(), views));
}

fn deliver<R: Receiver>(receiver: R, channel: Channel, runtime: &Runtime) -> Arc<Outbox> {
    let meters = DeliveryMeters::new(&runtime.metrics, R::NAME);
    let outbox = Arc::new(Outbox::new(meters));
    let sender = Sender {
        receiver,
        channel,
        outbox: outbox.clone(),
        clock: runtime.clock.clone(),
        health: runtime.health.clone(),
    };
    runtime.lifecycle.spawn_work("deliveries", sender.run());
    outbox
}

/// Takes what has changed of what instances should run.
async fn follow(intake: Intake, views: Views) {
    loop {
        let changed = views.changed().await;
        let now = intake.clock().monotonic();
        intake.fleets().refresh(&changed, now);
    }
}
