//! The decisions that follow from a rollout's slices.

use std::time::Duration;

use vortex_bucket::{Arm, Share};
use vortex_rollout_svc::analysis::{Decision, Phase, Verdict};

use crate::rollout::{Counted, Rollout, counted, of, of_orders};

const MINUTE: Duration = Duration::from_secs(60);

fn good() -> Counted {
    counted(500, 1)
}

/// A canary with 8 % of errors.
fn bad() -> Counted {
    counted(500, 40)
}

fn stable() -> Option<Counted> {
    Some(counted(2_000, 10))
}

/// Closes slices until the decision is not to hold; answers their number and the decision.
fn until_decided(
    rollout: &mut Rollout,
    canary: &Counted,
    stable: Option<&Counted>,
) -> (u32, String) {
    for slices in 1..=200 {
        rollout.interval(canary.clone(), stable.cloned());
        if rollout.decide() != Decision::Hold {
            return (slices, rollout.told());
        }
    }
    panic!("it holds for ever");
}

#[test]
fn good_figures_promote_stage_by_stage_to_completion() {
    let mut rollout = of_orders();
    for (percent, minutes) in [("1", 5), ("5", 5), ("25", 10), ("50", 10), ("100", 0)] {
        rollout.share = percent.parse().unwrap();
        rollout.min_duration = MINUTE * minutes;
        rollout.elapsed = Duration::ZERO;
        let with_stable = (rollout.share < Share::FULL).then(|| counted(500, 1));
        let (slices, told) = until_decided(&mut rollout, &good(), with_stable.as_ref());
        assert_eq!(told, "promote");
        assert_eq!(slices, (minutes * 2).max(1), "at {percent} %");
        rollout.analysis.next_stage();
    }
}

#[test]
fn two_bad_slices_roll_back_and_say_by_what() {
    let (slices, told) = until_decided(&mut of_orders(), &bad(), stable().as_ref());
    assert_eq!(slices, 2);
    assert_eq!(
        told,
        "roll back: 2 slices in a row failed: errors: 8.0 % of 500 requests in order-service, \
         above 5 % (p = 0.003)"
    );
}

#[test]
fn three_percent_without_stable_hold_as_inconclusive_and_then_pause() {
    let mut rollout = of_orders();
    let (slices, told) = until_decided(&mut rollout, &counted(500, 15), None);
    assert_eq!(slices, 10);
    assert_eq!(
        told,
        "pause: 10 slices in a row were inconclusive: errors: 3.0 % of 500 requests in \
         order-service, success is below 99 %"
    );
}

#[test]
fn no_figures_hold_and_then_pause_and_never_more() {
    let mut rollout = of_orders();
    let (intervals, told) = until_decided(&mut rollout, &counted(0, 0), None);
    assert_eq!(intervals, 100);
    assert_eq!(
        told,
        "pause: 10 slices in a row had no data: errors: 0 requests of the canary in \
         order-service, 100 are needed"
    );
    rollout.phase = Phase::Paused;
    rollout.pass(MINUTE * 10_000);
    assert_eq!(rollout.decide(), Decision::Hold);
}

#[test]
fn one_bad_slice_among_good_ones_changes_nothing() {
    let mut rollout = of_orders();
    for slice in 0..20 {
        let is_bad = slice == 4;
        let canary = if is_bad { bad() } else { good() };
        // Stable fails alike in that slice, so the canary is not at fault.
        let stable = if is_bad { Some(bad()) } else { stable() };
        rollout.slice(canary, stable);
        let decided = rollout.decide();
        let expected = if slice < 9 {
            Decision::Hold
        } else {
            Decision::Promote
        };
        assert_eq!(decided, expected, "after slice {slice}");
    }
}

#[test]
fn a_failing_slice_after_the_least_duration_holds() {
    let mut rollout = of_orders();
    rollout.elapsed = MINUTE * 5;
    rollout.slice(bad(), Some(bad()));
    assert_eq!(rollout.decide(), Decision::Hold);
}

#[test]
fn five_bad_slices_in_all_roll_back() {
    let mut rollout = of_orders();
    rollout.min_duration = MINUTE * 60;
    for slice in 1..=9 {
        let is_bad = slice % 2 == 1;
        let arm = || if is_bad { bad() } else { good() };
        rollout.slice(arm(), Some(arm()));
        if slice < 9 {
            assert_eq!(rollout.told(), "hold", "after slice {slice}");
        }
    }
    assert!(
        rollout
            .told()
            .starts_with("roll back: 5 slices of the rollout failed: errors: 8.0 %")
    );
}

