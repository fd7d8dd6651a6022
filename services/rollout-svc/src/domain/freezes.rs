//! Freezes, which config-svc keeps: times in which readers get nothing new.

use jiff::Timestamp;
use vortex_names::Concerned;

use super::{Spec, analysis::Application};

/// The freezes in force, as far as they are known here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Freezes(pub(crate) Vec<Freeze>);

/// A time in which readers get nothing new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Freeze {
    /// Its id.
    pub id: String,
    /// The applications that it concerns; none means all, and files that are no application's.
    pub apps: Option<Vec<String>>,
    /// The only label that it concerns; none means all.
    pub label: Option<String>,
    /// Why, for people.
    pub reason: String,
    /// The principal that set it.
    pub by: String,
    /// When it ends by itself, by config-svc's clock.
    pub until: Option<Timestamp>,
}

impl Freezes {
    /// The oldest freeze that keeps a rollout from giving its change set to more readers. A way back
    /// is never kept.
    pub(crate) fn of(&self, spec: &Spec, now: Timestamp) -> Option<&Freeze> {
        if self.0.is_empty() || spec.reverts.is_some() || spec.way_back {
            return None;
        }
        let owners = spec.written_for.iter();
        let owners = owners.map(|owner| owner.as_ref().map(Application::as_str));
        let owners = owners.chain(std::iter::repeat(None));
        let concerned = Concerned::by(spec.paths.iter().map(String::as_str).zip(owners));
        self.0.iter().find(|freeze| {
            let is_meant = || match &freeze.apps {
                None => true,
                Some(apps) => apps.iter().any(|app| concerned.has(app)),
            };
            let is_on = freeze.label.as_ref().is_none_or(|only| *only == spec.label);
            is_on && !freeze.is_over(now) && is_meant()
        })
    }
}

impl Freeze {
    fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

impl std::fmt::Display for Freeze {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "frozen: {} ({})", self.reason, self.id)
    }
}
