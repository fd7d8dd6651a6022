//! Freezes: times in which readers get nothing new.

use std::{fmt, str::FromStr, sync::Arc};

use jiff::Timestamp;
use vortex_names::Concerned;

use super::{App, AppProfile, Label, Outcome, Path, Seq, State, VersionName};

/// Freezes at most.
pub(crate) const MAX_FREEZES: usize = 1_000;
/// Applications of a freeze at most.
pub(crate) const MAX_FROZEN_APPS: usize = 100;

/// The id of a freeze: the position at which it was set, written as `f42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FreezeId(pub Seq);

/// A text is not the id of a freeze.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it must be an f and a number, such as f42")]
pub struct InvalidFreezeId;

/// A time in which readers get nothing new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    pub id: FreezeId,
    pub scope: FreezeScope,
    /// Why, for people.
    pub reason: String,
    /// The authenticated caller that set it.
    pub by: String,
    /// Who set it, as the caller said.
    pub author: String,
    pub since: Timestamp,
    /// When it ends by itself. None if it has to be ended.
    pub until: Option<Timestamp>,
}

/// What a freeze concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreezeScope {
    pub apps: Frozen,
    /// The only label. None means all labels.
    pub label: Option<Label>,
}

/// The applications that a freeze concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frozen {
    /// All, and files that are no application's.
    All,
    /// These: ordered, each once, never none.
    Apps(Arc<[App]>),
}

/// The end of freezes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreezeEnd {
    /// The freezes, oldest first.
    pub ids: Vec<FreezeId>,
    /// Whether their time was over.
    pub expired: bool,
    /// Why, as the caller said.
    pub reason: String,
    /// Who ended them, as the caller said.
    pub author: String,
}

impl fmt::Display for FreezeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "f{}", self.0)
    }
}

impl FromStr for FreezeId {
    type Err = InvalidFreezeId;

    fn from_str(given: &str) -> Result<Self, InvalidFreezeId> {
        let digits = given.strip_prefix('f');
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let seq = digits.and_then(|digits| digits.parse().ok());
        seq.map(|seq| Self(Seq(seq))).ok_or(InvalidFreezeId)
    }
}

impl Freeze {
    /// Whether its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.author.as_str() {
            "" => &self.by,
            author => author,
        };
        write!(f, "{} ({}, set by {by}", self.reason, self.id)?;
        match self.until {
            Some(until) => write!(f, ", until {until})"),
            None => write!(f, ")"),
        }
    }
}

impl FreezeScope {
    /// Whether it concerns a label.
    pub fn is_on(&self, label: &Label) -> bool {
        self.label.as_ref().is_none_or(|only| only == label)
    }

    /// Whether it concerns an application.
    pub fn is_of(&self, app: &str) -> bool {
        match &self.apps {
            Frozen::All => true,
            Frozen::Apps(apps) => apps.iter().any(|frozen| frozen.as_str() == app),
        }
    }
}

impl State {
    /// The oldest freeze in force that concerns one of these documents of a label, each with the
    /// application and profile it was written for, if it was written for one.
    pub fn freeze_of<'a>(
        &self,
        label: &Label,
        documents: impl IntoIterator<Item = (&'a Path, Option<&'a AppProfile>)>,
        now: Timestamp,
    ) -> Option<&Arc<Freeze>> {
        if self.freezes.is_empty() {
            return None;
        }
        let mut documents = documents.into_iter().peekable();
        // what changes no document is new to nobody
        documents.peek()?;
        let concerned = Concerned::by(documents.map(|(path, owner)| {
            let app = owner.map(|owner| owner.app.as_str());
            (path.as_str(), app)
        }));
        self.freezes.values().find(|freeze| {
            let is_meant = || match &freeze.scope.apps {
                Frozen::All => true,
                Frozen::Apps(apps) => apps.iter().any(|app| concerned.has(app.as_str())),
            };
            !freeze.is_over(now) && freeze.scope.is_on(label) && is_meant()
        })
    }

    /// When the first freeze ends by itself.
    pub fn next_thaw(&self) -> Option<Timestamp> {
        self.freezes
            .values()
            .filter_map(|freeze| freeze.until)
            .min()
    }
}

impl Outcome {
    /// The outcome of a command that is about freezes.
    pub(super) fn of_freeze(at: Seq) -> Self {
        Self {
            name: VersionName::trusted("freeze"),
            ..Self::of_source(at)
        }
    }
}