#[test]
fn bad_slices_of_earlier_stages_count_in_all_and_not_in_a_row() {
    let mut rollout = of_orders();
    for _ in 1..=4 {
        rollout.slice(bad(), Some(bad()));
        assert_eq!(rollout.decide(), Decision::Hold);
        rollout.analysis.next_stage();
        rollout.elapsed = Duration::ZERO;
    }
    rollout.slice(bad(), Some(bad()));
    assert!(
        rollout
            .told()
            .starts_with("roll back: 5 slices of the rollout failed")
    );
}

#[test]
fn a_paused_canary_still_rolls_back() {
    let mut rollout = of_orders();
    until_decided(&mut rollout, &counted(500, 15), None);
    rollout.phase = Phase::Paused;
    assert_eq!(rollout.decide(), Decision::Hold);
    rollout.slice(bad(), None);
    assert_eq!(rollout.decide(), Decision::Hold);
    rollout.slice(bad(), None);
    assert!(
        rollout
            .told()
            .starts_with("roll back: 2 slices in a row failed")
    );
}

#[test]
fn a_paused_canary_is_not_promoted() {
    let mut rollout = of_orders();
    rollout.phase = Phase::Paused;
    for _ in 0..20 {
        rollout.slice(good(), stable());
        assert_eq!(rollout.decide(), Decision::Hold);
    }
}

#[test]
fn a_resume_starts_the_counts_anew() {
    let mut rollout = of_orders();
    until_decided(&mut rollout, &counted(500, 15), None);
    rollout.analysis.resume(rollout.elapsed);
    assert_eq!(rollout.decide(), Decision::Hold);
    let (slices, told) = until_decided(&mut rollout, &counted(500, 15), None);
    assert_eq!(slices, 10);
    assert!(told.starts_with("pause"), "{told}");
}

#[test]
fn nothing_measured_before_a_resume_promotes_after_it() {
    let mut rollout = of_orders();
    for _ in 0..10 {
        rollout.slice(good(), stable());
    }
    assert_eq!(rollout.decide(), Decision::Promote);
    rollout.analysis.resume(rollout.elapsed);
    assert_eq!(rollout.decide(), Decision::Hold);
    rollout.slice(good(), stable());
    assert_eq!(rollout.decide(), Decision::Promote);
}

/// Reports both arms for the first 30 s, then only stable.
#[test]
fn a_canary_that_fell_silent_is_not_promoted_by_what_it_reported_before() {
    let mut rollout = of_orders();
    for _ in 0..15 {
        rollout.report("order-service", Arm::Canary, counted(10, 0));
        rollout.report("order-service", Arm::Stable, counted(900, 1));
        rollout.pass(Duration::from_secs(2));
    }
    assert_eq!(
        newest(&rollout),
        (Verdict::Pass, Duration::from_secs(30)),
        "one slice that passed"
    );
    while rollout.elapsed < MINUTE * 5 {
        rollout.report("order-service", Arm::Stable, counted(900, 1));
        rollout.pass(Duration::from_secs(2));
    }
    assert_eq!(newest(&rollout).1, Duration::from_secs(30));
    assert_eq!(rollout.decide(), Decision::Hold);
}

#[test]
fn figures_of_the_first_second_do_not_promote_after_ten() {
    let mut rollout = of_orders();
    rollout.settings.interval = Duration::from_secs(1);
    rollout.min_duration = Duration::from_secs(10);
    rollout.slice(good(), stable());
    rollout.pass(Duration::from_secs(9));
    assert_eq!(rollout.decide(), Decision::Hold);
}

#[test]
fn a_pass_is_fresh_for_two_intervals_after_it_ended() {
    for share in ["5", "100"] {
        let mut rollout = of_orders();
        rollout.share = share.parse().unwrap();
        rollout.min_duration = Duration::ZERO;
        let interval = rollout.settings.interval;
        let with_stable = stable().filter(|_| rollout.share < Share::FULL);
        rollout.slice(good(), with_stable);
        rollout.pass(interval * 2);
        assert_eq!(rollout.decide(), Decision::Promote, "at {share} %");
        rollout.pass(Duration::from_millis(1));
        assert_eq!(rollout.decide(), Decision::Hold, "at {share} %");
        // few requests, but the canary is alive and its newest slice passed
        rollout.report("order-service", Arm::Canary, counted(1, 0));
        assert_eq!(rollout.decide(), Decision::Promote, "at {share} %");
    }
}

