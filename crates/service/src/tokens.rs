//! Tokens (JWT) of an identity provider: a service that is told of one knows callers by them.
//!
//! A file describes the [`Provider`]. Its public keys are fetched and fetched again by one task,
//! which `vortex_oidc::JwksCache` tells when; [`HeldTokens`] verifies by those that are believed.

mod fetcher;
mod follow;
mod held;
mod last_good;
mod provider;
mod remembered;
mod reports;
mod trust;

use std::path::Path;

use vortex_kit::process::Runtime;

pub use provider::{InvalidProvider, Provider};

/// Whose tokens a process takes.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct TokenSettings {
    /// Take the tokens (JWT) of the identity provider that this YAML file describes
    #[arg(long, value_name = "FILE")]
    pub oidc: Option<Provider>,
}

impl TokenSettings {
    /// Lets the gate of `runtime` know callers by tokens from now on, where there is a provider of
    /// them. The last good copy of its keys is kept in `folder`, if there is one.
    ///
    /// Waits for the first keys, though not for long: a provider that is away keeps no service
    /// from its start.
    pub async fn open(&self, folder: Option<&Path>, runtime: &Runtime) {
        if let Some(provider) = &self.oidc {
            runtime
                .gate
                .know_tokens(provider.follow(folder, runtime).await);
        }
    }
}
