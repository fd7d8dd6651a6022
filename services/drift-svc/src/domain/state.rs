//! How an instance stands.

/// How an instance stands to the version that it should run. Of several that are true, the first
/// one in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum State {
    /// It has missed its reports.
    Stale = 0,
    /// It refused what it should run.
    Failed = 1,
    /// It runs what was never served here.
    UnknownVersion = 2,
    /// It runs what is newer than is known here.
    Ahead = 3,
    /// It runs the stable version as it should, or one that is tolerated.
    InSync = 4,
    /// It runs a canary's version as it should, or either arm's of a split by subject.
    Canary = 5,
    /// It runs another version, and may still.
    Pending = 6,
    /// It runs another version.
    Drifted = 7,
}

impl State {
    /// All of them, in their order.
    pub const ALL: [Self; 8] = [
        Self::Stale,
        Self::Failed,
        Self::UnknownVersion,
        Self::Ahead,
        Self::InSync,
        Self::Canary,
        Self::Pending,
        Self::Drifted,
    ];

    /// Its name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Failed => "failed",
            Self::UnknownVersion => "unknown_version",
            Self::Ahead => "ahead",
            Self::InSync => "in_sync",
            Self::Canary => "canary",
            Self::Pending => "pending",
            Self::Drifted => "drifted",
        }
    }

    /// Whether it is what alerts are about: not what should be, and for too long.
    pub const fn is_drift(self) -> bool {
        matches!(self, Self::Failed | Self::UnknownVersion | Self::Drifted)
    }

    /// The state of a number below 8.
    pub(super) const fn of(number: u8) -> Self {
        Self::ALL[(number & 7) as usize]
    }
}
