//! The latency gate.

use std::{fmt, time::Duration};

use vortex_sketch::Sketch;

use super::{
    Application, Baseline, Settings, Slice, Verdict,
    binomial::{SIGNIFICANCE, upper_tail},
    words::{Milliseconds, Probability},
};

/// The quantile that is judged.
const QUANTILE: f64 = 0.99;
/// The part of latencies above the quantile.
const ABOVE: f64 = 0.01;
/// The least difference, in seconds, by which the canary has to be slower than stable.
const LEAST_INCREASE: f64 = 0.010;

/// The latency gate's finding, with the values that decided it.
///
/// The p99 of a hundred latencies is the second longest, and may change by half when it is measured
/// again. So a limit counts as exceeded only when more of the canary's latencies are above it than
/// a p99 at the limit explains (exact binomial test, p < 0.1). If the limit is relative to stable,
/// the upper 90 % confidence bound of stable's p99 is used for that, or stable's longest latency if
/// there are too few for a bound.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyEvidence {
    /// The finding.
    pub finding: LatencyFinding,
    /// The canary's latencies in this slice.
    pub canary: Tail,
    /// Stable's latencies in this slice; `None` without a stable arm.
    pub stable: Option<Tail>,
    /// The number of latencies that an arm needs.
    pub min_requests: u64,
}

/// The tail of an arm's latencies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tail {
    /// The number of latencies.
    pub count: u64,
    /// The 99th percentile; `None` without latencies.
    pub p99: Option<Duration>,
}

/// The possible findings of the latency gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LatencyFinding {
    /// The canary has too few latencies.
    TooFewLatencies,
    /// Stable has too few latencies, and no other limit is set.
    NothingToCompare,
    /// The canary's p99 is above the limit.
    Above {
        /// The limit.
        limit: Duration,
        /// The factor to stable's p99 that makes the limit; `None` if the limit was set.
        ratio: Option<f64>,
        /// The probability of so many slow requests in a canary within the limit.
        p: f64,
    },
    /// The canary's p99 is above the limit, which may be chance.
    MaybeAbove {
        /// The limit.
        limit: Duration,
        /// The factor to stable's p99 that makes the limit; `None` if the limit was set.
        ratio: Option<f64>,
        /// The probability of so many slow requests in a canary within the limit.
        p: f64,
    },
    /// Both arms' p99 are above the limit that was set, and the canary's is not above the one that
    /// stable's makes: something that both depend on is slow.
    SharedOutage {
        /// The limit.
        limit: Duration,
        /// The probability of so many slow requests in a canary within the limit.
        p: f64,
    },
    /// The canary's p99 is above one of two limits, and fails only above both.
    AboveOnly {
        /// The limit.
        limit: Duration,
        /// The factor to stable's p99 that makes the limit; `None` if the limit was set.
        ratio: Option<f64>,
        /// The probability of so many slow requests in a canary within the limit.
        p: f64,
    },
    /// The canary is within all limits.
    WithinLimits,
}

impl LatencyFinding {
    /// The verdict that follows from it.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Above { .. } => Verdict::Fail,
            Self::MaybeAbove { .. } | Self::SharedOutage { .. } | Self::AboveOnly { .. } => {
                Verdict::Inconclusive
            }
            Self::TooFewLatencies | Self::NothingToCompare => Verdict::NoData,
            Self::WithinLimits => Verdict::Pass,
        }
    }
}

/// A limit on the canary's p99, in seconds.
struct Limit {
    /// The greatest p99 that is within the limit.
    p99: f64,
    /// The bound above which latencies are counted; higher than the p99 if that is an estimate.
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
    let thresholds = &settings.thresholds;
    // a gate that compares nothing has no use for stable
    let compared = compared && thresholds.latency_baseline != Baseline::Absolute;
    let is_set = thresholds.max_latency_p99.is_some();
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
    let compared = stable.is_some();
    let stable = stable.filter(|stable| has_enough(stable));
    let ratio = settings.thresholds.max_latency_ratio;
    let set = settings.thresholds.max_latency_p99.map(Limit::set);
    let relative = stable.and_then(|stable| Limit::relative(stable, ratio));
    if !has_enough(canary) {
        return LatencyFinding::TooFewLatencies;
    }
    let baseline = settings.thresholds.latency_baseline;
    if relative.is_none() && set.is_none() {
        return LatencyFinding::NothingToCompare;
    }
    if baseline.needs_comparison() {
        let lacks_stable = relative.is_none() && baseline == Baseline::Relative && compared;
        let set = set.map(|limit| (limit.hold(canary), stable.map(|stable| limit.hold(stable))));
        let relative = relative.map(|limit| limit.hold(canary));
        return match find_compared(set, relative, baseline) {
            LatencyFinding::WithinLimits if lacks_stable => LatencyFinding::NothingToCompare,
            finding => finding,
        };
    }
    let findings = [set, relative].into_iter().flatten();
    let found = findings.map(|limit| limit.hold(canary));
    let worst = found.max_by_key(|finding| finding.verdict());
    worst.unwrap_or(LatencyFinding::WithinLimits)
}

/// The finding where only the comparison with stable fails, or only both limits together. `set` is
/// what the limit that was set says of the canary and of stable.
fn find_compared(
    set: Option<(LatencyFinding, Option<LatencyFinding>)>,
    relative: Option<LatencyFinding>,
    baseline: Baseline,
) -> LatencyFinding {
    use LatencyFinding::{Above, AboveOnly, MaybeAbove, SharedOutage, WithinLimits};
    let Some((of_canary, of_stable)) = set else {
        return relative.unwrap_or(WithinLimits);
    };
    match (of_canary, relative) {
        (Above { .. }, Some(worse @ Above { .. })) => worse,
        (_, Some(worse @ Above { .. })) if baseline == Baseline::Relative => worse,
        (Above { limit, p, .. }, _) if matches!(of_stable, Some(Above { .. })) => {
            SharedOutage { limit, p }
        }
        (Above { limit, ratio, p }, _) => AboveOnly { limit, ratio, p },
        (_, Some(Above { limit, ratio, p })) => AboveOnly { limit, ratio, p },
        (_, Some(maybe @ MaybeAbove { .. })) => maybe,
        (maybe @ MaybeAbove { .. }, _) if baseline == Baseline::Both => maybe,
        _ => WithinLimits,
    }
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

/// The number of latencies that are longer than the upper 90 % confidence bound of their p99.
///
/// It is the greatest number for which it is improbable that no more are above the true p99; 0 if
/// there is no such number.
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
            LatencyFinding::SharedOutage { limit, p } => {
                self.tell_stable(f)?;
                write!(
                    f,
                    ", both above {} ({})",
                    Milliseconds(limit),
                    Probability(p)
                )
            }
            LatencyFinding::AboveOnly { limit, ratio, p } => {
                self.tell_limit(limit, ratio, f)?;
                let other = match (ratio, self.stable) {
                    (Some(_), _) => "but within the limit that is set",
                    (None, Some(_)) => "but not found slower than stable",
                    (None, None) => "and there is no stable arm to compare it with",
                };
                write!(f, ", {other} ({})", Probability(p))
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
