//! The instances gate: whether those that took the canary fare badly.

use std::fmt;

use super::{
    Application, Verdict,
    binomial::SIGNIFICANCE,
    hypergeometric::Draw,
    words::{Percent, Probability},
};

/// The instances that took what their arm says, and how many of them fare badly since.
///
/// An instance may fare badly in several ways, and the counts don't say how many do. So at least
/// the greatest of the three counts fare badly, and at most their sum. A canary is judged by the
/// least that it may be, stable by the most, so that no instance that is counted twice fails a
/// canary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Instances {
    /// All of them, but those that were stopped in order.
    pub instances: u64,
    /// Those that refused it.
    pub failed: u64,
    /// Those that were not heard of after they took it.
    pub silent: u64,
    /// Those that start again and again.
    pub restarting: u64,
}

impl Instances {
    /// The least number that fare badly.
    pub fn least_bad(self) -> u64 {
        let most = self.failed.max(self.silent).max(self.restarting);
        most.min(self.instances)
    }

    /// The greatest number that may fare badly.
    pub fn most_bad(self) -> u64 {
        let sum = self.failed.saturating_add(self.silent);
        sum.saturating_add(self.restarting).min(self.instances)
    }

    /// Adds those of another fleet.
    pub(crate) fn add(&mut self, other: Self) {
        let Self {
            instances,
            failed,
            silent,
            restarting,
        } = other;
        self.instances = self.instances.saturating_add(instances);
        self.failed = self.failed.saturating_add(failed);
        self.silent = self.silent.saturating_add(silent);
        self.restarting = self.restarting.saturating_add(restarting);
    }
}

/// The instances of both arms of an application.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arms {
    /// Those that took the canary.
    pub canary: Instances,
    /// Those that stayed with stable.
    pub stable: Instances,
}

/// The instances gate's finding, with the values that decided it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InstancesEvidence {
    /// The finding.
    pub finding: InstancesFinding,
    /// The canary's instances.
    pub canary: Instances,
    /// Stable's instances; `None` without a stable arm.
    pub stable: Option<Instances>,
    /// The probability that so many of those that fare badly are the canary's by chance (Fisher's
    /// exact test, one-sided); `None` where there is nothing to compare.
    pub p: Option<f64>,
}

/// The possible findings of the instances gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstancesFinding {
    /// Nobody has said how instances fare since the last slice.
    NoAnswer,
    /// No instance that took the canary is known.
    NoCanary,
    /// All of the canary's instances fare badly.
    AllBad,
    /// More of the canary's instances fare badly than of stable's, and not by chance.
    WorseThanStable,
    /// At least half of the canary's instances fare badly, which may be chance.
    MaybeWorse,
    /// All of the canary's instances fare badly, and at least half of stable's, which may be
    /// chance: something that both depend on fails. Or all are silent, and there are none of stable:
    /// a network that is cut looks no different.
    SharedOutage,
    /// The canary's instances fare no worse than stable's.
    NotWorse,
}

impl InstancesFinding {
    /// The verdict that follows from it.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::NoAnswer | Self::NoCanary => Verdict::NoData,
            Self::AllBad | Self::WorseThanStable => Verdict::Fail,
            Self::MaybeWorse | Self::SharedOutage => Verdict::Inconclusive,
            Self::NotWorse => Verdict::Pass,
        }
    }
}

impl InstancesEvidence {
    /// Judges the instances of an application, `None` if nobody has said how they fare; at 100 %
    /// there is no stable arm.
    pub fn judge(arms: Option<Arms>, has_stable: bool) -> Self {
        let Some(Arms { canary, stable }) = arms else {
            return Self {
                finding: InstancesFinding::NoAnswer,
                canary: Instances::default(),
                stable: None,
                p: None,
            };
        };
        let stable = has_stable.then_some(stable);
        let compared = stable.filter(|stable| canary.instances > 0 && stable.instances > 0);
        let mut evidence = Self {
            finding: InstancesFinding::NoCanary,
            canary,
            stable,
            p: compared.map(|stable| by_chance(canary, stable)),
        };
        evidence.finding = evidence.find();
        evidence
    }

