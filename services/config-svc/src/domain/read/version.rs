//! The version of an effective configuration.

use super::Basis;
use crate::domain::{Sha256, VersionName};

/// A document as far as the version depends on it.
pub(crate) struct VersionPart<'a> {
    pub(crate) path: &'a str,
    pub(crate) version: &'a VersionName,
    pub(crate) sha256: &'a Sha256,
}

/// The version of an effective configuration: see [`version_of_parts`].
pub(crate) fn effective_version(basis: &Basis) -> String {
    let entries = basis.entries.iter();
    let parts = entries.map(|entry| VersionPart {
        path: entry.path.as_str(),
        version: &entry.version,
        sha256: &entry.content.sha256,
    });
    version_of_parts(&parts.collect::<Vec<_>>(), &basis.override_hashes())
}

/// The version of what these documents, highest first, and these overrides make: the document's if
/// there is only one, else the most specific one's with a hash over all of them; and a hash over
/// the overrides, if there are any. It is the same in every cluster. Empty if there is nothing.
pub(crate) fn version_of_parts(
    documents: &[VersionPart<'_>],
    overrides: &[(String, Sha256)],
) -> String {
    let version = match (documents.is_empty(), overrides.is_empty()) {
        (true, false) => "overrides".to_owned(),
        _ => documents_version(documents),
    };
    with_overrides(version, overrides)
}

fn documents_version(documents: &[VersionPart<'_>]) -> String {
    match documents {
        [] => String::new(),
        [only] => only.version.to_string(),
        [first, ..] => {
            let parts = documents
                .iter()
                .flat_map(|part| [part.path.as_bytes(), &part.sha256.0[..]]);
            let hash = Sha256::of_parts(parts);
            format!("{}+{}", first.version, hash.short(8))
        }
    }
}

/// A version with what overrides, by their paths and the hashes of their values, add to it: a hash
/// that is the same wherever they are.
pub(crate) fn with_overrides(version: String, overrides: &[(String, Sha256)]) -> String {
    if overrides.is_empty() {
        return version;
    }
    let parts = overrides
        .iter()
        .flat_map(|(path, hash)| [path.as_bytes(), &hash.0[..]]);
    format!("{version}+{}", Sha256::of_parts(parts).short(8))
}

impl Basis {
    /// The paths and hashes of the overrides.
    fn override_hashes(&self) -> Vec<(String, Sha256)> {
        let overrides = self.overrides.iter();
        overrides
            .map(|set| (set.path(), set.values.sha256()))
            .collect()
    }

    /// A version with what the overrides add to it.
    pub(super) fn with_overrides(&self, version: String) -> String {
        with_overrides(version, &self.override_hashes())
    }
}
