//! The pattern itself.

use std::{cmp::Ordering, fmt};

use crate::{Namespace, labels::Labels, part::Part};

/// A set of namespaces; see the crate for its grammar. Equal patterns are equal sets.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    pub(crate) labels: Labels,
    pub(crate) app: Part,
    pub(crate) profile: Part,
}

impl Pattern {
    /// `**`: every profile of every application on every label.
    pub fn everything() -> Self {
        Self {
            labels: Labels::all(),
            app: Part::Any,
            profile: Part::Any,
        }
    }

    /// Whether every namespace is in it, however that was written.
    pub fn is_everything(&self) -> bool {
        self.labels.is_all() && self.app.is_any() && self.profile.is_any()
    }

    /// Whether a namespace is in it.
    pub fn matches(&self, namespace: &Namespace<'_>) -> bool {
        self.matches_app(namespace.app)
            && self.matches_profile(namespace.profile)
            && self.matches_label(namespace.label)
    }

    /// Whether namespaces of this application can be in it.
    pub fn matches_app(&self, app: &str) -> bool {
        self.app.matches(app)
    }

    /// Whether namespaces of this profile can be in it.
    pub fn matches_profile(&self, profile: &str) -> bool {
        self.profile.matches(profile)
    }

    /// Whether namespaces of this label can be in it.
    pub fn matches_label(&self, label: &str) -> bool {
        self.labels.matches(label)
    }

    /// Whether every namespace of the other one is in this one.
    pub fn covers(&self, other: &Self) -> bool {
        self.app.covers(&other.app)
            && self.profile.covers(&other.profile)
            && self.labels.covers(&other.labels)
    }

    /// Which of two patterns counts for a namespace that is in both: `Greater` when it is this
    /// one. Application, profile and the parts of the label are compared in this order, a name
    /// before `*` before `**`; so two different patterns with a namespace in common are never
    /// equal, and one that lies within another is always greater.
    pub fn specificity(&self, other: &Self) -> Ordering {
        self.app
            .specificity(&other.app)
            .then_with(|| self.profile.specificity(&other.profile))
            .then_with(|| self.labels.specificity(&other.labels))
    }

    /// The most specific of those that a namespace is in.
    pub fn most_specific<'a>(
        patterns: impl IntoIterator<Item = &'a Self>,
        namespace: &Namespace<'_>,
    ) -> Option<&'a Self> {
        let matching = patterns.into_iter().filter(|p| p.matches(namespace));
        matching.max_by(|a, b| a.specificity(b))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.labels.is_all() {
            write!(f, "{}:", self.labels)?;
        }
        match (&self.app, &self.profile) {
            (Part::Any, Part::Any) => f.write_str("**"),
            (app, Part::Any) => write!(f, "{app}/**"),
            (app, profile) => write!(f, "{app}/{profile}"),
        }
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{self}`")
    }
}
