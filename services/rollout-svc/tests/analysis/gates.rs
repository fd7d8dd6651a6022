//! The verdicts of gates on slices, and the sentences that explain them.

use std::time::Duration;

use vortex_bucket::Share;
use vortex_rollout_svc::analysis::{Judged, Verdict};

use crate::rollout::{Counted, Rollout, counted, of_orders};

fn first_slice(canary: Counted, stable: Option<Counted>) -> (Verdict, String) {
    told(of_orders().slice(canary, stable))
}

fn told(judged: Judged) -> (Verdict, String) {
    (judged.verdict(), judged.to_string())
}

fn at_full_share() -> Rollout {
    Rollout {
        share: Share::FULL,
        ..of_orders()
    }
}

fn fine() -> Option<Counted> {
    Some(counted(1_000, 5))
}

#[test]
fn errors_above_the_limit_fail_without_stable() {
    let (verdict, told) = first_slice(counted(412, 33), None);
    assert_eq!(verdict, Verdict::Fail);
    assert_eq!(
        told,
        "errors: 8.0 % of 412 requests in order-service, above 5 % (p = 0.006)"
    );
}

#[test]
fn few_errors_above_the_limit_may_be_chance() {
    let (verdict, told) = first_slice(counted(100, 8), fine().map(|_| counted(100, 7)));
    assert_eq!(verdict, Verdict::Inconclusive);
    assert_eq!(
        told,
        "errors: 8.0 % of 100 requests in order-service, above 5 %, which may be chance (p = 0.128)"
    );
}

#[test]
fn three_percent_are_inconclusive_with_and_without_stable() {
    let told = "errors: 3.0 % of 400 requests in order-service, success is below 99 %";
    for stable in [None, Some(counted(400, 12))] {
        let judged = first_slice(counted(400, 12), stable);
        assert_eq!(judged, (Verdict::Inconclusive, told.to_owned()));
    }
}

#[test]
fn far_fewer_errors_in_stable_fail_the_canary() {
    let (verdict, told) = first_slice(counted(800, 24), Some(counted(8_000, 40)));
    assert_eq!(verdict, Verdict::Fail);
    let (before, after) = told.split_once(" times likelier").unwrap();
    assert!(
        before.starts_with(
            "errors: 3.0 % of 800 requests in order-service, 0.50 % of 8000 requests in stable; \
             together 3.0 % of 800 requests against 0.50 % of 8000 requests, "
        ),
        "{told}"
    );
    assert_eq!(after, " if the canary is worse (200 are needed)");
}

#[test]
fn a_canary_that_was_found_worse_and_is_not_in_this_slice_is_inconclusive() {
    let mut rollout = of_orders();
    assert_eq!(
        rollout
            .slice(counted(800, 24), Some(counted(8_000, 40)))
            .verdict(),
        Verdict::Fail
    );
    assert_eq!(
        rollout
            .slice(counted(800, 1), Some(counted(8_000, 40)))
            .verdict(),
        Verdict::Inconclusive
    );
}

#[test]
fn a_fine_canary_passes_beside_stable_only() {
    assert_eq!(
        first_slice(counted(512, 2), fine()),
        (
            Verdict::Pass,
            "errors: 0.39 % of 512 requests in order-service, success is at least 99 %".to_owned()
        )
    );
    assert_eq!(
        first_slice(counted(512, 2), None),
        (
            Verdict::NoData,
            "errors: 0.39 % of 512 requests in order-service, and 0 requests of stable to compare \
             with, 100 are needed"
                .to_owned()
        )
    );
}

#[test]
fn at_a_full_share_the_limits_judge_alone() {
    for (canary, verdict) in [
        (counted(512, 2), Verdict::Pass),
        (counted(512, 15), Verdict::Inconclusive),
        (counted(512, 50), Verdict::Fail),
        (counted(512, 2).taking(512, 900.0), Verdict::Pass),
    ] {
        assert_eq!(at_full_share().slice(canary, None).verdict(), verdict);
    }
}

