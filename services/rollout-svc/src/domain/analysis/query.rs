//! The queries' gate: whether the canary's value keeps within the limits that were set for it.
//!
//! What a value means is not known here, so nothing is tested for chance: a query should be of a
//! time that is long enough.

use std::fmt;

use vortex_bucket::Arm;

use super::{Application, Verdict};

/// What a query's value must keep within.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct QueryLimits {
    /// The canary's value must not be below.
    pub min: Option<f64>,
    /// The canary's value must not be above.
    pub max: Option<f64>,
    /// The canary's value must not be below stable's times this, and `margin` less.
    pub min_ratio: Option<f64>,
    /// The canary's value must not be above stable's times this, and `margin` more.
    pub max_ratio: Option<f64>,
    /// How far beyond the ratios it may be: 0 or more.
    pub margin: f64,
}

/// What it means that a query has no value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NoValue {
    /// The slice has no data.
    #[default]
    Hold,
    /// The slice fails.
    Fail,
    /// The query has no say in the slice.
    Ignore,
}

/// What was answered to a query: a value, none, or the reason why there is no answer.
pub type Sample = Result<Option<f64>, String>;

/// What was answered to a query about each arm that it was asked of.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// The canary's value.
    pub canary: Sample,
    /// Stable's value; `None` if stable is not compared with.
    pub stable: Option<Sample>,
}

/// A query's finding, with the values that decided it.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryEvidence {
    /// The query's name.
    pub gate: String,
    /// The finding.
    pub finding: QueryFinding,
    /// The canary's value; `None` unless it is a finite number.
    pub canary: Option<f64>,
    /// Stable's value; `None` unless it is a finite number.
    pub stable: Option<f64>,
    /// What no value means.
    pub no_value: NoValue,
}

/// The possible findings of a query. Limits are those that were exceeded.
#[derive(Debug, Clone, PartialEq)]
pub enum QueryFinding {
    /// There is no answer, for this reason.
    Unanswered(String),
    /// There is no value of this arm.
    Absent(Arm),
    /// The value of this arm is not a number, as when nothing is divided by nothing.
    NotANumber(Arm),
    /// The value of this arm is infinite: no limit says what that means.
    Infinite(Arm),
    /// The canary's value is above the limit that was set.
    Above(f64),
    /// The canary's value is below the limit that was set.
    Below(f64),
    /// The canary's value is above the limit that follows from stable's.
    AboveStable(f64),
    /// The canary's value is below the limit that follows from stable's.
    BelowStable(f64),
    /// The canary's value keeps within all limits.
    WithinLimits,
}

impl QueryLimits {
    /// Whether stable is compared with.
    pub fn compares(&self) -> bool {
        self.min_ratio.is_some() || self.max_ratio.is_some()
    }

    /// Whether there is anything to judge by.
    pub fn judge(&self, has_stable: bool) -> bool {
        self.min.is_some() || self.max.is_some() || (has_stable && self.compares())
    }

    fn absolute(&self, canary: f64) -> Option<QueryFinding> {
        let above = self.max.filter(|max| canary > *max);
        let below = self.min.filter(|min| canary < *min);
        above
            .map(QueryFinding::Above)
            .or(below.map(QueryFinding::Below))
    }

    fn relative(&self, canary: f64, stable: f64) -> Option<QueryFinding> {
        let most = self.max_ratio.map(|ratio| stable * ratio + self.margin);
        let least = self.min_ratio.map(|ratio| stable * ratio - self.margin);
        let above = most.filter(|most| canary > *most);
        let below = least.filter(|least| canary < *least);
        above
            .map(QueryFinding::AboveStable)
            .or(below.map(QueryFinding::BelowStable))
    }
}

impl QueryEvidence {
    /// Judges what was answered to the query of this name.
    pub fn judge(gate: &str, limits: &QueryLimits, no_value: NoValue, samples: &Samples) -> Self {
        let finite = |sample: &Sample| {
            let value = sample.as_ref().ok().copied().flatten();
            value.filter(|value| value.is_finite())
        };
        Self {
            gate: gate.to_owned(),
            finding: find(limits, samples),
            canary: finite(&samples.canary),
            stable: samples.stable.as_ref().and_then(finite),
            no_value,
        }
    }

    /// A query that was not answered.
    pub fn unanswered(gate: &str, why: impl Into<String>) -> Self {
        Self {
            gate: gate.to_owned(),
            finding: QueryFinding::Unanswered(why.into()),
            canary: None,
            stable: None,
            no_value: NoValue::Hold,
        }
    }

    /// The verdict that follows from it.
    pub fn verdict(&self) -> Verdict {
        match &self.finding {
            QueryFinding::Unanswered(_) => Verdict::NoData,
            QueryFinding::Absent(_) | QueryFinding::NotANumber(_) => match self.no_value {
                NoValue::Fail => Verdict::Fail,
                NoValue::Hold | NoValue::Ignore => Verdict::NoData,
            },
            QueryFinding::Infinite(_) => Verdict::Inconclusive,
            QueryFinding::Above(_)
            | QueryFinding::Below(_)
            | QueryFinding::AboveStable(_)
            | QueryFinding::BelowStable(_) => Verdict::Fail,
            QueryFinding::WithinLimits => Verdict::Pass,
        }
    }

