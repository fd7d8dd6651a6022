//! Path parameters that several routes share.

use serde::Deserialize;
use utoipa::IntoParams;
use vortex_proto::config::v1::DocumentRef;

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
}
