//! A service's report about itself: whether it is ready, and what is degraded while it serves.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use tokio::sync::watch;

/// Whether a service takes work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not yet.
    Starting,
    /// Yes.
    Ready,
    /// No longer.
    Draining,
}

/// The health of one service; a clone is a pointer.
#[derive(Clone, Debug)]
pub struct Health {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    service: &'static str,
    version: &'static str,
    state: watch::Sender<State>,
    findings: Mutex<Findings>,
}

#[derive(Debug, Default)]
struct Findings {
    checks: BTreeMap<String, serde_json::Value>,
    degradations: BTreeMap<String, String>,
    included: Vec<Health>,
}

/// What `/health` answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The service's name.
    pub service: &'static str,
    /// The service's version.
    pub version: &'static str,
    /// Whether it takes work.
    pub status: State,
    /// Facts by name, such as a source's last import.
    pub checks: BTreeMap<String, serde_json::Value>,
    /// What does not work as it should while the service serves, and why, by name.
    pub degradations: BTreeMap<String, String>,
}

/// What is said in place of a reason.
const HIDDEN: &str = "why is told to who may read everything";

impl Report {
    /// What anybody may know: whether it takes work, and what is degraded. The rest speaks of
    /// documents, sources and freezes.
    #[must_use]
    pub fn outline(self) -> Self {
        let names = self.degradations.into_keys();
        Self {
            checks: BTreeMap::new(),
            degradations: names.map(|name| (name, HIDDEN.to_owned())).collect(),
            ..self
        }
    }
}

impl Health {
    /// The health of a service that is starting.
    pub fn new(service: &'static str, version: &'static str) -> Self {
        Self {
            inner: Arc::new(Inner {
                service,
                version,
                state: watch::Sender::new(State::Starting),
                findings: Mutex::default(),
            }),
        }
    }

    /// Whether the service takes work.
    pub fn state(&self) -> State {
        *self.inner.state.borrow()
    }

    /// Follows the state.
    pub fn watch(&self) -> watch::Receiver<State> {
        self.inner.state.subscribe()
    }

    /// Says that the service takes work. Once draining, it stays so.
    pub fn set_ready(&self) {
        self.inner.state.send_if_modified(|state| {
            let starting = *state == State::Starting;
            if starting {
                *state = State::Ready;
            }
            starting
        });
    }

    /// Says that the service takes no more work.
    pub fn set_draining(&self) {
        self.inner.state.send_replace(State::Draining);
    }

    /// Says that something does not work as it should; readiness stays.
    pub fn degrade(&self, name: impl Into<String>, why: impl Into<String>) {
        let (name, why) = (name.into(), why.into());
        let previous = self
            .findings()
            .degradations
            .insert(name.clone(), why.clone());
        if previous.is_none() {
            tracing::warn!(service = self.inner.service, name, why, "degraded");
        }
    }

    /// Takes a degradation back.
    pub fn recover(&self, name: &str) {
        if self.findings().degradations.remove(name).is_some() {
            tracing::info!(service = self.inner.service, name, "recovered");
        }
    }

    /// Sets a fact to show under a name.
    pub fn report(&self, name: impl Into<String>, fact: serde_json::Value) {
        self.findings().checks.insert(name.into(), fact);
    }

    /// Repeats what a neighbour in this process finds, from now on: its `source git` is our
    /// `config-svc/source git`. What that one includes in turn stays out.
    pub fn include(&self, neighbour: &Self) {
        self.findings().included.push(neighbour.clone());
    }

    /// What `/health` answers now.
    pub fn snapshot(&self) -> Report {
        let (mut report, included) = self.own();
        for neighbour in included {
            let (theirs, _) = neighbour.own();
            let named = |name: String| format!("{}/{name}", theirs.service);
            let checks = theirs.checks.into_iter();
            report
                .checks
                .extend(checks.map(|(name, fact)| (named(name), fact)));
            let degradations = theirs.degradations.into_iter();
            let degradations = degradations.map(|(name, why)| (named(name), why));
            report.degradations.extend(degradations);
        }
        report
    }

    fn own(&self) -> (Report, Vec<Self>) {
        let findings = self.findings();
        let report = Report {
            service: self.inner.service,
            version: self.inner.version,
            status: self.state(),
            checks: findings.checks.clone(),
            degradations: findings.degradations.clone(),
        };
        (report, findings.included.clone())
    }

    fn findings(&self) -> MutexGuard<'_, Findings> {
        let findings = &self.inner.findings;
        findings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draining_service_does_not_become_ready_again() {
        let health = Health::new("config-svc", "0.1.0");
        health.set_draining();
        health.set_ready();
        assert_eq!(health.state(), State::Draining);
    }

    #[test]
    fn a_degradation_is_named_and_leaves_readiness() {
        let health = Health::new("config-svc", "0.1.0");
        health.set_ready();
        health.degrade("source/petclinic", "remote is away");
        let report = health.snapshot();
        assert_eq!(report.status, State::Ready);
        assert_eq!(report.degradations["source/petclinic"], "remote is away");
        health.recover("source/petclinic");
        assert!(health.snapshot().degradations.is_empty());
    }

    #[test]
    fn a_neighbours_findings_are_repeated_under_its_name() {
        let gateway = Health::new("gateway", "0.1.0");
        let config = Health::new("config-svc", "0.1.0");
        gateway.include(&config);
        config.include(&gateway);
        config.degrade("source git", "remote is away");
        config.report("source git", serde_json::json!({"labels": 2}));
        let report = gateway.snapshot();
        assert_eq!(report.service, "gateway");
        let degradations = BTreeMap::from([(
            "config-svc/source git".to_owned(),
            "remote is away".to_owned(),
        )]);
        assert_eq!(report.degradations, degradations);
        assert_eq!(report.checks["config-svc/source git"]["labels"], 2);
        config.recover("source git");
        assert!(gateway.snapshot().degradations.is_empty());
    }
}
