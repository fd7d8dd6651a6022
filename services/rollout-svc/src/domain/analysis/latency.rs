//! The latency gate.

use std::{fmt, time::Duration};

use vortex_sketch::Sketch;

use super::{
    Application, Settings, Slice, Verdict,
    binomial::{SIGNIFICANCE, upper_tail},
    words::{Milliseconds, Probability},
};

/// The quantile that is judged.
const QUANTILE: f64 = 0.99;
/// The part of latencies that are above it.
const ABOVE: f64 = 0.01;
/// By how much the canary has to be slower than stable at least, in seconds.
const LEAST_INCREASE: f64 = 0.010;

/// What the latency gate found, and by what.
///
/// Of a hundred latencies the p99 is the second longest, and differs from itself by half when it
/// is measured again. So a limit is only taken as exceeded when more of the canary's latencies are
/// above it than a p99 at the limit explains (exact binomial test, p < 0.1), and a limit relative
/// to stable is reckoned from the upper 90 % confidence bound of stable's p99 for this, or its
/// longest latency where there are too few for a bound.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyEvidence {
    /// What was found.
    pub finding: LatencyFinding,
    /// The canary in this slice.
    pub canary: Tail,
    /// Stable in this slice; none where there is no stable arm.
    pub stable: Option<Tail>,
    /// How many latencies an arm needs.
    pub min_requests: u64,
}

/// The long end of an arm's latencies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tail {
    /// How many latencies there are.
    pub count: u64,
    /// What 99 % of them are not above; none of none.
    pub p99: Option<Duration>,
}

/// What the latency gate may find.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LatencyFinding {
    /// Too few latencies of the canary.
    TooFewLatencies,
    /// Too few latencies of stable, and no limit but by them.
    NothingToCompare,
    /// The canary's p99 is above the limit.
    Above {
        /// The limit.
        limit: Duration,
        /// How many times stable's p99 that is; none if it was set.
        ratio: Option<f64>,
        /// How probable so many slow requests are in a canary that is within the limit.
        p: f64,
    },
    /// The canary's p99 is above the limit, which may be chance.
    MaybeAbove {
        /// The limit.
        limit: Duration,
        /// How many times stable's p99 that is; none if it was set.
        ratio: Option<f64>,
        /// How probable so many slow requests are in a canary that is within the limit.
        p: f64,
    },
    /// The canary is within all limits.
    WithinLimits,
}

impl LatencyFinding {
    /// What it amounts to.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Above { .. } => Verdict::Fail,
            Self::MaybeAbove { .. } => Verdict::Inconclusive,
            Self::TooFewLatencies | Self::NothingToCompare => Verdict::NoData,
            Self::WithinLimits => Verdict::Pass,
        }
    }
}

/// A limit that the canary's p99 is held to, in seconds.
struct Limit {
    /// What its p99 may be.
    p99: f64,
    /// What its latencies are counted above; more than the p99 where that is itself estimated.
    counted: f64,
    ratio: Option<f64>,
}

impl Tail {
    fn of(sketch: &Sketch) -> Self {
        Self {
            count: sketch.count() as u64,
            p99: sketch.quantile(QUANTILE).map(Duration::from_secs_f64),
        }
    }
}

/// Judges a slice, if the gate counts for it.
pub(super) fn judge(slice: &Slice, compared: bool, settings: &Settings) -> Option<LatencyEvidence> {
    let (canary, stable) = (slice.canary.latency(), slice.stable.latency());
    let measured = canary.count() > 0.0 || stable.count() > 0.0;
    let is_set = settings.thresholds.max_latency_p99.is_some();
    let counts = is_set || (compared && measured);
    if !counts {
        return None;
    }
    let stable = compared.then_some(stable);
    Some(LatencyEvidence {
        finding: find(canary, stable, settings),
        canary: Tail::of(canary),
        stable: stable.map(Tail::of),
        min_requests: settings.min_requests,
    })
}

