//! Says how it stands with a provider's keys: in health, in metrics, and so in the log.

use jiff::Timestamp;
use metrics::{Counter, Gauge};
use vortex_kit::{health::Health, process::Runtime};

/// What a degradation is called.
const NAME: &str = "tokens";
const FETCHES: &str = "vortex_oidc_fetches_total";
const FETCHES_HELP: &str = "Fetches of the identity provider's keys, by how they ended";
const LAST_SUCCESS: &str = "vortex_oidc_last_success_timestamp_seconds";
const LAST_SUCCESS_HELP: &str = "When the identity provider's keys were fetched last";
/// Failures in a row that are told of while there are keys to go on with: one may be by chance.
const TOLD: u32 = 3;

/// Reports on the keys of one provider.
pub(super) struct Reports {
    issuer: String,
    health: Health,
    good: Counter,
    failed: Counter,
    last_success: Gauge,
    failures: u32,
}

impl Reports {
    pub(super) fn new(issuer: &str, runtime: &Runtime) -> Self {
        let metrics = &runtime.metrics;
        let fetches = |result| metrics.counter(FETCHES, FETCHES_HELP, &[("result", result)]);
        Self {
            issuer: issuer.to_owned(),
            health: runtime.health.clone(),
            good: fetches("ok"),
            failed: fetches("failed"),
            last_success: metrics.gauge(LAST_SUCCESS, LAST_SUCCESS_HELP, &[]),
            failures: 0,
        }
    }

    /// Keys came.
    pub(super) fn good(&mut self, now: Timestamp) {
        self.failures = 0;
        self.good.increment(1);
        #[allow(clippy::cast_precision_loss)] // seconds since 1970 are exact
        self.last_success.set(now.as_second() as f64);
        self.health.recover(NAME);
    }

    /// No keys came; there may be earlier ones.
    pub(super) fn failed(&mut self, why: &str, has_keys: bool) {
        self.failures = self.failures.saturating_add(1);
        self.failed.increment(1);
        let (issuer, failures) = (&self.issuer, self.failures);
        match has_keys {
            false => self.health.degrade(
                NAME,
                format!("the keys of {issuer} are not known, and its tokens can't be verified: {why}"),
            ),
            true if failures >= TOLD => self.health.degrade(
                NAME,
                format!(
                    "the keys of {issuer} could not be fetched {failures} times in a row, and the last ones are used: {why}"
                ),
            ),
            true => {}
        }
    }
}
