//! A key of each role, within a scope and beyond.

use std::fmt;

use vortex_tests::Mesh;

use super::{expected::ROLES, world::OWN};
use crate::key;

/// Where a key is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// For the own application.
    Own,
    /// For everything.
    Everything,
}

/// A key that may do something.
#[derive(Clone)]
pub(super) struct Holder {
    pub(super) role: &'static str,
    pub(super) scope: Scope,
    pub(super) key: String,
}

impl Holder {
    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        bearer(&self.key)
    }
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scope {
            Scope::Own => write!(f, "{} of {OWN}", self.role),
            Scope::Everything => write!(f, "{} of everything", self.role),
        }
    }
}

/// Headers with a credential.
pub(super) fn bearer(key: &str) -> Vec<(&'static str, String)> {
    vec![("authorization", format!("Bearer {key}"))]
}

/// A key of each role for the own application, and one for everything.
pub(super) async fn of_each_role(mesh: &Mesh) -> Vec<Holder> {
    let mut holders = Vec::new();
    for (role, _) in ROLES {
        for scope in [Scope::Own, Scope::Everything] {
            let (pattern, name) = match scope {
                Scope::Own => (format!("{OWN}/**"), format!("{role}-of-one")),
                Scope::Everything => ("**".to_owned(), format!("{role}-of-all")),
            };
            let (key, _) = key(mesh, &name, role, &pattern).await;
            holders.push(Holder { role, scope, key });
        }
    }
    holders
}
