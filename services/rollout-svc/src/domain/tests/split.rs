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
}

impl Split {
    pub(super) fn tell(&mut self, effect: Effect, on_baseline: bool) -> Reply {
        match effect {
            Effect::SetShare { share, generation } => self.set(share, generation, on_baseline),
            Effect::Remove { generation } => self.end(Ending::Removed, generation),
            Effect::Release { generation } => self.end(Ending::Released, generation),
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
    fn set(&mut self, share: Share, generation: u64, on_baseline: bool) -> Reply {
        match *self {
            Self::None if !on_baseline => Reply::Moved,
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
            Self::Active { share: present, .. } if share < present => {
                panic!("R1: the share falls from {present} to {share}")
            }
            Self::None | Self::Active { .. } => {
                *self = Self::Active { share, generation };
                Reply::Done
            }
        }
    }

    fn end(&mut self, how: Ending, generation: u64) -> Reply {
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
            Self::None | Self::Active { .. } => {
                *self = Self::Ended { how, generation };
                Reply::Done
            }
        }
    }
}
