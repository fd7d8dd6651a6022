//! Raises a share so that as many instances have a canary as are wanted.

use vortex_bucket::Share;

/// The most instances that a share may be raised for.
pub(crate) const MOST_WANTED: u32 = 100;

/// What is known of the instances that a rollout concerns when its share is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nobody was asked: no number of instances is wanted, or there is no drift-svc.
    NotAsked,
    /// drift-svc gave no answer, for this reason.
    Unanswered(String),
    /// The lowest buckets of instances, lowest first.
    Lowest {
        /// The buckets.
        buckets: Vec<u16>,
        /// How many instances there are.
        instances: u64,
        /// Whether drift-svc has run for long enough to know all of them.
        complete: bool,
    },
}

/// A share above that of its stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Raised {
    /// The share.
    pub share: Share,
    /// How many instances it was raised for.
    pub wanted: u32,
    /// How many instances were known.
    pub known: u64,
}

/// Whether a share is raised, and what is to be said of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The raised share; `None` if the stage's share stands.
    pub raised: Option<Raised>,
    /// Why it was raised or could not be; empty if the stage's share does.
    pub said: String,
}

impl Known {
    /// Raises a stage's share past the bucket of the `wanted`th lowest instance.
    ///
    /// A drift-svc that does not know all instances yet raises nothing: the lowest of those that it
    /// knows may be far above the lowest of all, and a share never falls again.
    pub(crate) fn raise(&self, share: Share, wanted: u32) -> Outcome {
        let stands = |said: String| Outcome { raised: None, said };
        let lacks = |why: &str| {
            stands(format!(
                "not raised from {share} % for {}: {why}",
                instances(wanted)
            ))
        };
        let (buckets, all, complete) = match self {
            _ if wanted == 0 => return stands(String::new()),
            Self::NotAsked => return stands(String::new()),
            Self::Unanswered(why) => return lacks(&format!("drift-svc did not answer: {why}")),
            Self::Lowest {
                buckets,
                instances,
                complete,
            } => (buckets, *instances, *complete),
        };
        let last = usize::try_from(wanted - 1).ok();
        let past = last.and_then(|last| buckets.get(last)).copied();
        let needed = past.and_then(|bucket| Share::from_hundredths(bucket.saturating_add(1)).ok());
        match needed {
            Some(needed) if needed <= share => stands(String::new()),
            _ if !complete => lacks("drift-svc has not run for long enough to know all instances"),
            None if all == 1 => lacks("1 is known"),
            None => lacks(&format!("{all} are known")),
            Some(needed) => {
                let raised = Raised {
                    share: needed,
                    wanted,
                    known: all,
                };
                Outcome {
                    raised: Some(raised),
                    said: raised.reason(share),
                }
            }
        }
    }
}

impl Raised {
    /// Why the share is above that of the stage.
    pub(crate) fn reason(&self, stage: Share) -> String {
        let Self {
            share,
            wanted,
            known,
        } = self;
        let (get, are) = match (wanted, known) {
            (1, 1) => ("gets", "is"),
            (1, _) => ("gets", "are"),
            _ => ("get", "are"),
        };
        format!(
            "raised from {stage} % to {share} %, so that {} {get} it: {known} {are} known",
            instances(*wanted)
        )
    }
}

fn instances(count: u32) -> String {
    match count {
        1 => "1 instance".to_owned(),
        _ => format!("{count} instances"),
    }
}