#[test]
fn latencies_half_again_as_long_as_stables_fail() {
    let (verdict, told) = first_slice(
        counted(500, 0).taking(500, 412.0),
        Some(counted(400, 0).taking(400, 200.0)),
    );
    assert_eq!(verdict, Verdict::Fail);
    assert_eq!(
        told,
        "latency: p99 of 411 ms in 500 requests in order-service, 200 ms in 400 in stable, above \
         300 ms (p < 0.001)"
    );
}

#[test]
fn latencies_longer_by_less_than_ten_milliseconds_pass() {
    let stable = || Some(counted(400, 0).taking(400, 4.0));
    let passes = first_slice(counted(400, 0).taking(400, 13.0), stable());
    assert_eq!(passes.0, Verdict::Pass);
    let fails = first_slice(counted(400, 0).taking(400, 15.0), stable());
    assert_eq!(fails.0, Verdict::Fail);
}

#[test]
fn a_few_slow_requests_may_be_chance() {
    let (verdict, told) = first_slice(
        counted(100, 0).taking(98, 50.0).taking(2, 500.0),
        Some(counted(100, 0).taking(100, 50.0)),
    );
    assert_eq!(verdict, Verdict::Inconclusive);
    assert!(
        told.ends_with(", above 75 ms, which may be chance (p = 0.264)"),
        "{told}"
    );
}

#[test]
fn latencies_of_stable_in_doubt_are_given_their_doubt() {
    // Stable's longest latency stays below the limit that its p99 makes, as does one in a hundred
    // here.
    let stable = counted(1_000, 0).taking(989, 100.0).taking(11, 300.0);
    let canary = counted(1_000, 0).taking(985, 100.0).taking(15, 300.0);
    assert_eq!(first_slice(canary, Some(stable)).0, Verdict::Pass);
    let stable = counted(100, 0).taking(99, 100.0).taking(1, 300.0);
    let canary = counted(100, 0).taking(95, 100.0).taking(5, 300.0);
    assert_eq!(first_slice(canary, Some(stable)).0, Verdict::Inconclusive);
}

#[test]
fn latencies_that_nobody_measures_do_not_count() {
    let judged = of_orders().slice(counted(512, 2), fine());
    assert_eq!(judged.findings.len(), 1);
}

#[test]
fn latencies_of_one_arm_alone_are_no_data() {
    for (canary, stable, needed) in [
        (
            counted(500, 0),
            counted(400, 0).taking(400, 9.0),
            "0 latencies of the canary",
        ),
        (
            counted(500, 0).taking(500, 9.0),
            counted(400, 0),
            "0 latencies of stable",
        ),
        (
            counted(500, 0).taking(99, 9.0),
            counted(400, 0).taking(400, 9.0),
            "99 latencies of the canary",
        ),
    ] {
        let (verdict, told) = first_slice(canary, Some(stable));
        assert_eq!(verdict, Verdict::NoData);
        assert!(told.contains(needed), "{told}");
    }
}

#[test]
fn a_limit_on_latency_that_is_set_judges_without_stable() {
    let with_limit = |mut rollout: Rollout| {
        rollout.settings.thresholds.max_latency_p99 = Some(Duration::from_millis(250));
        rollout
    };
    for (canary, verdict) in [
        (counted(500, 0).taking(500, 200.0), Verdict::Pass),
        (counted(500, 0).taking(500, 300.0), Verdict::Fail),
        (counted(500, 0), Verdict::NoData),
    ] {
        let mut rollout = with_limit(at_full_share());
        assert_eq!(rollout.slice(canary, None).verdict(), verdict);
    }
    let mut beside_stable = with_limit(of_orders());
    let stable = counted(500, 0).taking(500, 290.0);
    let judged = beside_stable.slice(counted(500, 0).taking(500, 300.0), Some(stable));
    assert!(
        judged.to_string().ends_with(", above 250 ms (p < 0.001)"),
        "{judged}"
    );
}

#[test]
fn too_few_requests_are_no_data_whatever_failed() {
    let mut rollout = of_orders();
    rollout.interval(counted(99, 99), fine());
    let closed = rollout.pass(rollout.settings.interval * 9);
    assert_eq!(
        told(closed[0].clone()),
        (
            Verdict::NoData,
            "errors: 99 requests of the canary in order-service, 100 are needed".to_owned()
        )
    );
}
