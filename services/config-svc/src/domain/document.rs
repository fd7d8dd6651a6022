//! Documents and the versions kept of them.

use std::sync::Arc;

use jiff::Timestamp;

use super::{AppProfile, Body, Content, Held, Past, Path, Record, Seq, SplitId, VersionName};

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
    /// When that became so, in milliseconds since 1970. It rises strictly as long as the document is
    /// kept, also where the clock stands still; 0 before the first release.
    pub stable_ms: i64,
    /// The split that gives a share of readers another version, if there is one.
    pub held: Option<Held>,
    /// What readers got of it, as far as it is remembered.
    pub past: Past,
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
    /// Whether it reverts a split or undoes a release. Such a version says nothing about the
    /// source's content.
    pub revert: bool,
    /// How it became stable last. None when it never did, or an earlier version did not write it
    /// down.
    pub release: Option<Box<LastRelease>>,
}

/// How a version became stable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRelease {
    pub at: Timestamp,
    /// The authenticated caller.
    pub by: Arc<str>,
    /// Who it was, as the caller said.
    pub author: Arc<str>,
    /// What was stable before. None when nothing was.
    pub replaced: Option<Seq>,
    /// The split that was released, if it was one.
    pub with: Option<SplitId>,
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

    /// Makes the version that the change set at `seq` wrote stable, if it is kept.
    pub(super) fn release(&mut self, seq: Seq, releasing: &Releasing) {
        let Ok(index) = self.versions.binary_search_by_key(&seq, |v| v.seq) else {
            return;
        };
        let before = self.stable.replace(seq);
        if before != Some(seq) {
            self.stable_ms = releasing.at.as_millisecond().max(self.stable_ms + 1);
        }
        let version = &mut self.versions[index];
        let replaced = match before {
            // made stable again, or written again: what it replaced stays the same
            Some(before) if before == seq => version.release.as_ref().and_then(|r| r.replaced),
            before => before,
        };
        version.release = Some(Box::new(releasing.of(replaced)));
    }

    /// When the stable version became so, in milliseconds, as far as it says so itself; 0 where
    /// nothing is stable.
    pub fn told_by_its_version(&self) -> i64 {
        let Some(stable) = self.stable_version() else {
            return 0;
        };
        let released = stable.release.as_ref().map(|release| release.at);
        released.unwrap_or(stable.written_at).as_millisecond()
    }

    /// The version that was stable before the one that is, if it is remembered.
    pub fn replaced(&self) -> Option<Seq> {
        self.stable_version()?.release.as_ref()?.replaced
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

/// A record that makes versions stable.
#[derive(Debug)]
pub(super) struct Releasing {
    at: Timestamp,
    by: Arc<str>,
    author: Arc<str>,
    with: Option<SplitId>,
}

impl Releasing {
    /// What `record` says of a release. An author of the change set counts where it is released as
    /// it is written.
    pub(super) fn by(record: &Record) -> Self {
        let (author, with) = match &record.body {
            Body::Release { author, .. } => (author.as_str(), None),
            Body::Change { change, .. } => (change.author.as_str(), None),
            Body::SplitEnded { id, .. } => ("", Some(id.clone())),
            Body::Discard { .. }
            | Body::Restage { .. }
            | Body::Unchanged { .. }
            | Body::SplitMoved(_)
            | Body::LabelRemoved { .. }
            | Body::LabelDetached { .. }
            | Body::SourceImported { .. }
            | Body::FreezeSet(_)
            | Body::FreezeEnded(_)
            | Body::OverrideSet(_)
            | Body::OverrideEnded(_)
            | Body::KeyCreated(_)
            | Body::KeyRotated(_)
            | Body::KeyRevoked(..)
            | Body::Retained { .. }
            | Body::OwnershipSet(_) => ("", None),
        };
        Self {
            at: record.time.wall,
            by: record.principal.as_str().into(),
            author: author.into(),
            with,
        }
    }

    fn of(&self, replaced: Option<Seq>) -> LastRelease {
        LastRelease {
            at: self.at,
            by: self.by.clone(),
            author: self.author.clone(),
            replaced,
            with: self.with.clone(),
        }
    }
}
