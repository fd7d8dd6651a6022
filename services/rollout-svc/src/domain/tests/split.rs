//! A split as config-svc keeps it: what its rules come to for one mover.

use vortex_bucket::Share;

use crate::domain::Effect;

/// A split.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Released,
    Removed,
    Detached,
}

/// What it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reply {
    Done,
    Outdated,
    Ended(Ending),
    NeverBegan,
}

impl Split {
    pub(super) fn tell(&mut self, effect: Effect) -> Reply {
        match effect {
            Effect::SetShare { share, generation } => self.set(share, generation),
            Effect::Remove { generation } => self.end(Ending::Removed, generation),
            Effect::Release { generation } => self.end(Ending::Released, generation),
        }
    }

    /// Somebody releases one of its documents by force.
    pub(super) fn detach(&mut self) {
        if let Self::Active { generation, .. } = *self {
            let how = Ending::Detached;
            *self = Self::Ended { how, generation };
        }
    }

    fn set(&mut self, share: Share, generation: u64) -> Reply {
        match *self {
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
