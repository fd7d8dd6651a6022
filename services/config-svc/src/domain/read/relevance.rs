//! Which documents an application reads.

use std::collections::HashSet;

use vortex_names::is_of;

use super::{ViewKey, candidates};
use crate::domain::{App, AppProfile, ChangedDocument, Label, Profile};

/// The documents that an application reads: its own and those that are written for all.
#[derive(Debug, Clone)]
pub(crate) struct Relevance {
    app: String,
    /// The profile in which it runs, where it is known.
    profile: Option<Profile>,
    /// The paths, where it is known in which profile the application runs.
    paths: Option<HashSet<String>>,
}

impl Relevance {
    /// What `app` reads, in any profile or in one.
    pub(crate) fn of(app: &App, profile: Option<&Profile>) -> Self {
        let key = profile.map(|profile| ViewKey {
            apps: vec![app.clone()],
            profiles: vec![profile.clone()],
            labels: vec![Label::main()],
        });
        Self {
            app: app.to_string(),
            profile: profile.cloned(),
            paths: key.map(|key| candidates(&key).into_iter().collect()),
        }
    }

    /// The application.
    pub(crate) fn app(&self) -> &str {
        &self.app
    }

    /// Whether an override of `target` concerns it.
    pub(crate) fn reads_override(&self, target: &AppProfile) -> bool {
        let app = target.app.as_str();
        let is_read_in = |profile: &Profile| {
            [profile.as_str(), Profile::DEFAULT].contains(&target.profile.as_str())
        };
        (app == self.app || app == App::SHARED) && self.profile.as_ref().is_none_or(is_read_in)
    }

    /// Whether it reads a document at this path, written for `owner` if that is known.
    pub(crate) fn reads(&self, path: &str, owner: Option<&AppProfile>) -> bool {
        match &self.paths {
            // it may be in a folder that is searched
            Some(paths) => paths.contains(path.rsplit('/').next().unwrap_or(path)),
            None => {
                let owner = owner.map(|owner| owner.app.as_str());
                is_of(path, owner, &self.app) || is_of(path, owner, App::SHARED)
            }
        }
    }

    /// Whether it reads any of a change set's documents.
    pub(crate) fn reads_any(&self, documents: &[ChangedDocument]) -> bool {
        let mut documents = documents.iter();
        documents.any(|d| self.reads(d.path.as_str(), d.written_for.as_ref()))
    }
}

/// Whether a document is read by all applications.
pub(crate) fn is_shared(path: &str, owner: Option<&AppProfile>) -> bool {
    is_of(path, owner.map(|owner| owner.app.as_str()), App::SHARED)
}
