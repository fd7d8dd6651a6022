//! Figures in a report: of which arms they are.

use vortex_kit::error::Fault;
use vortex_names::Excerpt;
use vortex_proto::{config::v1::Arm, heartbeat::v1 as proto};
use vortex_rest::{Arm as ArmName, Assignment, Measured};

use crate::api::sketch;

/// The figures of a report that names `version` and `assignments`, and how many were left out, as
/// they concern no split.
///
/// Fails with `INVALID_ARGUMENT`, naming the field.
pub(super) fn to_proto(
    figures: Vec<Measured>,
    version: &str,
    assignments: &[Assignment],
) -> Result<(Vec<proto::Measured>, u64), Fault> {
    let mut measured = Vec::with_capacity(figures.len());
    let mut passed_over = 0;
    for (place, figures) in figures.into_iter().enumerate() {
        let wrong =
            |(member, why): Wrong| Fault::invalid(format!("metrics[{place}].{member}"), why);
        match Of::read(&figures, version, assignments).map_err(wrong)? {
            Some(of) => measured.push(one(figures, of).map_err(wrong)?),
            None => passed_over += 1,
        }
    }
    Ok((measured, passed_over))
}

/// The member that is wrong, and why.
type Wrong = (&'static str, String);

fn one(figures: Measured, of: Of) -> Result<proto::Measured, Wrong> {
    let sketch = figures.sketch.as_deref().map(sketch::decode).transpose();
    let (split, arm) = match of {
        Of::All => (String::new(), Arm::Unspecified),
        Of::Arm(split, arm) => (split, arm),
    };
    Ok(proto::Measured {
        split,
        generation: figures.generation.unwrap_or_default(),
        arm: arm.into(),
        requests: figures.requests,
        errors: figures.errors,
        latencies_ms: figures.latencies_ms.unwrap_or_default(),
        sketch: sketch.map_err(|why| ("sketch", why.to_owned()))?,
    })
}

/// What figures are of.
#[derive(Debug, PartialEq)]
enum Of {
    /// Each assignment, with the arm it gave.
    All,
    /// One arm of one split.
    Arm(String, Arm),
}

impl Of {
    /// None for figures of a version that concerns no split.
    fn read(
        figures: &Measured,
        version: &str,
        assignments: &[Assignment],
    ) -> Result<Option<Self>, Wrong> {
        let arm = figures.arm.as_deref().map(arm).transpose()?;
        match (figures.split.as_deref(), arm, figures.version.as_deref()) {
            (None, None, None) => Ok(Some(Self::All)),
            (Some(split), Some(arm), None) => Ok(Some(Self::Arm(split.to_owned(), arm))),
            (Some(split), None, None) => Self::assigned(split, assignments).map(Some),
            (None, Some(arm), None) => Self::only(arm, assignments).map(Some),
            (None, None, Some(served)) => Ok(Self::served(served, version, assignments)),
            _ => Err(("version", "is given beside split or arm".to_owned())),
        }
    }

    /// The arm that a split gave.
    fn assigned(split: &str, assignments: &[Assignment]) -> Result<Self, Wrong> {
        let mut all = assignments.iter();
        let assigned = all.find(|assignment| assignment.split == split);
        let assigned = assigned.ok_or_else(|| {
            let why = "is needed, as the assignments do not have this split";
            ("arm", why.to_owned())
        })?;
        let arm = Arm::from(assigned.arm.clone());
        Ok(Self::Arm(split.to_owned(), arm))
    }

    /// An arm of the only split there is.
    fn only(arm: Arm, assignments: &[Assignment]) -> Result<Self, Wrong> {
        match assignments {
            [only] => Ok(Self::Arm(only.split.clone(), arm)),
            all => {
                let why = format!("is needed, as the assignments are of {} splits", all.len());
                Err(("split", why))
            }
        }
    }

    /// What served a version. A change set's name is its canary's, also where all documents of the
    /// report's own version are of that change set.
    fn served(served: &str, version: &str, assignments: &[Assignment]) -> Option<Self> {
        let mut all = assignments.iter();
        let canary = all.find(|assignment| assignment.change == served);
        match canary {
            Some(of) => Some(Self::Arm(of.split.clone(), Arm::Canary)),
            None => (served == version).then_some(Self::All),
        }
    }
}

fn arm(text: &str) -> Result<Arm, Wrong> {
    match ArmName::from(text.to_owned()) {
        ArmName::Stable => Ok(Arm::Stable),
        ArmName::Canary => Ok(Arm::Canary),
        ArmName::Unknown | ArmName::Other(_) => {
            let why = format!("must be stable or canary, not {:?}", Excerpt::of(text));
            Err(("arm", why))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn assignments(splits: &[(&str, &str)]) -> Vec<Assignment> {
        let splits = splits.iter().map(|(split, change)| Assignment {
            split: (*split).to_owned(),
            change: (*change).to_owned(),
            arm: ArmName::Stable,
            ..Assignment::default()
        });
        splits.collect()
    }

    fn of(figures: Value, assignments: &[Assignment]) -> Result<Option<Of>, Wrong> {
        let mut whole = json!({"requests": 1, "errors": 0});
        whole
            .as_object_mut()
            .unwrap()
            .extend(figures.as_object().unwrap().clone());
        let figures = serde_json::from_value(whole).unwrap();
        Of::read(&figures, "v1+0a0b0c0d", assignments)
    }

    #[test]
    fn figures_are_of_what_they_name() {
        let one = assignments(&[("r-1", "v2")]);
        let arm = |arm| Ok(Some(Of::Arm("r-1".to_owned(), arm)));
        for (figures, expected) in [
            (json!({}), Ok(Some(Of::All))),
            (json!({"split": "r-1", "arm": "canary"}), arm(Arm::Canary)),
            (json!({"split": "r-1"}), arm(Arm::Stable)),
            (json!({"arm": "canary"}), arm(Arm::Canary)),
            (json!({"version": "v2"}), arm(Arm::Canary)),
            (json!({"version": "v1+0a0b0c0d"}), Ok(Some(Of::All))),
            (json!({"version": "v0"}), Ok(None)),
        ] {
            assert_eq!(of(figures.clone(), &one), expected, "{figures}");
        }
    }

    #[test]
    fn figures_whose_arm_is_open_are_refused() {
        let two = assignments(&[("r-1", "v2"), ("r-2", "v3")]);
        for (figures, member) in [
            (json!({"arm": "blue"}), "arm"),
            (json!({"arm": "canary"}), "split"),
            (json!({"split": "r-3"}), "arm"),
            (json!({"split": "r-1", "version": "v2"}), "version"),
            (json!({"arm": "canary", "version": "v2"}), "version"),
        ] {
            let (wrong, _) = of(figures.clone(), &two).unwrap_err();
            assert_eq!(wrong, member, "{figures}");
        }
        let (_, why) = of(json!({"arm": "canary"}), &[]).unwrap_err();
        assert_eq!(why, "is needed, as the assignments are of 0 splits");
    }
}
