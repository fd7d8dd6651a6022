//! Who may do what, said once more: by hand, and not by the code that is tested.

use super::holders::{Holder, Scope};

/// Which roles each role is good for.
pub(super) const ROLES: [(&str, &[&str]); 6] = [
    ("reader", &["reader"]),
    ("writer", &["writer", "reader"]),
    ("operator", &["operator", "reader"]),
    ("agent", &["agent"]),
    ("peer", &["peer"]),
    (
        "admin",
        &["reader", "writer", "operator", "agent", "peer", "admin"],
    ),
];

/// Where a role is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// For what the request names, by its fields or by an id.
    Named,
    /// In any scope: the answer holds what the caller may see.
    Anywhere,
    /// In the scope `**`.
    Everywhere,
}

/// What a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Needs {
    pub(super) role: &'static str,
    pub(super) place: Where,
}

/// Whose things a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    Own,
    Foreign,
}

/// Whether a holder of a key may make a call about these things.
pub(super) fn may(holder: &Holder, needs: Needs, whose: Whose) -> bool {
    let (_, good_for) = ROLES.iter().find(|(role, _)| *role == holder.role).unwrap();
    let is_held = match (holder.scope, needs.place) {
        (Scope::Everything, _) | (Scope::Own, Where::Anywhere) => true,
        (Scope::Own, Where::Named) => whose == Whose::Own,
        (Scope::Own, Where::Everywhere) => false,
    };
    good_for.contains(&needs.role) && is_held
}
