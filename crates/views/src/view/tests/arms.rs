//! The arms of instances, and what is right for them.

use proptest::prelude::*;
use vortex_bucket::{Arm, Share};
use vortex_proto::config::v1 as pb;

use super::*;
use crate::view::{Arms, Fault};

#[test]
fn a_forced_instance_has_its_arm_at_every_share() {
    for percentage in [0.0, 100.0] {
        let split = forcing(split("r1", percentage, Unit::Instance), &["in"], &["out"]);
        let view = view(vec![split]);
        assert_eq!(view.expected("in").unwrap().version(), "v1");
        assert_eq!(view.expected("out").unwrap().version(), "v0");
        let assigned: Vec<pb::Assignment> = view
            .expected("in")
            .unwrap()
            .assignments()
            .map(Into::into)
            .collect();
        assert!(assigned[0].forced && assigned[0].arm() == pb::Arm::Canary);
    }
}

#[test]
fn either_arm_of_a_split_by_subject_is_right() {
    let view = view(vec![
        split("r1", 100.0, Unit::Instance),
        split("r2", 50.0, Unit::Subject),
    ]);
    let expected = view.expected("pod-1").unwrap();
    assert!(expected.by_subject());
    assert_eq!((expected.version(), expected.arms().bits()), ("v1", 1));
    for (version, is_right) in [("v0", false), ("v1", true), ("v2", false), ("v3", true)] {
        assert_eq!(expected.is_right(version), is_right, "{version}");
    }
    assert!(expected.is_right("commit of v3"));
    assert!(!expected.is_right(""));
    let assigned: Vec<_> = expected.assignments().collect();
    assert_eq!(
        (assigned[0].arm, assigned[1].arm),
        (Arm::Canary, Arm::Stable)
    );
}

#[test]
fn only_what_is_right_for_it_is_its_canary() {
    let view = view(vec![forcing(
        split("r1", 0.0, Unit::Instance),
        &["in"],
        &[],
    )]);
    assert!(view.expected("in").unwrap().is_canary("v1"));
    assert!(!view.expected("in").unwrap().is_canary("v0"));
    assert!(!view.expected("other").unwrap().is_canary("v1"));
}

#[test]
fn what_cannot_be_served_is_expected_of_nobody() {
    let fault = Fault {
        reason: "DOCUMENT_INVALID".into(),
        message: "line 1".into(),
    };
    let mut view = view(vec![forcing(
        split("r1", 0.0, Unit::Instance),
        &["in"],
        &[],
    )]);
    view.variants[1].fault = Some(fault.clone());
    assert!(view.expected("in").is_none());
    assert_eq!(view.expected("other").unwrap().version(), "v0");
    assert!(view.failed(fault).expected("other").is_none());
    view.variants.clear();
    view.resolved_only = true;
    assert!(view.expected("other").is_none());
}

#[test]
fn percentages_are_those_of_the_splits_by_instance() {
    let view = view(vec![
        split("r1", 10.0, Unit::Instance),
        split("r2", 50.0, Unit::Subject),
        split("r3", 20.0, Unit::Instance),
    ]);
    let percentages = view.percentages();
    let expected = [72.0, 8.0, 0.0, 0.0, 18.0, 2.0, 0.0, 0.0];
    for (found, expected) in percentages.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-9, "{percentages:?}");
    }
    assert_eq!(percentages.len(), 8);
}

fn splits() -> impl Strategy<Value = Vec<Split>> {
    let one = (
        0..=10_000_u16,
        any::<bool>(),
        prop::collection::vec("[a-f]", 0..4),
    );
    prop::collection::vec(one, 0..=3).prop_map(|given| {
        let splits = given.into_iter().enumerate();
        splits
            .map(|(index, (share, by_subject, keys))| {
                let unit = match by_subject {
                    true => Unit::Subject,
                    false => Unit::Instance,
                };
                let mut split = split(&format!("r{index}"), 0.0, unit);
                split.share = Share::from_hundredths(share).unwrap();
                let include: Vec<&str> = keys.iter().map(String::as_str).collect();
                forcing(split, &include, &["out"])
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn every_instance_has_exactly_one_arm_of_each_split(
        splits in splits(),
        instance in "[a-f]{1,2}|out",
    ) {
        let view = view(splits);
        let expected = view.expected(&instance).unwrap();
        let assigned: Vec<_> = expected.assignments().collect();
        prop_assert_eq!(assigned.len(), view.splits.len());
        for (index, assigned) in assigned.iter().enumerate() {
            prop_assert_eq!(assigned.arm, expected.arms().get(index));
            if assigned.forced {
                prop_assert_eq!(Some(assigned.arm), assigned.split.forced.arm(&instance));
            }
            if assigned.split.unit == Unit::Subject {
                prop_assert_eq!(assigned.arm, Arm::Stable);
            }
        }
        let subjects = view.splits.iter().filter(|split| split.unit == Unit::Subject);
        prop_assert_eq!(expected.right().count(), 1 << subjects.count());
        prop_assert!(expected.right().any(|(arms, _)| arms == expected.arms()));
        prop_assert!(expected.is_right(expected.version()));
    }

    #[test]
    fn a_higher_share_never_moves_anybody_back(
        splits in splits(),
        more in prop::collection::vec(0..=10_000_u16, 3),
        instance in "[a-z]{1,8}",
    ) {
        let before = view(splits);
        let mut after = before.clone();
        for (split, more) in after.splits.iter_mut().zip(more) {
            split.share = split.share.max(Share::from_hundredths(more).unwrap());
        }
        let (before, after) = (before.arms(&instance), after.arms(&instance));
        prop_assert_eq!(Arms::from_bits(before.bits() & after.bits()), before);
    }

    #[test]
    fn percentages_add_up(splits in splits()) {
        let sum: f64 = view(splits).percentages().iter().sum();
        prop_assert!((sum - 100.0).abs() < 1e-6, "{}", sum);
    }
}
