//! The services of the mesh by name.

use std::fmt;

use serde::{Serialize, Serializer};
use vortex_kit::access::{Role, ServiceRoles};

/// What each service may do in its own work, where it is known by a certificate of the name
/// `vortex://NAME`.
pub const OWN_ROLES: ServiceRoles = &[
    (
        "rollout-svc",
        &[Role::Reader, Role::Writer, Role::Operator, Role::Agent],
    ),
    ("drift-svc", &[Role::Reader, Role::Agent]),
    ("heartbeat-ingest", &[Role::Reader, Role::Agent]),
    ("gateway", &[Role::Reader, Role::Agent]),
];

/// A service of the mesh that is called over gRPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceName {
    /// Holds all configuration.
    Config,
    /// Knows what instances run.
    Drift,
    /// Moves rollouts.
    Rollout,
    /// Takes what they report.
    Ingest,
}

impl ServiceName {
    /// All of them, in the order they start in one process: each after those it needs to start.
    pub const ALL: [Self; 4] = [Self::Config, Self::Drift, Self::Rollout, Self::Ingest];

    /// The name of its program, its settings, its logs and its metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "config-svc",
            Self::Rollout => "rollout-svc",
            Self::Drift => "drift-svc",
            Self::Ingest => "heartbeat-ingest",
        }
    }

    /// How far its gRPC port is above the first one of the mesh, 9090 by default, which is
    /// federation-svc's.
    pub const fn port_offset(self) -> u16 {
        match self {
            Self::Config => 1,
            Self::Rollout => 2,
            Self::Drift => 3,
            Self::Ingest => 4,
        }
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ServiceName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
