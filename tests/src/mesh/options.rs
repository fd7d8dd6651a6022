//! How a mesh is started.

use std::{path::PathBuf, sync::Arc};

use vortex_service::ServiceName;

use crate::link::Link;

/// The setting of [`Options::supersede`].
pub(super) const SUPERSEDE: &str = "--source-supersede";

/// The settings of [`Options::quick`].
const QUICK: &[(ServiceName, &str, &str)] = &[
    (ServiceName::Ingest, "interval", "1s"),
    (ServiceName::Ingest, "window", "200ms"),
    (ServiceName::Drift, "grace", "6s"),
    (ServiceName::Drift, "ttl", "10s"),
    (ServiceName::Drift, "alert-for", "1s"),
    (ServiceName::Drift, "alert-threshold", "4"),
];

/// How the mesh runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All services in one process, by `vortex up`.
    One,
    /// A process each.
    Many,
}

/// How a mesh is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The repository that feeds it.
    pub git: Option<PathBuf>,
    /// Where it keeps everything; a folder that goes with it by default.
    pub data: Option<PathBuf>,
    /// Where the repository is searched beside its top.
    pub search_paths: Option<&'static str>,
    /// The file of values that are above all.
    pub overrides: Option<PathBuf>,
    /// What becomes of commits: `auto` by default.
    pub release: Option<&'static str>,
    /// Whether a newer commit takes the place of the one that is being rolled out.
    pub supersede: bool,
    /// What is logged: `info` by default.
    pub log: Option<&'static str>,
    /// Whether a gateway of its own logs every request.
    pub access_log: bool,
    /// Whether callers have to say who they are.
    pub secure: bool,
    /// The file of the identity provider whose tokens are taken.
    pub oidc: Option<PathBuf>,
    /// Whether instances report every second, and drift is told of after a few.
    pub quick: bool,
    /// Settings of drift-svc and heartbeat-ingest, instead of those of `quick`: by name, and their
    /// values.
    pub settings: Vec<(ServiceName, &'static str, &'static str)>,
    /// The file of those who are told of what happens.
    pub notify: Option<PathBuf>,
    /// The file of those who may judge rollouts.
    pub gates: Option<PathBuf>,
    /// Whether there is a second gateway with an ingest of its own, where each is a process.
    pub twin: bool,
    /// How ingests reach those that they tell, where each is a process: directly by default.
    pub links: Vec<(ServiceName, Arc<dyn Link>)>,
}

impl Options {
    /// One in which instances report every second, and drift is told of after a few.
    pub fn quick() -> Self {
        Self {
            quick: true,
            ..Self::default()
        }
    }

    /// The settings of a service, by name.
    pub(super) fn settings_of(
        &self,
        service: ServiceName,
    ) -> impl Iterator<Item = (&'static str, &'static str)> {
        let quick = self.quick.then_some(QUICK).into_iter().flatten().copied();
        let given = move |name: &str| {
            let mut given = self.settings.iter();
            given.any(|(of, given, _)| *of == service && *given == name)
        };
        let quick = quick.filter(move |(_, name, _)| !given(name));
        let all = quick.chain(self.settings.iter().copied());
        all.filter(move |(of, ..)| *of == service)
            .map(|(_, name, value)| (name, value))
    }
}
