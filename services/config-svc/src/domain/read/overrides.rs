//! Finds the overrides that a configuration has.

use std::sync::Arc;

use super::{Basis, ViewKey};
use crate::domain::{App, AppProfile, Label, Override, OverrideTarget, Profile, State};

/// The overrides of a view on these labels, highest first.
pub(super) fn overrides<'a>(
    state: &State,
    key: &ViewKey,
    labels: impl DoubleEndedIterator<Item = &'a Label>,
) -> Vec<Arc<Override>> {
    let mut found: Vec<Arc<Override>> = Vec::new();
    if state.overrides.is_empty() {
        return found;
    }
    let owners = override_owners(key);
    for label in labels.rev() {
        let targets = owners.iter().map(|of| OverrideTarget {
            label: label.clone(),
            of: of.clone(),
        });
        for set in targets.filter_map(|target| state.overrides.get(&target)) {
            // two labels that are asked for may mean the same one
            if !found.iter().any(|other| other.id == set.id) {
                found.push(set.clone());
            }
        }
    }
    found
}

/// Whose overrides a view has, highest first: the applications', the last of them first, and then
/// those of all; of each the last profile's first, and `default` last.
pub(crate) fn override_owners(key: &ViewKey) -> Vec<AppProfile> {
    let shared = App::trusted(App::SHARED);
    let own = key.apps.iter().rev().filter(|app| **app != shared);
    let fallback = Profile::default_profile();
    let mut profiles: Vec<&Profile> = key.profiles.iter().rev().collect();
    if !profiles.contains(&&fallback) {
        profiles.push(&fallback);
    }
    own.chain([&shared])
        .flat_map(|app| {
            profiles.iter().map(|profile| AppProfile {
                app: app.clone(),
                profile: (*profile).clone(),
            })
        })
        .collect()
}

impl Basis {
    /// The version of a part by its index: of an override its id, of a document its version.
    pub fn version_of(&self, part: usize) -> Option<String> {
        if let Some(set) = self.overrides.get(part) {
            return Some(set.id.to_string());
        }
        let entry = self.entries.get(part - self.overrides.len())?;
        Some(entry.version.to_string())
    }

    /// The paths and versions of what takes part, highest first.
    pub fn parts(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let overrides = self.overrides.iter();
        let overrides = overrides.map(|set| (set.path(), set.id.to_string()));
        let documents = self.entries.iter();
        overrides.chain(documents.map(|entry| (entry.path.to_string(), entry.version.to_string())))
    }

    /// Whether the same overrides take part.
    pub(super) fn same_overrides(&self, other: &Self) -> bool {
        let ids = |basis: &Self| -> Vec<_> { basis.overrides.iter().map(|set| set.id).collect() };
        ids(self) == ids(other)
    }
}