    fn find(&self) -> InstancesFinding {
        let (all, bad) = (self.canary.instances, self.canary.least_bad());
        let is_worse = self.p.is_some_and(|p| p < SIGNIFICANCE);
        let is_half = |all: u64, bad: u64| bad > 0 && bad >= all - bad;
        let stable_suffers = self
            .stable
            .is_some_and(|stable| is_half(stable.instances, stable.most_bad()));
        if all == 0 {
            InstancesFinding::NoCanary
        } else if bad == all && (is_worse || !(stable_suffers || self.is_only_silence())) {
            InstancesFinding::AllBad
        } else if is_worse {
            InstancesFinding::WorseThanStable
        } else if bad == all {
            InstancesFinding::SharedOutage
        } else if is_half(all, bad) && !stable_suffers {
            InstancesFinding::MaybeWorse
        } else {
            InstancesFinding::NotWorse
        }
    }

    /// Whether it is only for their silence that all of the canary's instances fare badly, and there
    /// is nobody to compare them with.
    fn is_only_silence(&self) -> bool {
        let Instances {
            instances,
            failed,
            restarting,
            ..
        } = self.canary;
        self.p.is_none() && failed.max(restarting) < instances
    }

    pub(super) fn tell(
        &self,
        application: &Application,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let Instances {
            instances,
            failed,
            silent,
            restarting,
        } = self.canary;
        match self.finding {
            InstancesFinding::NoAnswer => {
                return write!(
                    f,
                    "instances: drift-svc has not said how those of {application} fare"
                );
            }
            InstancesFinding::NoCanary => {
                return write!(
                    f,
                    "instances: none of {application} is known to have taken the canary"
                );
            }
            InstancesFinding::AllBad
            | InstancesFinding::WorseThanStable
            | InstancesFinding::MaybeWorse
            | InstancesFinding::SharedOutage
            | InstancesFinding::NotWorse => {}
        }
        write!(
            f,
            "instances: {} of {instances} of the canary in {application} fare badly",
            self.canary.least_bad()
        )?;
        if self.canary.least_bad() > 0 {
            write!(
                f,
                " ({failed} refused it, {silent} fell silent, {restarting} restart again and again)"
            )?;
        }
        if let Some(stable) = self.stable {
            write!(f, ", {stable} in stable")?;
        }
        let p = Probability(self.p.unwrap_or(1.0));
        match self.finding {
            InstancesFinding::WorseThanStable => write!(f, " ({p})"),
            InstancesFinding::MaybeWorse => match self.p {
                Some(_) => write!(f, ", which may be chance ({p})"),
                None => f.write_str(", and there are none of stable to compare with"),
            },
            InstancesFinding::SharedOutage => f.write_str(match self.p {
                Some(_) => ", so it is not the canary's fault",
                None => ", and there are none of stable to tell a network that is cut by",
            }),
            InstancesFinding::AllBad
            | InstancesFinding::NotWorse
            | InstancesFinding::NoAnswer
            | InstancesFinding::NoCanary => Ok(()),
        }
    }
}

/// `3.0 % of 120`.
impl fmt::Display for Instances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (all, bad) = (self.instances, self.most_bad());
        match all {
            0 => f.write_str("none known"),
            _ => write!(f, "{} of {all}", Percent(bad as f64 / all as f64)),
        }
    }
}

/// The probability that so many or more of those that fare badly are the canary's, if arms don't
/// matter.
fn by_chance(canary: Instances, stable: Instances) -> f64 {
    let (bad, of_stable) = (canary.least_bad(), stable.most_bad());
    let marked = bad.saturating_add(of_stable);
    let all = canary.instances.saturating_add(stable.instances);
    let draw = Draw {
        marked,
        others: all.saturating_sub(marked),
        drawn: canary.instances,
    };
    draw.upper_tail(bad)
}

#[cfg(test)]
mod tests;
