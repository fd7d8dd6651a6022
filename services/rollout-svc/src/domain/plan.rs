//! The stages of a rollout, and where they come from.

use std::time::Duration;

use vortex_bucket::Share;

/// Stages of a rollout.
const MAX_STAGES: usize = 20;
/// Bytes of a stage's name.
const MAX_NAME: usize = 128;
/// How long a stage may last at least.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Where a rollout's stages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    /// 1, 5, 25, 50, 100 percent for 5, 5, 10, 10, 0 minutes.
    Conservative,
    /// 10, 50, 100 percent for 5, 5, 0 minutes.
    Aggressive,
    /// 100 percent at once.
    Immediate,
    /// Those that were given.
    Custom,
}

/// A strategy that has stages of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// See [`Strategy::Conservative`].
    Conservative,
    /// See [`Strategy::Aggressive`].
    Aggressive,
    /// See [`Strategy::Immediate`].
    Immediate,
}

/// What a rollout tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The instance that reads.
    Instance,
    /// The subject it reads for: a user, session or request.
    Subject,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// The canary's share of all readers.
    pub share: Share,
    /// How long it lasts at least, from when the share is in force.
    pub min_duration: Duration,
}

/// The stages of a rollout: one to twenty, whose shares rise to 100 %.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages(Vec<Stage>);

/// A stage as it was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct StageDraft {
    /// Its name; empty for one made of its percentage.
    pub name: String,
    /// Its part of all readers, in percent.
    pub percentage: f64,
    /// How long it lasts at least.
    pub min_duration: Duration,
}

/// Stages that no rollout can have.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidStages {
    /// None.
    #[error("the list of stages is empty: a custom strategy has at least one")]
    Empty,
    /// Too many.
    #[error("{0} are given, at most {MAX_STAGES} are allowed")]
    TooMany(usize),
    /// A name that is too long.
    #[error("the name of stage {index} has {bytes} bytes, at most {MAX_NAME} are allowed")]
    Name {
        /// Which stage.
        index: usize,
        /// The name's length.
        bytes: usize,
    },
    /// No percentage of readers.
    #[error(
        "stage {index} has {percentage} percent: it must be above 0, at most 100, and in steps of 0.01"
    )]
    Percentage {
        /// Which stage.
        index: usize,
        /// What was given.
        percentage: f64,
    },
    /// A share that is not above the one before.
    #[error("stage {index} has {share} percent and the one before {before}: shares must rise")]
    Falls {
        /// Which stage.
        index: usize,
        /// Its share.
        share: Share,
        /// That of the stage before.
        before: Share,
    },
    /// A duration beyond all use.
    #[error("stage {index} lasts longer than 7 days")]
    TooLong {
        /// Which stage.
        index: usize,
    },
    /// The last stage is not everyone.
    #[error("the last stage has {0} percent: it must have 100")]
    Unfinished(Share),
}

impl Strategy {
    /// The stages it stands for; none where they have to be given.
    pub fn stages(self) -> Option<Stages> {
        let preset = match self {
            Self::Conservative => Preset::Conservative,
            Self::Aggressive => Preset::Aggressive,
            Self::Immediate => Preset::Immediate,
            Self::Custom => return None,
        };
        Some(preset.stages())
    }
}

impl Preset {
    /// The strategy.
    pub fn strategy(self) -> Strategy {
        match self {
            Self::Conservative => Strategy::Conservative,
            Self::Aggressive => Strategy::Aggressive,
            Self::Immediate => Strategy::Immediate,
        }
    }

    /// Its stages.
    pub fn stages(self) -> Stages {
        let minutes: &[(Share, u64)] = match self {
            Self::Conservative => &[
                (percent(1), 5),
                (percent(5), 5),
                (percent(25), 10),
                (percent(50), 10),
                (Share::FULL, 0),
            ],
            Self::Aggressive => &[(percent(10), 5), (percent(50), 5), (Share::FULL, 0)],
            Self::Immediate => &[(Share::FULL, 0)],
        };
        let stage = |&(share, minutes): &(Share, u64)| Stage {
            name: name_of(share),
            share,
            min_duration: Duration::from_secs(60 * minutes),
        };
        Stages(minutes.iter().map(stage).collect())
    }
}

const fn percent(percent: u16) -> Share {
    match Share::from_hundredths(100 * percent) {
        Ok(share) => share,
        Err(_) => Share::FULL,
    }
}

fn name_of(share: Share) -> String {
    format!("{share}%")
}

impl Stages {
    /// Checks stages.
    ///
    /// # Errors
    /// Names the first that no rollout can have.
    pub fn new(drafts: Vec<StageDraft>) -> Result<Self, InvalidStages> {
        match drafts.len() {
            0 => return Err(InvalidStages::Empty),
            1..=MAX_STAGES => {}
            count => return Err(InvalidStages::TooMany(count)),
        }
        let mut stages = Vec::with_capacity(drafts.len());
        let mut before = Share::NONE;
        for (index, draft) in drafts.into_iter().enumerate() {
            let stage = Stage::new(index, draft)?;
            if stage.share <= before {
                let share = stage.share;
                return Err(InvalidStages::Falls {
                    index,
                    share,
                    before,
                });
            }
            before = stage.share;
            stages.push(stage);
        }
        if before < Share::FULL {
            return Err(InvalidStages::Unfinished(before));
        }
        Ok(Self(stages))
    }

    /// Stages that were checked when they came in; none if these can't have been.
    pub(crate) fn restored(stages: Vec<Stage>) -> Option<Self> {
        let rise = stages.windows(2).all(|two| two[0].share < two[1].share);
        let end = stages.last().map(|last| last.share);
        (rise && end == Some(Share::FULL)).then_some(Self(stages))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Stage> {
        self.0.iter()
    }

    /// How many there are, never none.
    pub fn count(&self) -> u32 {
        self.0.len() as u32
    }

    /// The stage at `index`, or the last one.
    pub fn at(&self, index: u32) -> &Stage {
        let last = self.0.len() - 1;
        &self.0[last.min(index as usize)]
    }

    /// The stage after `index`, if there is one.
    pub fn after(&self, index: u32) -> Option<u32> {
        index.checked_add(1).filter(|next| *next < self.count())
    }
}

impl Stage {
    fn new(index: usize, draft: StageDraft) -> Result<Self, InvalidStages> {
        let share = share(draft.percentage).ok_or(InvalidStages::Percentage {
            index,
            percentage: draft.percentage,
        })?;
        if draft.name.len() > MAX_NAME {
            let bytes = draft.name.len();
            return Err(InvalidStages::Name { index, bytes });
        }
        if draft.min_duration > LONGEST {
            return Err(InvalidStages::TooLong { index });
        }
        let name = if draft.name.is_empty() {
            name_of(share)
        } else {
            draft.name
        };
        Ok(Self {
            name,
            share,
            min_duration: draft.min_duration,
        })
    }
}

fn share(percentage: f64) -> Option<Share> {
    let share = Share::from_percentage(percentage).ok();
    share.filter(|share| *share > Share::NONE)
}
