//! Gates by their baselines, outages that both arms share, and pauses that slices end.

use std::time::Duration;

use vortex_bucket::{Arm, Share};
use vortex_rollout_svc::analysis::{Baseline, OnFailure, Phase, Verdict};

use crate::rollout::{Counted, Rollout, counted, of_orders};

fn by(baseline: Baseline) -> Rollout {
    let mut rollout = of_orders();
    rollout.settings.thresholds.errors_baseline = baseline;
    rollout
}

fn by_latency(baseline: Baseline) -> Rollout {
    let mut rollout = of_orders();
    rollout.settings.thresholds.latency_baseline = baseline;
    rollout.settings.thresholds.max_latency_p99 = Some(Duration::from_millis(250));
    rollout
}

/// So many requests, all of which take so many milliseconds.
fn timed(milliseconds: f64) -> Counted {
    counted(500, 0).taking(500, milliseconds)
}

fn verdict(rollout: &mut Rollout, canary: Counted, stable: Option<Counted>) -> Verdict {
    rollout.slice(canary, stable).verdict()
}

/// An arm with a fifth of errors.
fn down() -> Counted {
    counted(500, 100)
}

#[test]
fn an_outage_of_both_arms_fails_only_where_the_comparison_is_not_needed() {
    for (baseline, expected) in [
        (Baseline::Either, Verdict::Fail),
        (Baseline::Absolute, Verdict::Fail),
        (Baseline::Relative, Verdict::Inconclusive),
        (Baseline::Both, Verdict::Inconclusive),
    ] {
        let found = verdict(&mut by(baseline), down(), Some(down()));
        assert_eq!(found, expected, "{baseline:?}");
    }
}

#[test]
fn a_shared_outage_pauses_as_soon_as_failures_would_roll_back() {
    for baseline in [Baseline::Relative, Baseline::Both] {
        let mut rollout = by(baseline);
        rollout.slice(down(), Some(down()));
        assert_eq!(rollout.told(), "hold");
        rollout.slice(down(), Some(down()));
        assert_eq!(
            rollout.told(),
            "pause: shared outage: both arms were beyond a limit in 2 slices in a row: errors: \
             20.0 % of 500 requests in order-service, 20.0 % of 500 requests in stable, both \
             above 5 %"
        );
    }
}

#[test]
fn a_bad_canary_fails_by_every_baseline() {
    for baseline in [
        Baseline::Either,
        Baseline::Absolute,
        Baseline::Relative,
        Baseline::Both,
    ] {
        let found = verdict(&mut by(baseline), down(), Some(counted(2_000, 10)));
        assert_eq!(found, Verdict::Fail, "{baseline:?}");
    }
}

#[test]
fn a_canary_that_is_worse_within_the_limit_fails_by_the_comparison_only() {
    for (baseline, expected) in [
        (Baseline::Either, Verdict::Fail),
        (Baseline::Absolute, Verdict::Inconclusive),
        (Baseline::Relative, Verdict::Fail),
        (Baseline::Both, Verdict::Inconclusive),
    ] {
        let found = verdict(
            &mut by(baseline),
            counted(5_000, 150),
            Some(counted(50_000, 50)),
        );
        assert_eq!(found, expected, "{baseline:?}");
    }
}

#[test]
fn errors_that_both_arms_always_have_pass_by_the_comparison_only() {
    for (baseline, expected) in [
        (Baseline::Either, Verdict::Inconclusive),
        (Baseline::Absolute, Verdict::Inconclusive),
        (Baseline::Relative, Verdict::Pass),
        (Baseline::Both, Verdict::Inconclusive),
    ] {
        let found = verdict(&mut by(baseline), counted(500, 15), Some(counted(500, 15)));
        assert_eq!(found, expected, "{baseline:?}");
    }
}

