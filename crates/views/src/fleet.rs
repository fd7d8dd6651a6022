//! All instances that read the same configuration.

use std::{fmt, sync::Arc};

use vortex_kit::error::Fault;
use vortex_names::{InvalidName, check};
use vortex_proto::{config::v1 as config, heartbeat::v1 as pb};
use vortex_service::parse::invalid_name;

/// The most profiles of a fleet.
const MAX_PROFILES: usize = 32;
/// What no profile means.
const DEFAULT_PROFILE: &str = "default";
/// What no label means.
const DEFAULT_LABEL: &str = "main";

/// All instances that read the same configuration: those of an application, with the same profiles
/// and label. A clone is a pointer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fleet(Arc<Named>);

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Named {
    app: Box<str>,
    profiles: Box<[Box<str>]>,
    label: Box<str>,
}

/// A fleet that can't be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFleet {
    /// One of its names is not valid.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// It has too many profiles.
    #[error("{0} profiles, at most {MAX_PROFILES} are allowed")]
    TooManyProfiles(usize),
}

impl Fleet {
    /// The fleet of these names. No profiles mean `default`, and an empty label means `main`.
    ///
    /// # Errors
    /// A name is not valid, or there are more than 32 profiles.
    pub fn new<P: AsRef<str>>(
        app: &str,
        profiles: &[P],
        label: &str,
    ) -> Result<Self, InvalidFleet> {
        check::app(app)?;
        if profiles.len() > MAX_PROFILES {
            return Err(InvalidFleet::TooManyProfiles(profiles.len()));
        }
        for profile in profiles {
            check::profile(profile.as_ref())?;
        }
        let label = match label {
            "" => DEFAULT_LABEL,
            label => label,
        };
        check::label(label)?;
        let profiles = match profiles {
            [] => Box::from([DEFAULT_PROFILE.into()]),
            profiles => profiles.iter().map(|name| name.as_ref().into()).collect(),
        };
        Ok(Self(Arc::new(Named {
            app: app.into(),
            profiles,
            label: label.into(),
        })))
    }

    /// The application.
    pub fn app(&self) -> &str {
        &self.0.app
    }

    /// The profiles, one at least; the last takes precedence.
    pub fn profiles(&self) -> impl ExactSizeIterator<Item = &str> + DoubleEndedIterator {
        self.0.profiles.iter().map(AsRef::as_ref)
    }

    /// The profile that takes precedence.
    pub fn last_profile(&self) -> &str {
        self.0
            .profiles
            .last()
            .map_or(DEFAULT_PROFILE, AsRef::as_ref)
    }

    /// The label.
    pub fn label(&self) -> &str {
        &self.0.label
    }

    /// The name of the document that belongs to the application and the last profile, without its
    /// extension.
    pub(crate) fn own_stem(&self) -> String {
        match self.last_profile() {
            DEFAULT_PROFILE => self.app().to_owned(),
            profile => format!("{}-{profile}", self.app()),
        }
    }
}

impl InvalidFleet {
    /// The fault for a request whose field `at` holds the fleet, such as `heartbeat.fleet`.
    pub fn fault(&self, at: &str) -> Fault {
        match self {
            Self::Name(error) => {
                let field = match error.field() {
                    "profile" => "profiles",
                    field => field,
                };
                let fault = invalid_name(error);
                Fault::new(fault.reason(), error.to_string())
                    .field(format!("{at}.{field}"), error.to_string())
            }
            Self::TooManyProfiles(_) => Fault::invalid(format!("{at}.profiles"), self.to_string()),
        }
    }
}

/// `app/profiles/label`, with commas between profiles.
impl fmt::Display for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let profiles = self.0.profiles.join(",");
        write!(f, "{}/{profiles}/{}", self.app(), self.label())
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fleet({self})")
    }
}

impl TryFrom<&pb::Fleet> for Fleet {
    type Error = InvalidFleet;

    fn try_from(given: &pb::Fleet) -> Result<Self, InvalidFleet> {
        Self::new(&given.app, &given.profiles, &given.label)
    }
}

impl From<&Fleet> for pb::Fleet {
    fn from(fleet: &Fleet) -> Self {
        Self {
            app: fleet.app().to_owned(),
            profiles: fleet.profiles().map(str::to_owned).collect(),
            label: fleet.label().to_owned(),
        }
    }
}

/// The view that the fleet reads.
impl From<&Fleet> for config::View {
    fn from(fleet: &Fleet) -> Self {
        Self {
            apps: vec![fleet.app().to_owned()],
            profiles: fleet.profiles().map(str::to_owned).collect(),
            labels: vec![fleet.label().to_owned()],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [&str; 0] = [];

    #[test]
    fn what_is_left_out_has_its_default() {
        let fleet = Fleet::new("orders", &NONE, "").unwrap();
        assert_eq!(fleet.to_string(), "orders/default/main");
        assert_eq!(fleet, Fleet::new("orders", &["default"], "main").unwrap());
        assert_eq!(fleet.own_stem(), "orders");
        let fleet = Fleet::new("orders", &["eu", "prod"], "v2").unwrap();
        assert_eq!(fleet.to_string(), "orders/eu,prod/v2");
        assert_eq!(
            (fleet.last_profile(), &*fleet.own_stem()),
            ("prod", "orders-prod")
        );
        assert_eq!(Fleet::try_from(&pb::Fleet::from(&fleet)), Ok(fleet));
    }

    #[test]
    fn what_is_not_valid_is_refused_by_its_field() {
        let many = vec!["p"; 33];
        for (refused, field) in [
            (Fleet::new("", &NONE, ""), "heartbeat.fleet.app"),
            (Fleet::new("api", &NONE, ""), "heartbeat.fleet.app"),
            (
                Fleet::new("orders", &["a b"], ""),
                "heartbeat.fleet.profiles",
            ),
            (Fleet::new("orders", &many, ""), "heartbeat.fleet.profiles"),
            (Fleet::new("orders", &NONE, "a,b"), "heartbeat.fleet.label"),
        ] {
            let fault = refused.unwrap_err().fault("heartbeat.fleet");
            assert_eq!(fault.fields()[0].field, field);
        }
    }
}
