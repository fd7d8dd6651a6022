//! What the settings allow rollouts to be judged by.

use std::{collections::BTreeSet, sync::Arc};

use super::{hosts::Hosts, settings::Known};
use crate::domain::{Gates, InvalidGate};

/// The providers and hosts that the settings know. A clone is a pointer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Askable {
    providers: Arc<BTreeSet<String>>,
    hosts: Hosts,
}

impl Askable {
    pub(super) fn of(known: &Known) -> Self {
        let providers = known.providers.iter();
        let webhooks = known.webhooks.as_ref();
        Self {
            providers: Arc::new(providers.map(|provider| provider.name.clone()).collect()),
            hosts: webhooks.map_or(Hosts::default(), |webhooks| webhooks.hosts.clone()),
        }
    }

    /// Checks that the settings know whom a rollout's queries and webhooks ask.
    ///
    /// # Errors
    /// Names the field that asks somebody else.
    pub(crate) fn check(&self, gates: &Gates) -> Result<(), InvalidGate> {
        for (index, query) in gates.queries.iter().enumerate() {
            if !self.providers.contains(&query.provider) {
                let place = format!("queries[{index}]");
                let why = self.no_provider(&query.provider);
                return Err(InvalidGate::at(&place, "provider", why));
            }
        }
        for (index, webhook) in gates.webhooks.iter().enumerate() {
            if let Err(why) = self.hosts.allow(&webhook.url) {
                let place = format!("webhooks[{index}]");
                return Err(InvalidGate::at(&place, "url", why));
            }
        }
        Ok(())
    }

    fn no_provider(&self, given: &str) -> String {
        let given: String = given.chars().take(64).collect();
        if self.providers.is_empty() {
            return format!(
                "there is no provider {given:?}: the settings of rollout-svc name none (--gates)"
            );
        }
        let known: Vec<&str> = self.providers.iter().map(String::as_str).collect();
        format!(
            "there is no provider {given:?}: {} are known",
            known.join(", ")
        )
    }
}