#[test]
fn without_stable_nothing_fails_where_the_comparison_is_needed() {
    for baseline in [Baseline::Relative, Baseline::Both] {
        let mut rollout = by(baseline);
        rollout.share = Share::FULL;
        let judged = rollout.slice(down(), None);
        assert_eq!(judged.verdict(), Verdict::Inconclusive);
        assert_eq!(
            judged.to_string(),
            "errors: 20.0 % of 500 requests in order-service, above 5 %, and there is no stable \
             arm to compare it with"
        );
        let found = verdict(&mut rollout, counted(500, 1), None);
        assert_eq!(found, Verdict::Pass);
    }
}

#[test]
fn a_stable_arm_that_reports_too_little_fails_nothing_where_the_comparison_is_needed() {
    for baseline in [Baseline::Relative, Baseline::Both] {
        let mut rollout = by(baseline);
        let first = rollout.slice(down(), Some(counted(500, 1)));
        assert_eq!(first.verdict(), Verdict::Fail);
        // the test has found it worse, and then stable's reporter dies: the slice waits for it, and
        // is judged without
        let closed = (0..100).find_map(|_| rollout.interval(down(), Some(counted(0, 0))).pop());
        let judged = closed.expect("a slice waits only so long");
        assert_eq!(judged.verdict(), Verdict::Inconclusive, "{judged}");
        let why = "stable has too few requests to compare it with";
        assert!(judged.to_string().contains(why), "{judged}");
    }
}

#[test]
fn slowness_without_enough_of_stable_is_not_taken_for_silence() {
    let mut rollout = by_latency(Baseline::Relative);
    let few = || Some(counted(500, 0).taking(1, 50.0));
    let slow = verdict(&mut rollout, timed(400.0), few());
    assert_eq!(slow, Verdict::Inconclusive);
    let mut rollout = by_latency(Baseline::Relative);
    let fast = verdict(&mut rollout, timed(50.0), few());
    assert_eq!(fast, Verdict::NoData);
}

#[test]
fn the_absolute_baseline_waits_for_no_comparison() {
    let mut rollout = by(Baseline::Absolute);
    let found = verdict(&mut rollout, counted(500, 1), None);
    assert_eq!(found, Verdict::Pass);
    let mut compared = by(Baseline::Either);
    let found = verdict(&mut compared, counted(500, 1), None);
    assert_eq!(found, Verdict::NoData);
}

#[test]
fn latencies_are_judged_by_their_own_baseline() {
    // canary, stable: verdicts by either, absolute, relative, both
    use Verdict::{Fail, Inconclusive, Pass};
    for (canary, stable, expected) in [
        (400.0, 400.0, [Fail, Fail, Inconclusive, Inconclusive]),
        (400.0, 50.0, [Fail, Fail, Fail, Fail]),
        (200.0, 50.0, [Fail, Pass, Fail, Inconclusive]),
        (50.0, 50.0, [Pass, Pass, Pass, Pass]),
    ] {
        let baselines = [
            Baseline::Either,
            Baseline::Absolute,
            Baseline::Relative,
            Baseline::Both,
        ];
        for (baseline, expected) in baselines.into_iter().zip(expected) {
            let mut rollout = by_latency(baseline);
            let found = verdict(&mut rollout, timed(canary), Some(timed(stable)));
            assert_eq!(found, expected, "{canary} ms, {stable} ms, {baseline:?}");
        }
    }
}

#[test]
fn slowness_of_both_arms_is_a_shared_outage() {
    let mut rollout = by_latency(Baseline::Both);
    rollout.slice(timed(400.0), Some(timed(400.0)));
    rollout.slice(timed(400.0), Some(timed(400.0)));
    let told = rollout.told();
    assert!(told.starts_with("pause: shared outage: "), "{told}");
    assert!(told.contains("both above 250 ms"), "{told}");
}

