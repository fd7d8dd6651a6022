//! A query of Prometheus, and the condition on its value.

use super::{InvalidGate, Template};
use crate::domain::analysis::{NoValue, QueryLimits};

/// The greatest ratio.
const MAX_RATIO: f64 = 1e6;

/// A query and the condition on its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    /// Its name.
    pub name: String,
    /// Who is asked, by a name of the settings.
    pub provider: String,
    /// What is asked.
    pub text: Template,
    /// What the value must keep within.
    pub limits: QueryLimits,
    /// What it means that there is no value.
    pub no_value: NoValue,
}

/// A query as it was given.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QueryDraft {
    /// See [`Query::name`].
    pub name: String,
    /// See [`Query::provider`].
    pub provider: String,
    /// The query, with placeholders.
    pub query: String,
    /// See [`Query::limits`].
    pub limits: QueryLimits,
    /// See [`Query::no_value`].
    pub no_value: NoValue,
}

impl Query {
    /// Checks a query at `place`, such as `queries[0]`.
    ///
    /// # Errors
    /// Names the field that is wrong.
    pub(crate) fn new(place: &str, draft: QueryDraft) -> Result<Self, InvalidGate> {
        let text: Template = draft
            .query
            .parse()
            .map_err(|error: super::InvalidTemplate| InvalidGate::at(place, "query", error))?;
        check(place, &draft.limits)?;
        if draft.limits.compares() && !text.tells_arms_apart() {
            let why = "it must name {{arm}} or {{version}}, as stable is to be compared with";
            return Err(InvalidGate::at(place, "query", why));
        }
        Ok(Self {
            name: draft.name,
            provider: draft.provider,
            text,
            limits: draft.limits,
            no_value: draft.no_value,
        })
    }
}

fn check(place: &str, limits: &QueryLimits) -> Result<(), InvalidGate> {
    let QueryLimits {
        min,
        max,
        min_ratio,
        max_ratio,
        margin,
    } = *limits;
    if [min, max, min_ratio, max_ratio].iter().all(Option::is_none) {
        let why = "a condition is needed: at least one of min, max, min_ratio and max_ratio";
        return Err(InvalidGate::at(place, "max", why));
    }
    for (field, given) in [("min", min), ("max", max)] {
        if given.is_some_and(|given| !given.is_finite()) {
            return Err(InvalidGate::at(place, field, "it must be a finite number"));
        }
    }
    for (field, given) in [("min_ratio", min_ratio), ("max_ratio", max_ratio)] {
        if given.is_some_and(|given| !(0.0..=MAX_RATIO).contains(&given)) {
            let why = format!("it must be from 0 to {MAX_RATIO}");
            return Err(InvalidGate::at(place, field, why));
        }
    }
    if !(0.0..f64::INFINITY).contains(&margin) {
        let why = "it must be a finite number from 0 up";
        return Err(InvalidGate::at(place, "margin", why));
    }
    let above = |least: Option<f64>, most: Option<f64>| least.zip(most).is_some_and(|(l, m)| l > m);
    if above(min, max) {
        return Err(InvalidGate::at(place, "min", "it is above max"));
    }
    if above(min_ratio, max_ratio) {
        return Err(InvalidGate::at(place, "min_ratio", "it is above max_ratio"));
    }
    Ok(())
}
