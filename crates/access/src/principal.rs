//! Who makes a call.

use std::{fmt, sync::Arc};

use crate::{Grant, KeyId, Name, Role};

/// Who makes a call, and what it was given; a clone is a pointer.
///
/// `Display` is what the log and the audit hold: `key:ci`, `jwt:alice@example.com`,
/// `service:rollout-svc`, `anonymous`. A key that is rotated stays the same principal, so that
/// the idempotency of its requests and the record of its deeds do not break at the seam.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal(Arc<Inner>);

#[derive(Debug, PartialEq, Eq)]
struct Inner {
    name: Name,
    kind: Kind,
    grants: Box<[Grant]>,
}

/// How a principal is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// By an API key.
    Key(KeyId),
    /// By a token of an identity provider.
    Jwt,
    /// As a service of this cluster, by its key or certificate.
    Service,
    /// Not at all.
    Anonymous,
}

impl Principal {
    /// Who is known by this name, with these grants.
    pub fn new(kind: Kind, name: Name, grants: impl Into<Box<[Grant]>>) -> Self {
        Self(Arc::new(Inner {
            name,
            kind,
            grants: grants.into(),
        }))
    }

    /// Who brought no credential, with these grants.
    pub fn anonymous(grants: impl Into<Box<[Grant]>>) -> Self {
        Self::new(Kind::Anonymous, Name::fixed("anonymous"), grants)
    }

    /// Everybody, while there are no keys to tell callers apart by: may do everything.
    pub fn open() -> Self {
        Self::anonymous([Grant::everywhere(Role::Admin)])
    }

    /// A process of this cluster, in its own work: may do everything.
    pub fn process() -> Self {
        let grants = [Grant::everywhere(Role::Admin)];
        Self::new(Kind::Service, Name::fixed("vortex"), grants)
    }

    /// What it is called.
    pub fn name(&self) -> &Name {
        &self.0.name
    }

    /// How it is known.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What it was given; perhaps nothing.
    pub fn grants(&self) -> &[Grant] {
        &self.0.grants
    }

    /// Whether no credential stands behind it: what it may not do is answered with "who are you?"
    /// (401) rather than with what is missing (403).
    pub fn is_anonymous(&self) -> bool {
        self.kind() == Kind::Anonymous
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Kind::Key(_) => write!(f, "key:{}", self.name()),
            Kind::Jwt => write!(f, "jwt:{}", self.name()),
            Kind::Service => write!(f, "service:{}", self.name()),
            Kind::Anonymous => f.write_str("anonymous"),
        }
    }
}
