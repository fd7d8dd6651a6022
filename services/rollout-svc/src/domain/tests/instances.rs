//! R18: what is said of instances counts once, and neither silence nor health decides anything.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use vortex_bucket::{Arm, Share};
use vortex_sketch::Sketch;

use crate::domain::analysis::{
    Analysis, Application, Arms, Decision, Figures, Instances, JudgedStage, Phase, Settings,
    Verdict,
};

const INTERVAL: u64 = 30;

fn stage(settings: &Settings) -> JudgedStage<'_> {
    JudgedStage {
        settings,
        share: Share::from_hundredths(100).unwrap(),
        min_duration: Duration::ZERO,
        is_asked: false,
    }
}

fn at(second: u64) -> Duration {
    Duration::from_secs(second)
}

fn orders() -> Application {
    Application::new("orders")
}

/// So many of ten canaries, and none of ninety others, fare badly.
fn seen(bad: u64) -> BTreeMap<Application, Arms> {
    let instances = |instances, silent| Instances {
        instances,
        silent,
        ..Instances::default()
    };
    let arms = Arms {
        canary: instances(10, bad),
        stable: instances(90, 0),
    };
    BTreeMap::from([(orders(), arms)])
}

#[test]
fn two_failures_in_two_intervals_roll_back_without_requests() {
    let settings = Settings::default();
    let stage = stage(&settings);
    let mut analysis = Analysis::begin([orders()]).unwrap();
    analysis.see_instances(Some(&seen(10)), false, &stage, at(INTERVAL + 1));
    let first = analysis.advance(&stage, at(INTERVAL + 2));
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].start, first[0].end), (at(0), at(INTERVAL)));
    assert_eq!(first[0].verdict(), Verdict::Fail);
    // it counts once
    assert_eq!(analysis.advance(&stage, at(2 * INTERVAL)).len(), 0);
    let held = analysis.decide(&stage, at(2 * INTERVAL), Phase::Running);
    assert_eq!(held, Decision::Hold);
    analysis.see_instances(Some(&seen(10)), false, &stage, at(2 * INTERVAL + 1));
    assert_eq!(analysis.advance(&stage, at(2 * INTERVAL + 1)).len(), 1);
    let decision = analysis.decide(&stage, at(2 * INTERVAL + 1), Phase::Running);
    assert!(matches!(decision, Decision::RollBack(_)), "{decision:?}");
}

#[test]
fn a_failure_in_the_first_interval_of_a_slice_waits_for_its_end() {
    let settings = Settings::default();
    let stage = stage(&settings);
    let mut analysis = Analysis::begin([orders()]).unwrap();
    analysis.see_instances(Some(&seen(10)), false, &stage, at(INTERVAL - 1));
    assert_eq!(analysis.advance(&stage, at(INTERVAL - 1)).len(), 0);
}

#[test]
fn an_application_that_nobody_named_is_judged_from_when_its_instances_fail() {
    let settings = Settings::default();
    let stage = stage(&settings);
    let mut analysis = Analysis::begin_unnamed();
    let names = |analysis: &Analysis| {
        let observed = analysis.observed();
        observed
            .map(|(application, _)| application.to_string())
            .collect::<Vec<_>>()
    };
    analysis.see_instances(Some(&seen(0)), true, &stage, at(INTERVAL));
    assert_eq!(names(&analysis), [Application::UNNAMED]);
    analysis.see_instances(Some(&seen(10)), true, &stage, at(INTERVAL + 1));
    assert_eq!(names(&analysis), ["orders"]);
    assert_eq!(analysis.advance(&stage, at(INTERVAL + 1)).len(), 1);
}

proptest! {
    /// In each interval there may be requests that are fine, and an answer: that all is well, or
    /// none. Instances that fare well change no decision, as if nobody had asked.
    #[test]
    fn health_and_silence_decide_nothing(
        intervals in proptest::collection::vec((any::<bool>(), proptest::option::of(Just(()))), 1..60),
    ) {
        let settings = Settings::default();
        let stage = stage(&settings);
        let mut asked = Analysis::begin([orders()]).unwrap();
        let mut unasked = asked.clone();
        for (number, (reports, answer)) in (1..).zip(intervals) {
            let now = at(number * INTERVAL);
            let seen = answer.map(|_| seen(0));
            asked.see_instances(seen.as_ref(), false, &stage, now);
            for analysis in [&mut asked, &mut unasked] {
                for arm in [Arm::Canary, Arm::Stable].into_iter().filter(|_| reports) {
                    let figures = Figures::new(200, 0, Sketch::default()).unwrap();
                    analysis.report(&orders(), arm, figures, &stage, now).unwrap();
                }
                analysis.advance(&stage, now);
            }
            let decision = |analysis: &Analysis| {
                std::mem::discriminant(&analysis.decide(&stage, now, Phase::Running))
            };
            prop_assert_eq!(decision(&asked), decision(&unasked));
        }
    }
}