#[test]
fn requests_in_the_open_slice_are_fresh_no_longer_than_those_of_a_closed_one() {
    let mut rollout = of_orders();
    rollout.slice(good(), stable());
    rollout.report("order-service", Arm::Canary, counted(1, 0));
    rollout.pass(MINUTE * 4);
    assert_eq!(newest(&rollout).0, Verdict::Pass);
    rollout.min_duration = Duration::ZERO;
    assert_eq!(rollout.decide(), Decision::Hold);
}

#[test]
fn a_slice_that_waited_for_stable_says_nothing_of_a_canary_silent_since() {
    let mut rollout = of_orders();
    rollout.min_duration = Duration::ZERO;
    let interval = rollout.settings.interval;
    rollout.report("order-service", Arm::Stable, counted(1, 0));
    rollout.interval(good(), None);
    rollout.pass(interval * 7);
    rollout.report("order-service", Arm::Stable, counted(2_000, 1));
    rollout.pass(interval);
    assert_eq!(newest(&rollout), (Verdict::Pass, interval * 9));
    assert_eq!(rollout.decide(), Decision::Hold);
}

#[test]
fn one_silent_application_holds_the_others() {
    let mut rollout = of(&["order-service", "payment-service"]);
    rollout.share = Share::FULL;
    rollout.min_duration = Duration::ZERO;
    rollout.report("payment-service", Arm::Canary, good());
    rollout.interval(good(), None);
    assert_eq!(rollout.decide(), Decision::Promote);
    for _ in 0..3 {
        rollout.interval(good(), None);
    }
    assert_eq!(rollout.decide(), Decision::Hold);
    rollout.report("payment-service", Arm::Canary, counted(1, 0));
    assert_eq!(rollout.decide(), Decision::Promote);
}

/// The verdict and the end of the newest slice.
fn newest(rollout: &Rollout) -> (Verdict, Duration) {
    let mut observed = rollout.analysis.observed();
    let newest = observed.next().unwrap().1.newest().unwrap();
    (newest.verdict(), newest.end)
}

#[test]
fn a_stage_without_a_least_duration_needs_a_slice_that_passes() {
    let mut rollout = of_orders();
    rollout.share = Share::FULL;
    rollout.min_duration = Duration::ZERO;
    assert_eq!(rollout.decide(), Decision::Hold);
    rollout.report("order-service", Arm::Canary, good());
    assert_eq!(rollout.decide(), Decision::Hold);
    rollout.pass(rollout.settings.interval);
    assert_eq!(rollout.decide(), Decision::Promote);
}

#[test]
fn a_failing_application_fails_the_stage_by_name() {
    let mut rollout = of(&["order-service", "payment-service"]);
    for _ in 0..2 {
        assert_eq!(rollout.decide(), Decision::Hold);
        rollout.report("payment-service", Arm::Canary, bad());
        rollout.report("payment-service", Arm::Stable, counted(2_000, 10));
        rollout.interval(good(), stable());
    }
    let told = rollout.told();
    assert!(
        told.contains("in payment-service") && !told.contains("order-service"),
        "{told}"
    );
}

#[test]
fn an_application_without_figures_holds_the_others() {
    let mut rollout = of(&["order-service", "payment-service"]);
    let (intervals, told) = until_decided(&mut rollout, &good(), stable().as_ref());
    assert_eq!(intervals, 100);
    assert!(
        told.starts_with("pause: 10 slices in a row had no data"),
        "{told}"
    );
    assert!(told.contains("in payment-service"), "{told}");
}

#[test]
fn a_failure_stands_through_the_silence_that_follows_it() {
    let mut rollout = of_orders();
    rollout.interval(bad(), stable());
    rollout.report("order-service", Arm::Canary, bad());
    rollout.report("order-service", Arm::Stable, counted(2_000, 10));
    let closed = rollout.pass(MINUTE * 1_000);
    assert_eq!(closed[0].verdict(), Verdict::Fail);
    assert!(
        closed[1..]
            .iter()
            .all(|judged| judged.verdict() == Verdict::NoData)
    );
    assert!(
        rollout
            .told()
            .starts_with("roll back: 2 slices in a row failed")
    );
}
