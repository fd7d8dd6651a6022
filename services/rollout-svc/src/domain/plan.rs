//! The stages of a rollout, and the strategies that give them.

use std::time::Duration;

use vortex_bucket::Share;

/// The maximum number of stages.
const MAX_STAGES: usize = 20;
/// The maximum length of a stage's name in bytes.
const MAX_NAME: usize = 128;
/// The maximum of a stage's minimum duration.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The strategy that gives a rollout its stages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strategy {
    /// 1, 5, 25, 50, 100 percent for 5, 5, 10, 10, 0 minutes.
    #[default]
    Conservative,
    /// 10, 50, 100 percent for 5, 5, 0 minutes.
    Aggressive,
    /// 100 percent at once.
    Immediate,
}

/// The unit that is given one arm or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The instance that reads.
    Instance,
    /// The subject that is read for: a user, session or request.
    Subject,
}

/// A stage of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The name.
    pub name: String,
    /// The canary's share of all readers.
    pub share: Share,
    /// The minimum duration, from when the share is in force.
    pub min_duration: Duration,
}

/// The stages of a rollout: one to twenty, whose shares rise to 100 %.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages(Vec<Stage>);

/// A stage as it was requested.
#[derive(Debug, Clone, PartialEq)]
pub struct StageDraft {
    /// The name; if empty, it is made from the percentage.
    pub name: String,
    /// The share of all readers, in percent.
    pub percentage: f64,
    /// The minimum duration.
    pub min_duration: Duration,
}

/// Stages that are not valid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum InvalidStages {
    /// There are no stages.
    #[error("the list of stages is empty: a custom strategy has at least one")]
    Empty,
    /// There are too many stages.
    #[error("{0} are given, at most {MAX_STAGES} are allowed")]
    TooMany(usize),
    /// A name is too long.
    #[error("the name of stage {} has {bytes} bytes, at most {MAX_NAME} are allowed", index + 1)]
    Name {
        /// The index of the stage.
        index: usize,
        /// The name's length.
        bytes: usize,
    },
    /// A percentage is not valid.
    #[error(
        "stage {} has {percentage} percent: it must be above 0, at most 100, and in steps of 0.01",
        index + 1
    )]
    Percentage {
        /// The index of the stage.
        index: usize,
        /// The percentage that was given.
        percentage: f64,
    },
    /// A share is not above the one before.
    #[error("stage {} has {share} percent and the one before {before}: shares must rise", index + 1)]
    Falls {
        /// The index of the stage.
        index: usize,
        /// The share of the stage.
        share: Share,
        /// The share of the stage before.
        before: Share,
    },
    /// A minimum duration is too long.
    #[error("stage {} lasts longer than 7 days", index + 1)]
    TooLong {
        /// The index of the stage.
        index: usize,
    },
    /// The last stage is below 100 %.
    #[error("the last stage has {0} percent: it must have 100")]
    Unfinished(Share),
}

impl Strategy {
    /// The stages of the strategy.
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
    /// Fails with the first stage that is not valid.
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

    /// Stages that were checked when they came in; `None` if these can't have been.
    pub(crate) fn restored(stages: Vec<Stage>) -> Option<Self> {
        let rise = stages.windows(2).all(|two| two[0].share < two[1].share);
        let end = stages.last().map(|last| last.share);
        (rise && end == Some(Share::FULL)).then_some(Self(stages))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Stage> {
        self.0.iter()
    }

    /// The number of stages, never 0.
    pub fn count(&self) -> u32 {
        self.0.len() as u32
    }

    /// The stage at `index`, or the last stage if there is none.
    pub fn at(&self, index: u32) -> &Stage {
        let last = self.0.len() - 1;
        &self.0[last.min(index as usize)]
    }

    /// The stage of this share, if one has it.
    pub fn with(&self, share: Share) -> Option<u32> {
        let stages = (0..).zip(&self.0);
        stages
            .filter(|(_, stage)| stage.share == share)
            .map(|(index, _)| index)
            .next()
    }

    /// The last stage whose share is below this one.
    pub fn below(&self, share: Share) -> Option<u32> {
        let stages = (0..).zip(&self.0);
        stages
            .filter(|(_, stage)| stage.share < share)
            .map(|(index, _)| index)
            .last()
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