    /// Whether it has a say in the slice.
    pub(super) fn counts(&self) -> bool {
        match &self.finding {
            QueryFinding::Absent(_) | QueryFinding::NotANumber(_) => {
                self.no_value != NoValue::Ignore
            }
            _ => true,
        }
    }

    /// The limit that the canary's value was compared with, if it exceeds one.
    pub fn limit(&self) -> Option<f64> {
        match self.finding {
            QueryFinding::Above(limit)
            | QueryFinding::Below(limit)
            | QueryFinding::AboveStable(limit)
            | QueryFinding::BelowStable(limit) => Some(limit),
            QueryFinding::Unanswered(_)
            | QueryFinding::Absent(_)
            | QueryFinding::NotANumber(_)
            | QueryFinding::Infinite(_)
            | QueryFinding::WithinLimits => None,
        }
    }

    pub(super) fn tell(
        &self,
        application: &Application,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        write!(f, "query {}: ", self.gate)?;
        let arm = |arm: Arm| match arm {
            Arm::Canary => "the canary",
            Arm::Stable => "stable",
        };
        match &self.finding {
            QueryFinding::Unanswered(why) => write!(f, "no answer for {application}: {why}"),
            QueryFinding::Absent(of) => {
                write!(f, "no value of {} in {application}", arm(*of))?;
                self.tell_meaning(f)
            }
            QueryFinding::NotANumber(of) => {
                let of = arm(*of);
                write!(f, "the value of {of} in {application} is not a number")?;
                self.tell_meaning(f)
            }
            QueryFinding::Infinite(of) => {
                write!(f, "the value of {} in {application} is infinite", arm(*of))
            }
            QueryFinding::Above(limit) => self.tell_value(application, f, "above", *limit),
            QueryFinding::Below(limit) => self.tell_value(application, f, "below", *limit),
            QueryFinding::AboveStable(limit) => {
                self.tell_value(application, f, "above", *limit)?;
                self.tell_stable(f)
            }
            QueryFinding::BelowStable(limit) => {
                self.tell_value(application, f, "below", *limit)?;
                self.tell_stable(f)
            }
            QueryFinding::WithinLimits => {
                let canary = Number(self.canary.unwrap_or_default());
                write!(f, "{canary} in {application}")?;
                match self.stable {
                    Some(stable) => write!(f, ", {} in stable", Number(stable)),
                    None => Ok(()),
                }
            }
        }
    }

    fn tell_meaning(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.no_value {
            NoValue::Hold => Ok(()),
            NoValue::Fail => f.write_str(", which fails"),
            NoValue::Ignore => f.write_str(", which is ignored"),
        }
    }

    fn tell_value(
        &self,
        application: &Application,
        f: &mut fmt::Formatter<'_>,
        beyond: &str,
        limit: f64,
    ) -> fmt::Result {
        let canary = Number(self.canary.unwrap_or_default());
        write!(f, "{canary} in {application}, {beyond} {}", Number(limit))
    }

    fn tell_stable(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stable = Number(self.stable.unwrap_or_default());
        write!(f, ", since stable has {stable}")
    }
}

fn find(limits: &QueryLimits, samples: &Samples) -> QueryFinding {
    let canary = match number(Arm::Canary, &samples.canary) {
        Ok(canary) => canary,
        Err(finding) => return finding,
    };
    if let Some(exceeded) = limits.absolute(canary) {
        return exceeded;
    }
    let Some(stable) = &samples.stable else {
        return QueryFinding::WithinLimits;
    };
    match number(Arm::Stable, stable) {
        Ok(stable) => {
            let exceeded = limits.relative(canary, stable);
            exceeded.unwrap_or(QueryFinding::WithinLimits)
        }
        Err(finding) => finding,
    }
}

/// A finite number, or why there is none.
fn number(arm: Arm, sample: &Sample) -> Result<f64, QueryFinding> {
    match sample {
        Err(why) => Err(QueryFinding::Unanswered(why.clone())),
        Ok(None) => Err(QueryFinding::Absent(arm)),
        Ok(Some(value)) if value.is_nan() => Err(QueryFinding::NotANumber(arm)),
        Ok(Some(value)) if value.is_infinite() => Err(QueryFinding::Infinite(arm)),
        Ok(Some(value)) => Ok(*value),
    }
}

/// A number for people: five significant digits.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.abs();
        if size != 0.0 && !(1e-4..1e15).contains(&size) {
            return write!(f, "{:.4e}", self.0);
        }
        let whole = size.max(1.0).log10().floor() as i32;
        let scale = 10_f64.powi((4 - whole).max(0) + if size < 1.0 { 3 } else { 0 });
        write!(f, "{}", (self.0 * scale).round() / scale)
    }
}

#[cfg(test)]
mod tests;
