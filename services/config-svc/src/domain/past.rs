//! What readers got before: kept beside what they get now, so that it outlives restarts and the
//! log's oldest records.

mod note;

use jiff::Timestamp;

use super::{Content, Document, OverrideTarget, Seq, Sha256, SplitId, Version, VersionName};

/// Moments of a document that are remembered; the oldest go first. A version that is rolled out
/// makes two: when its split begins, and when that is released.
const MAX_MOMENTS: usize = 32;
/// Commits of a label that are remembered; the oldest go first.
const MAX_COMMITS: usize = 64;
/// Ended overrides of a label that are remembered; the oldest go first.
const MAX_OVERRIDES: usize = 256;

/// What readers got of a document, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// From each position on, something else.
    pub moments: Vec<Moment>,
    /// Whether what was before the first of them is forgotten, or was never noted.
    pub trimmed: bool,
}

/// What readers get of a document from a position on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The position.
    pub since: Seq,
    pub at: Timestamp,
    /// The stable version. None while there is none, or it is deleted.
    pub stable: Option<Shown>,
    /// What the canary of a split gets.
    pub canary: Option<Box<ShownCanary>>,
}

/// A version that readers get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub name: VersionName,
    /// Its content. None if it can't be read as configuration.
    pub sha256: Option<Sha256>,
}

/// A version that the canary of a split gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCanary {
    pub by: SplitId,
    /// The version. None if it is a deletion.
    pub shown: Option<Shown>,
}

/// What readers got of a label, beside its documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelPast {
    /// The commits that were served, oldest first.
    pub commits: Vec<PastCommit>,
    /// The overrides that have ended, in the order of their ends.
    pub overrides: Vec<PastOverride>,
}

/// A commit that was served from a position on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastCommit {
    pub since: Seq,
    /// The commit. None where no source fed the label.
    pub name: Option<VersionName>,
}

/// An override that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastOverride {
    pub target: OverrideTarget,
    /// The hash of its values.
    pub sha256: Sha256,
    /// When it was set.
    pub since: Seq,
    pub at: Timestamp,
    /// When it ended, or another took its place.
    pub until: Seq,
    pub ended_at: Timestamp,
}

impl Shown {
    /// A version as readers get it. None of a deletion.
    fn of(version: &Version) -> Option<Self> {
        let sha256 = match &version.content {
            Content::Absent => return None,
            Content::Present {
                content,
                defect: None,
            } => Some(content.sha256),
            Content::Present { .. } | Content::Oversized { .. } => None,
        };
        Some(Self {
            name: version.name.clone(),
            sha256,
        })
    }
}

impl Document {
    /// What readers got, back to where that is known: for a document that did not change since it
    /// is noted, what they get now.
    pub(crate) fn known_past(&self) -> Past {
        match self.past.moments.is_empty() {
            false => self.past.clone(),
            true => self.before_it_was_noted(),
        }
    }

    /// What readers get, as far back as versions tell: the stable one was not served before it was
    /// written.
    fn before_it_was_noted(&self) -> Past {
        let Some(stable) = self.stable_version() else {
            return Past::default();
        };
        let released = stable.release.as_ref();
        let moment = Moment {
            since: stable.seq,
            at: released.map_or(stable.written_at, |release| release.at),
            stable: Shown::of(stable),
            canary: self.shown_canary(),
        };
        Past {
            moments: vec![moment],
            trimmed: true,
        }
    }

    fn shown_canary(&self) -> Option<Box<ShownCanary>> {
        let held = self.held.as_ref()?;
        Some(Box::new(ShownCanary {
            by: held.by.clone(),
            shown: self.canary_version().and_then(Shown::of),
        }))
    }

    /// What readers get, from a position on.
    fn moment(&self, since: Seq, at: Timestamp) -> Moment {
        Moment {
            since,
            at,
            stable: self.stable_version().and_then(Shown::of),
            canary: self.shown_canary(),
        }
    }
}

impl Moment {
    /// Whether readers get the same.
    fn is_as(&self, other: &Self) -> bool {
        self.stable == other.stable && self.canary == other.canary
    }

    /// What readers get for whom these splits are canaries.
    pub(crate) fn shown(&self, canaries: &[&SplitId]) -> Option<&Shown> {
        match &self.canary {
            Some(canary) if canaries.contains(&&canary.by) => canary.shown.as_ref(),
            _ => self.stable.as_ref(),
        }
    }
}

impl Past {
    fn push(&mut self, moment: Moment) {
        self.moments.push(moment);
        let surplus = self.moments.len().saturating_sub(MAX_MOMENTS);
        if surplus > 0 {
            self.moments.drain(..surplus);
            self.trimmed = true;
        }
    }

    /// What readers got at a position. None before the document was.
    pub(crate) fn at(&self, seq: Seq) -> Option<&Moment> {
        let later = self.moments.partition_point(|moment| moment.since <= seq);
        self.moments.get(later.checked_sub(1)?)
    }
}

impl LabelPast {
    fn push_commit(&mut self, commit: PastCommit) {
        self.commits.push(commit);
        let surplus = self.commits.len().saturating_sub(MAX_COMMITS);
        self.commits.drain(..surplus);
    }

    fn push_override(&mut self, ended: PastOverride) {
        self.overrides.push(ended);
        let surplus = self.overrides.len().saturating_sub(MAX_OVERRIDES);
        self.overrides.drain(..surplus);
    }
}