fn find(canary: &Sketch, stable: Option<&Sketch>, settings: &Settings) -> LatencyFinding {
    let has_enough = |sketch: &Sketch| sketch.count() >= settings.min_requests as f64;
    let stable = stable.filter(|stable| has_enough(stable));
    let ratio = settings.thresholds.max_latency_ratio;
    let set = settings.thresholds.max_latency_p99.map(Limit::set);
    let relative = stable.and_then(|stable| Limit::relative(stable, ratio));
    if !has_enough(canary) {
        return LatencyFinding::TooFewLatencies;
    }
    if set.is_none() && relative.is_none() {
        return LatencyFinding::NothingToCompare;
    }
    let findings = [set, relative].into_iter().flatten();
    let found = findings.map(|limit| limit.hold(canary));
    let worst = found.max_by_key(|finding| finding.verdict());
    worst.unwrap_or(LatencyFinding::WithinLimits)
}

impl Limit {
    fn set(p99: Duration) -> Self {
        Self {
            p99: p99.as_secs_f64(),
            counted: p99.as_secs_f64(),
            ratio: None,
        }
    }

    fn relative(stable: &Sketch, ratio: f64) -> Option<Self> {
        let slower = |latency: f64| (latency * ratio).max(latency + LEAST_INCREASE);
        let bound = stable.longest_but(f64::from(above_bound(stable.count() as u64)))?;
        Some(Self {
            p99: slower(stable.quantile(QUANTILE)?),
            counted: slower(bound),
            ratio: Some(ratio),
        })
    }

    fn hold(&self, canary: &Sketch) -> LatencyFinding {
        if canary.quantile(QUANTILE).is_none_or(|p99| p99 <= self.p99) {
            return LatencyFinding::WithinLimits;
        }
        let slow = canary.count_above(self.counted) as u64;
        let p = upper_tail(canary.count() as u64, slow, ABOVE);
        let (limit, ratio) = (Duration::from_secs_f64(self.p99), self.ratio);
        if p < SIGNIFICANCE {
            LatencyFinding::Above { limit, ratio, p }
        } else {
            LatencyFinding::MaybeAbove { limit, ratio, p }
        }
    }
}

/// How many of so many latencies are longer than the upper 90 % confidence bound of their p99.
///
/// The most for which it is improbable that no more are above the true p99; 0 where there is none.
fn above_bound(count: u64) -> u32 {
    let improbable =
        |above: u32| 1.0 - upper_tail(count, u64::from(above) + 1, ABOVE) <= SIGNIFICANCE;
    let (mut least, mut most) = (0, (count as f64 * ABOVE) as u32);
    while least < most {
        let middle = least + (most - least).div_ceil(2);
        if improbable(middle) {
            least = middle;
        } else {
            most = middle - 1;
        }
    }
    least
}

impl LatencyEvidence {
    pub(super) fn tell(
        &self,
        application: &Application,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let (count, needed) = (self.canary.count, self.min_requests);
        if self.finding == LatencyFinding::TooFewLatencies {
            return write!(
                f,
                "latency: {count} latencies of the canary in {application}, {needed} are needed"
            );
        }
        let p99 = Milliseconds(self.canary.p99.unwrap_or_default());
        write!(
            f,
            "latency: p99 of {p99} in {count} requests in {application}"
        )?;
        match self.finding {
            LatencyFinding::TooFewLatencies | LatencyFinding::WithinLimits => self.tell_stable(f),
            LatencyFinding::NothingToCompare => {
                let stable = self.stable.map_or(0, |stable| stable.count);
                write!(
                    f,
                    ", and {stable} latencies of stable to compare with, {needed} are needed"
                )
            }
            LatencyFinding::Above { limit, ratio, p } => {
                self.tell_limit(limit, ratio, f)?;
                write!(f, " ({})", Probability(p))
            }
            LatencyFinding::MaybeAbove { limit, ratio, p } => {
                self.tell_limit(limit, ratio, f)?;
                write!(f, ", which may be chance ({})", Probability(p))
            }
        }
    }

    fn tell_stable(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stable {
            Some(Tail {
                p99: Some(p99),
                count,
            }) => write!(f, ", {} in {count} in stable", Milliseconds(p99)),
            _ => Ok(()),
        }
    }

    fn tell_limit(
        &self,
        limit: Duration,
        ratio: Option<f64>,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        if ratio.is_some() {
            self.tell_stable(f)?;
        }
        write!(f, ", above {}", Milliseconds(limit))
    }
}
