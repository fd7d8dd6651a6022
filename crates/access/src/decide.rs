//! The one place that says what a principal may do.

use std::fmt;

use vortex_names::Excerpt;
use vortex_pattern::{Namespace, Pattern};

use crate::{Grant, Principal, Role};

/// The profile whose documents all profiles of an application inherit.
const INHERITED: &str = "default";
/// Combinations of labels, applications and profiles that are looked at one by one. Whoever asks
/// for more needs one scope that holds all of them.
pub const MAX_COMBINATIONS: usize = 4_096;

/// What a call is about, as it asks for it. What an answer is made of besides (the documents of
/// `application`, which every application inherits) is not asked for.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// Documents: every combination of these. An empty list says nothing, and is taken for all.
    /// To read the profile `default`, or to report of it, a scope of any profile does: that profile
    /// inherits it.
    Documents {
        /// The labels.
        labels: &'a [&'a str],
        /// The applications.
        apps: &'a [&'a str],
        /// The profiles.
        profiles: &'a [&'a str],
    },
    /// All that a pattern holds: a watch, or a scope that is to be given.
    Pattern(&'a Pattern),
    /// What belongs to the cluster and not to an application: keys, sources, the breaker.
    Cluster,
    /// A list or a feed whose every item is filtered by what the principal may see: the role
    /// somewhere is enough.
    Filtered,
}

/// What [`decide`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// It may.
    Allowed,
    /// It may not.
    Denied(Denied),
}

/// What is missing: a grant of this role with this scope would do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this needs the role `{role}` {wanted}")]
pub struct Denied {
    /// The role.
    pub role: Role,
    /// Where.
    pub wanted: Wanted,
}

/// Where a role is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// In any scope.
    Anywhere,
    /// In one that holds this, such as `main:orders/dev`.
    Scope(String),
}

/// Whether a principal may do what needs this role to what is asked.
///
/// Each namespace that is asked for needs a grant of its own that includes the role and holds the
/// namespace; two grants don't add up to a third.
pub fn decide(principal: &Principal, needed: Role, asked: Asked<'_>) -> Decision {
    let scopes = || scopes(principal, needed);
    let missing = match asked {
        Asked::Filtered => scopes().next().is_none().then_some(Wanted::Anywhere),
        Asked::Cluster => missing_pattern(scopes(), &Pattern::everything()),
        Asked::Pattern(pattern) => missing_pattern(scopes(), pattern),
        Asked::Documents {
            labels,
            apps,
            profiles,
        } => missing_documents(needed, scopes, labels, apps, profiles),
    };
    match missing {
        None => Decision::Allowed,
        Some(wanted) => Decision::Denied(Denied {
            role: needed,
            wanted,
        }),
    }
}

/// Whether a principal may give this grant to a key: only as an admin of all that it holds. So
/// `**` comes only from an admin of everything, and nobody gives more than they have.
pub fn may_give(principal: &Principal, grant: &Grant) -> Decision {
    let denied = grant.scopes().iter().find_map(|scope| {
        match decide(principal, Role::Admin, Asked::Pattern(scope)) {
            Decision::Allowed => None,
            Decision::Denied(denied) => Some(denied),
        }
    });
    denied.map_or(Decision::Allowed, Decision::Denied)
}

fn scopes(principal: &Principal, needed: Role) -> impl Iterator<Item = &Pattern> {
    let grants = principal.grants().iter();
    let fitting = grants.filter(move |grant| grant.role().includes(needed));
    fitting.flat_map(|grant| grant.scopes())
}

fn missing_pattern<'a>(
    mut scopes: impl Iterator<Item = &'a Pattern>,
    asked: &Pattern,
) -> Option<Wanted> {
    match scopes.any(|scope| scope.covers(asked)) {
        true => None,
        false => Some(Wanted::Scope(asked.to_string())),
    }
}

fn missing_documents<'a, S: Iterator<Item = &'a Pattern>>(
    needed: Role,
    scopes: impl Fn() -> S,
    labels: &[&str],
    apps: &[&str],
    profiles: &[&str],
) -> Option<Wanted> {
    let inherits = |profile: &str| needed.inherits() && profile == INHERITED;
    let holds_profile =
        |scope: &Pattern, profile: &str| inherits(profile) || scope.matches_profile(profile);
    let holds = |scope: &Pattern, namespace: &Namespace<'_>| {
        scope.matches_app(namespace.app)
            && holds_profile(scope, namespace.profile)
            && scope.matches_label(namespace.label)
    };
    let holds_all = |scope: &Pattern| {
        apps.iter().all(|app| scope.matches_app(app))
            && profiles.iter().all(|profile| holds_profile(scope, profile))
            && labels.iter().all(|label| scope.matches_label(label))
    };
    let combinations = labels
        .len()
        .saturating_mul(apps.len())
        .saturating_mul(profiles.len());
    match combinations {
        // nothing named, or too much to be looked at one by one
        0 => missing_pattern(scopes(), &Pattern::everything()),
        _ if scopes().any(holds_all) => None,
        many if many > MAX_COMBINATIONS => Some(Wanted::Scope(Pattern::everything().to_string())),
        _ => namespaces(labels, apps, profiles)
            .find(|namespace| !scopes().any(|scope| holds(scope, namespace)))
            .map(|namespace| Wanted::Scope(shown(&namespace))),
    }
}

fn namespaces<'a>(
    labels: &'a [&'a str],
    apps: &'a [&'a str],
    profiles: &'a [&'a str],
) -> impl Iterator<Item = Namespace<'a>> {
    let names = move |label| {
        let pairs = apps
            .iter()
            .flat_map(|app| profiles.iter().map(move |p| (*app, *p)));
        pairs.map(move |(app, profile)| Namespace {
            label,
            app,
            profile,
        })
    };
    labels.iter().flat_map(move |label| names(*label))
}

/// The scope that holds just this, when its names are valid; what isn't valid is shown escaped.
fn shown(namespace: &Namespace<'_>) -> String {
    let text = namespace.to_string();
    match text.parse::<Pattern>() {
        Ok(_) => text,
        Err(_) => Excerpt::of(&text).to_string().escape_default().to_string(),
    }
}

impl Decision {
    /// Whether it may.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed)
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anywhere => f.write_str("in any scope"),
            Self::Scope(scope) => write!(f, "with a scope that holds `{scope}`"),
        }
    }
}
