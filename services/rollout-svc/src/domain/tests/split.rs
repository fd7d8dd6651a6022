//! A split as config-svc keeps it: its rules as far as one mover sees them.

use vortex_bucket::Share;

use crate::domain::{Effect, Ending};

/// A split of one rollout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Split {
    #[default]
    None,
    Active {
        share: Share,
        generation: u64,
    },
    Ended {
        how: Ending,
        generation: u64,
    },
}

/// An answer to the mover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    Done,
    Outdated,
    Ended(Ending),
    NeverBegan,
    /// The baseline is not what the rollout was created against.
    Moved,
    /// A freeze keeps readers from anything new.
    Frozen,
    /// The share is larger already.
    Falls,
    /// What a look at the split said after it was `Frozen` or would have fallen.
    IsAt(Share),
}

/// What decides beside the split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Present {
    /// Whether the baseline is what the rollout was created against.
    pub(super) on_baseline: bool,
    /// Whether a freeze is in force.
    pub(super) frozen: bool,
}

impl Split {
    pub(super) fn tell(&mut self, effect: Effect, present: Present) -> Reply {
        match effect {
            Effect::SetShare { share, generation } => self.set(share, generation, present),
            Effect::Remove { generation } => self.end(Ending::Removed, generation, present),
            Effect::Release { generation } => self.end(Ending::Released, generation, present),
        }
    }

    /// Ends the split as others do: a forced release of its own change set or of another one, or
    /// the end of its label.
    pub(super) fn take(&mut self, how: Ending) {
        if let Self::Active { generation, .. } = *self {
            *self = Self::Ended { how, generation };
        }
    }

    /// Begins a split only on the baseline that its rollout was created against.
    fn set(&mut self, share: Share, generation: u64, now: Present) -> Reply {
        match *self {
            Self::None if !now.on_baseline => Reply::Moved,
            Self::None if now.frozen => Reply::Frozen,
            Self::Ended { how, .. } => Reply::Ended(how),
            Self::Active {
                generation: known,
                share: present,
            } if generation <= known => {
                if generation == known && share == present {
                    Reply::Done
                } else {
                    Reply::Outdated
                }
            }
            Self::Active { share: present, .. } if share < present => Reply::Falls,
            Self::Active { share: present, .. } if share > present && now.frozen => Reply::Frozen,
            Self::None | Self::Active { .. } => {
                *self = Self::Active { share, generation };
                Reply::Done
            }
        }
    }

    fn end(&mut self, how: Ending, generation: u64, now: Present) -> Reply {
        match *self {
            Self::Ended { how: known, .. } if known != how => Reply::Ended(known),
            Self::Ended {
                generation: known, ..
            } if generation < known => Reply::Outdated,
            Self::Ended { .. } => Reply::Done,
            Self::Active {
                generation: known, ..
            } if generation <= known => Reply::Outdated,
            Self::None if how == Ending::Released => Reply::NeverBegan,
            Self::Active { .. } if how == Ending::Released && now.frozen => Reply::Frozen,
            Self::None | Self::Active { .. } => {
                *self = Self::Ended { how, generation };
                Reply::Done
            }
        }
    }
}
