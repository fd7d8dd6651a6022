//! What is watched.

use vortex_proto::config::v1::WatchConfigRequest;

/// What an empty label means.
const DEFAULT_LABEL: &str = "main";

/// An application, its profiles and a label: all who watch the same are told the same.
///
/// The instance and the subject decide nothing until rollouts exist; from then on a view says which
/// variant it is of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct View {
    app: String,
    profiles: Vec<String>,
    label: String,
}

impl View {
    /// What a request watches.
    pub(super) fn of(request: &WatchConfigRequest) -> Self {
        Self {
            app: request.app.clone(),
            profiles: request.profiles.clone(),
            label: match request.label.as_str() {
                "" => DEFAULT_LABEL.to_owned(),
                label => label.to_owned(),
            },
        }
    }

    /// Asks for it from now on, for nobody in particular.
    pub(super) fn request(&self) -> WatchConfigRequest {
        WatchConfigRequest {
            app: self.app.clone(),
            profiles: self.profiles.clone(),
            label: self.label.clone(),
            ..WatchConfigRequest::default()
        }
    }
}
