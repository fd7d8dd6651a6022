//! The view that is watched, and the reader who watches it.

use vortex_proto::config::v1::WatchConfigRequest;
use vortex_views::{Fleet, Reader};

use crate::extract::TakenFrom;

/// The label that an empty one stands for.
const DEFAULT_LABEL: &str = "main";

/// A configuration as one reader gets it. All who watch it as the same reader get the same events.
///
/// Readers that are on the same arms now may differ when a share rises. All of a configuration are
/// told from one view nevertheless, which says the arms of each; where it can't, each has a watch of
/// its own.
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
    /// The view that a request watches; its instance and key come from `taken_from`.
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

    /// Those who read the configuration; none for what is no name.
    pub(super) fn fleet(&self) -> Option<Fleet> {
        let Configuration {
            app,
            profiles,
            label,
        } = &self.configuration;
        Fleet::new(app, profiles, label).ok()
    }

    /// The reader.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader::new(&self.instance, &self.key)
    }

    /// The request that watches it from now on.
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

    pub(super) fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Where the reader's instance and key were taken from.
    pub(super) fn taken_from(&self) -> TakenFrom {
        self.taken_from.clone()
    }
}
