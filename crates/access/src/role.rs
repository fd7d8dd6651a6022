//! What kinds of work there are.

use std::{fmt, str::FromStr};

use vortex_names::Excerpt;

/// What a key is for. An RPC needs exactly one; a key may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads and watches configurations, rollouts and reports.
    Reader,
    /// Writes, stages and releases documents, and overrides values. Reads them.
    Writer,
    /// Runs rollouts, the breaker, freezes and sources. Reads what it decides by, and writes
    /// nothing: who writes a change is not thereby who lets it out.
    Operator,
    /// Sends heartbeats and reports. Reads nothing: an instance that does both holds two grants.
    Agent,
    /// Another cluster's federation-svc.
    Peer,
    /// Manages keys. Includes every other role, as it could make itself a key for any.
    Admin,
}

/// A role that there is not. Holds the beginning of what was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a valid role: reader, writer, operator, agent, peer or admin is expected")]
pub struct UnknownRole(String);

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Reader,
        Self::Writer,
        Self::Operator,
        Self::Agent,
        Self::Peer,
        Self::Admin,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Operator => "operator",
            Self::Agent => "agent",
            Self::Peer => "peer",
            Self::Admin => "admin",
        }
    }

    /// Whether what an application inherits is included in what it is for: readers read it with the
    /// rest, and agents report what comes of it.
    pub fn inherits(self) -> bool {
        matches!(self, Self::Reader | Self::Agent)
    }

    /// Whether who holds this role may do what needs the other.
    pub fn includes(self, needed: Self) -> bool {
        match self {
            Self::Reader | Self::Agent | Self::Peer => self == needed,
            Self::Writer | Self::Operator => self == needed || needed == Self::Reader,
            Self::Admin => true,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(given: &str) -> Result<Self, UnknownRole> {
        let found = Self::ALL.into_iter().find(|role| role.as_str() == given);
        found.ok_or_else(|| UnknownRole(format!("{:?}", Excerpt::at_most(32, given))))
    }
}
