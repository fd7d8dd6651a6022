//! The name of a fleet.

use std::{fmt, sync::Arc};

/// All instances that read the same configuration, by name. A clone is a pointer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FleetName(Arc<Named>);

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Named {
    app: Box<str>,
    profiles: Box<[Box<str>]>,
    label: Box<str>,
}

impl FleetName {
    /// The fleet of names that are valid, and none of which is left out.
    pub fn new<'a>(app: &str, profiles: impl IntoIterator<Item = &'a str>, label: &str) -> Self {
        Self(Arc::new(Named {
            app: app.into(),
            profiles: profiles.into_iter().map(Box::from).collect(),
            label: label.into(),
        }))
    }

    /// The application.
    pub fn app(&self) -> &str {
        &self.0.app
    }

    /// The profiles, one at least; the last takes precedence.
    pub fn profiles(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.profiles.iter().map(AsRef::as_ref)
    }

    /// The profiles with commas between them.
    pub fn profile_list(&self) -> String {
        self.0.profiles.join(",")
    }

    /// The label.
    pub fn label(&self) -> &str {
        &self.0.label
    }

    /// Whether its instances read a document that was written for an application and a profile on
    /// its label. An empty application is that of all, and so is `application`; an empty profile is
    /// that of all profiles, and so is `default`, which all others inherit.
    pub fn reads(&self, app: &str, profile: &str) -> bool {
        let is_app = matches!(app, "" | "application") || self.app() == app;
        let mut profiles = self.profiles();
        is_app && (matches!(profile, "" | "default") || profiles.any(|name| name == profile))
    }
}

/// `app/profiles/label`, with commas between profiles.
impl fmt::Display for FleetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.app(), self.profile_list(), self.label())
    }
}

impl fmt::Debug for FleetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FleetName({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_reads_what_is_written_for_all_and_for_itself() {
        let fleet = FleetName::new("orders", ["eu", "prod"], "main");
        for (app, profile) in [
            ("", ""),
            ("orders", ""),
            ("orders", "prod"),
            ("orders", "eu"),
            ("orders", "default"),
            ("application", "prod"),
        ] {
            assert!(fleet.reads(app, profile), "{app} {profile}");
        }
        for (app, profile) in [("order", ""), ("orders", "dev"), ("", "dev")] {
            assert!(!fleet.reads(app, profile), "{app} {profile}");
        }
        assert_eq!(fleet.to_string(), "orders/eu,prod/main");
    }
}
