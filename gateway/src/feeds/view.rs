//! The view that is watched, and the reader who watches it.

use vortex_proto::config::v1::WatchConfigRequest;

use crate::extract::TakenFrom;

/// What an empty label means.
const DEFAULT_LABEL: &str = "main";

/// A configuration as one reader gets it: all who watch it as the same reader are told the same.
///
/// Which arms of splits a reader is on is known to config-svc alone, and readers that are on the
/// same arms now need not be when a share rises. So each is watched for by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct View {
    configuration: Configuration,
    instance: String,
    key: String,
    taken_from: TakenFrom,
}

/// An application, its profiles and a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Configuration {
    app: String,
    profiles: Vec<String>,
    label: String,
}

impl View {
    /// What a request watches, from a reader whose instance and key are `taken_from` there.
    pub(crate) fn of(request: &WatchConfigRequest, taken_from: TakenFrom) -> Self {
        Self {
            configuration: Configuration {
                app: request.app.clone(),
                profiles: request.profiles.clone(),
                label: match request.label.as_str() {
                    "" => DEFAULT_LABEL.to_owned(),
                    label => label.to_owned(),
                },
            },
            instance: request.instance.clone(),
            key: request.key.clone(),
            taken_from,
        }
    }

    /// Asks for it from now on.
    pub(super) fn request(&self) -> WatchConfigRequest {
        WatchConfigRequest {
            app: self.configuration.app.clone(),
            profiles: self.configuration.profiles.clone(),
            label: self.configuration.label.clone(),
            instance: self.instance.clone(),
            key: self.key.clone(),
            ..WatchConfigRequest::default()
        }
    }

    /// Whose configuration it is.
    pub(super) fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Where the reader's instance and key were taken from.
    pub(super) fn taken_from(&self) -> TakenFrom {
        self.taken_from.clone()
    }
}
