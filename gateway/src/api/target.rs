//! Path parameters that several routes share.

use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::{config::v1::DocumentRef, heartbeat::v1::Fleet};

/// An application and a profile.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct Target {
    /// The application.
    pub(crate) app: String,
    /// The profile; `default` for the document named for the application alone. Routes that read
    /// an effective configuration take a comma list, the last highest.
    pub(crate) profile: String,
}

/// On which label it is.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OnLabel {
    /// The label; `main` when left out.
    pub(crate) label: Option<String>,
}

impl Target {
    /// The document of the application and profile.
    pub(crate) fn document(self, label: Option<String>) -> DocumentRef {
        DocumentRef {
            app: self.app,
            profile: self.profile,
            label: label.unwrap_or_default(),
        }
    }

    /// The profiles, where a comma list is taken.
    pub(crate) fn profiles(&self) -> Vec<String> {
        let items = self.profile.split(',').filter(|item| !item.is_empty());
        items.map(str::to_owned).collect()
    }

    /// The instances that read the application for these profiles.
    pub(crate) fn fleet(self, label: Option<String>) -> Fleet {
        Fleet {
            profiles: self.profiles(),
            app: self.app,
            label: label.unwrap_or_default(),
        }
    }
}
