//! Keeps what this process refused, and lets go of what is old.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use vortex_kit::access::Gate;

use crate::{denials::Denials, store::Error};

/// How long refusals are gathered before they are written.
const GATHER: Duration = Duration::from_secs(1);
/// How often what is old is deleted.
const RETAIN: Duration = Duration::from_secs(3_600);
/// How long it is waited when the store takes nothing.
const AGAIN: Duration = Duration::from_secs(10);

/// Keeps the book until the process ends.
pub(super) async fn run(book: Arc<Denials>, gate: Gate) {
    let mut retain = interval(RETAIN);
    retain.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = retain.tick() => told(book.retain().await),
            mut denials = gate.denials().take() => {
                let added = book.add(&mut denials).await;
                if added.is_err() {
                    gate.denials().give_back(denials);
                    tokio::time::sleep(AGAIN).await;
                }
                told(added);
                tokio::time::sleep(GATHER).await;
            }
        }
    }
}

fn told(done: Result<(), Error>) {
    if let Err(error) = done {
        // a store that is full or has failed is told by its own check
        tracing::debug!(%error, "refused calls are not written");
    }
}