#[test]
fn slices_that_pass_in_a_row_end_a_pause() {
    let mut rollout = by(Baseline::Both);
    rollout.settings.resume_after_passes = 3;
    rollout.phase = Phase::Clearing;
    let good = || counted(500, 1);
    for canary in [good(), good(), down(), good(), good()] {
        rollout.slice(canary.clone(), Some(canary));
        assert_eq!(rollout.told(), "hold");
    }
    rollout.slice(good(), Some(good()));
    assert_eq!(rollout.told(), "resume: 3");
    rollout.settings.resume_after_passes = 0;
    assert_eq!(rollout.told(), "hold");
}

#[test]
fn a_canary_that_fell_silent_does_not_end_a_pause() {
    let mut rollout = by(Baseline::Both);
    rollout.settings.resume_after_passes = 1;
    rollout.phase = Phase::Clearing;
    rollout.slice(counted(500, 1), Some(counted(500, 1)));
    assert_eq!(rollout.told(), "resume: 1");
    rollout.pass(rollout.settings.interval * 3);
    assert_eq!(rollout.told(), "hold");
}

#[test]
fn failures_pause_where_they_are_told_to_and_then_nothing_ends_the_pause() {
    let mut rollout = of_orders();
    rollout.settings.on_failure = OnFailure::Pause;
    rollout.settings.resume_after_passes = 1;
    for _ in 0..2 {
        rollout.slice(down(), Some(counted(500, 1)));
    }
    let told = rollout.told();
    assert!(
        told.starts_with("pause: 2 slices in a row failed"),
        "{told}"
    );
    rollout.phase = Phase::Clearing;
    rollout.slice(counted(500, 1), Some(counted(500, 1)));
    assert_eq!(rollout.told(), "hold");
}

#[test]
fn an_open_slice_is_judged_by_the_settings_that_it_began_by() {
    let mut rollout = of_orders();
    let failing = || counted(500, 40);
    rollout.report("order-service", Arm::Canary, failing());
    let before = rollout.settings.clone().into();
    rollout.settings.thresholds.max_error_rate = 0.2;
    rollout.settings.thresholds.min_success_rate = 0.8;
    rollout.analysis.keep_for_open(&before);
    // a second edit within the same slice changes nothing about it either
    let between = rollout.settings.clone().into();
    rollout.settings.on_failure = OnFailure::Pause;
    rollout.analysis.keep_for_open(&between);
    let closed = rollout.interval(counted(0, 0), Some(counted(500, 40)));
    assert_eq!(closed[0].verdict(), Verdict::Fail);
    let next = rollout.slice(failing(), Some(failing()));
    assert_eq!(next.verdict(), Verdict::Pass);
}

#[test]
fn slices_that_passed_by_earlier_settings_end_no_pause() {
    let mut rollout = by(Baseline::Both);
    rollout.settings.resume_after_passes = 2;
    rollout.phase = Phase::Clearing;
    let good = || counted(500, 1);
    rollout.slice(good(), Some(good()));
    let before = rollout.settings.clone().into();
    rollout.settings.thresholds.max_error_rate = 0.04;
    rollout.analysis.keep_for_open(&before);
    rollout.slice(good(), Some(good()));
    rollout.slice(good(), Some(good()));
    assert_eq!(rollout.told(), "hold");
    rollout.slice(good(), Some(good()));
    assert_eq!(rollout.told(), "resume: 2");
}

#[test]
fn a_failure_that_comes_while_a_pause_ends_still_counts() {
    let mut rollout = by(Baseline::Both);
    rollout.settings.resume_after_passes = 1;
    rollout.settings.consecutive_failures = 1;
    rollout.phase = Phase::Clearing;
    rollout.slice(counted(500, 1), Some(counted(500, 1)));
    assert_eq!(rollout.told(), "resume: 1");
    rollout.slice(down(), Some(counted(500, 1)));
    rollout.analysis.clear();
    rollout.phase = Phase::Running;
    let told = rollout.told();
    assert!(told.starts_with("roll back: "), "{told}");
}
