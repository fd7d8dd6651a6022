//! Documents and the versions kept of them.

use super::{AppProfile, Content, Held, Path, Seq, VersionName};
use jiff::Timestamp;

/// The most versions of a document that are kept, including the stable one. Those that splits name
/// don't count.
pub const MAX_VERSIONS: usize = 50;

/// A document and its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub path: Path,
    /// The application and profile it was written for, if it was written for one.
    pub written_for: Option<AppProfile>,
    /// Its versions, oldest first. Never empty.
    pub versions: Vec<Version>,
    /// The stable version. None before the first release.
    pub stable: Option<Seq>,
    /// The split that gives a share of readers another version, if there is one.
    pub held: Option<Held>,
}

/// One version of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The position of the change set that wrote it.
    pub seq: Seq,
    pub name: VersionName,
    /// Its content.
    pub content: Content,
    pub written_at: Timestamp,
    /// Whether it reverts a split. Such a version says nothing about the source's content.
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

    /// The stable version, which may be a deletion.
    pub fn stable_version(&self) -> Option<&Version> {
        self.stable.and_then(|seq| self.at(seq))
    }

    /// The version for the canary of the split that holds the document, which may be a deletion.
    pub fn canary_version(&self) -> Option<&Version> {
        self.held.as_ref().and_then(|held| self.at(held.version))
    }

    /// The version that is served, unless the document is deleted.
    pub fn served(&self) -> Option<&Version> {
        self.stable_version().filter(|v| v.content.exists())
    }
}
