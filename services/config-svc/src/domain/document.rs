//! Documents and the versions kept of them.

use super::{AppProfile, Content, Held, Path, Seq, VersionName};
use jiff::Timestamp;

/// Versions kept of a document, the stable one included, beside those that splits
/// name.
pub const MAX_VERSIONS: usize = 50;

/// A document: what is served of it, and its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub path: Path,
    /// The application and profile it was written for, if it was.
    pub written_for: Option<AppProfile>,
    /// Its versions, oldest first. Never empty.
    pub versions: Vec<Version>,
    /// Which of them is served. None before the first release.
    pub stable: Option<Seq>,
    /// The split that gives part of all readers another version, if one does.
    pub held: Option<Held>,
}

/// One version of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The position of the change set that wrote it.
    pub seq: Seq,
    pub name: VersionName,
    /// What it holds.
    pub content: Content,
    pub written_at: Timestamp,
    /// Whether it reverts a split, and so says nothing about what a source holds.
    pub revert: bool,
}

impl Document {
    /// The version of this name.
    pub fn named(&self, name: &str) -> Option<&Version> {
        self.versions.iter().find(|v| v.name.as_str() == name)
    }

    /// The version that the change set at `seq` wrote.
    pub fn at(&self, seq: Seq) -> Option<&Version> {
        let index = self.versions.binary_search_by_key(&seq, |v| v.seq).ok()?;
        self.versions.get(index)
    }

    /// The version that is served, deletions included.
    pub fn stable_version(&self) -> Option<&Version> {
        self.stable.and_then(|seq| self.at(seq))
    }

    /// The version that the canary of the split that holds it gets, deletions
    /// included.
    pub fn canary_version(&self) -> Option<&Version> {
        self.held.as_ref().and_then(|held| self.at(held.version))
    }

    /// The version that is served, unless the document is deleted.
    pub fn served(&self) -> Option<&Version> {
        self.stable_version().filter(|v| v.content.exists())
    }
}
