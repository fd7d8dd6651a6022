//! The rollout service: brings a staged version to more and more readers, and decides by what is
//! measured whether it goes on.

pub mod config;
pub mod domain;
pub mod engine;
mod meters;
pub mod splits;
pub mod store;
mod tasks;

pub use config::{About, ProcessSettings, Settings, StoreLocation};
pub use meters::Meters;

use engine::Rollouts;
use splits::Splits;
use store::RolloutStore;
use vortex_kit::{channel::Channel, process::Runtime};
use vortex_store::service::{CannotOpen, open};

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store's folder can't be used.
    #[error(transparent)]
    Open(#[from] CannotOpen),
    /// What the store keeps can't be read.
    #[error("the store can't be read")]
    Load(#[from] store::Error),
}

/// Starts the rollouts that `settings` tell of: reads the store, tells config-svc behind `config`
/// what it has not confirmed, and judges.
///
/// # Errors
/// When the store can't be had or read.
pub async fn rollouts(
    settings: &Settings,
    config: Channel,
    runtime: &Runtime,
) -> Result<Rollouts, StartError> {
    let engine = open(&settings.store, &runtime.metrics).await?;
    let rollouts = Rollouts::open(
        RolloutStore::new(engine),
        Splits::new(config),
        settings.breaker(),
        runtime.clock.clone(),
        Meters::new(&runtime.metrics),
    )
    .await?;
    tasks::start(&rollouts, settings.keep(), runtime);
    Ok(rollouts)
}
