//! Slices follow each other without gap or overlap, and are as short as they may be.

use std::time::Duration;

use proptest::prelude::*;
use vortex_bucket::Arm;
use vortex_rollout_svc::analysis::{Finding, Judged, MAX_INTERVALS, Tally};

use crate::rollout::{Rollout, counted, of_orders};

/// A report: after so many milliseconds, of the canary, so many requests.
type Reported = (u32, bool, u64);

const INTERVAL: Duration = Duration::from_secs(1);

fn rollout() -> Rollout {
    let mut rollout = of_orders();
    rollout.settings.interval = INTERVAL;
    rollout
}

fn replay(rollout: &mut Rollout, reports: &[Reported]) -> Vec<Judged> {
    let mut closed = Vec::new();
    for (wait, is_canary, requests) in reports {
        rollout.elapsed += Duration::from_millis(u64::from(*wait));
        let arm = if *is_canary { Arm::Canary } else { Arm::Stable };
        closed.extend(rollout.report("order-service", arm, counted(*requests, 0)));
    }
    closed
}

fn tallies(judged: &Judged) -> (u64, u64) {
    let Finding::Errors(errors) = &judged.findings[0] else {
        panic!("the errors gate is the first");
    };
    (
        errors.canary.requests,
        errors.stable.unwrap_or_default().requests,
    )
}

/// The figures reported of an arm from one time to before another.
fn reported(reports: &[Reported], is_canary: bool, from: Duration, to: Duration) -> u64 {
    let mut time = Duration::ZERO;
    let mut total = 0;
    for (wait, of_canary, requests) in reports {
        time += Duration::from_millis(u64::from(*wait));
        if *of_canary == is_canary && time >= from && time < to {
            total += requests;
        }
    }
    total
}

fn reports() -> impl Strategy<Value = Vec<Reported>> {
    prop::collection::vec((0..2_500_u32, any::<bool>(), 0..120_u64), 1..150)
}

proptest! {
    #[test]
    fn they_cover_the_stage_and_every_report_is_in_one(reports in reports()) {
        let mut rollout = rollout();
        let closed = replay(&mut rollout, &reports);
        let mut end = Duration::ZERO;
        for judged in &closed {
            prop_assert_eq!(judged.start, end);
            end = judged.end;
            let of = |is_canary| reported(&reports, is_canary, judged.start, judged.end);
            prop_assert_eq!(tallies(judged), (of(true), of(false)));
        }
        let (_, observed) = rollout.analysis.observed().next().unwrap();
        let open = |is_canary| reported(&reports, is_canary, end, Duration::MAX);
        prop_assert_eq!(observed.open(Arm::Canary).requests, open(true));
        prop_assert_eq!(observed.open(Arm::Stable).requests, open(false));
    }

    #[test]
    fn they_are_the_shortest_runs_of_intervals_with_enough(reports in reports()) {
        for judged in replay(&mut rollout(), &reports) {
            let intervals = (judged.end - judged.start).div_duration_f64(INTERVAL);
            prop_assert_eq!(intervals.fract(), 0.0);
            prop_assert!(intervals >= 1.0 && intervals <= f64::from(MAX_INTERVALS));
            let enough_by = |end| {
                let canary = reported(&reports, true, judged.start, end);
                let stable = reported(&reports, false, judged.start, end);
                let never = reported(&reports, false, Duration::ZERO, end) == 0;
                canary >= 100 && (never || stable >= 100)
            };
            prop_assert!(enough_by(judged.end) || intervals == f64::from(MAX_INTERVALS));
            prop_assert!(!enough_by(judged.end - INTERVAL));
        }
    }

    #[test]
    fn time_that_passes_without_reports_changes_no_slice(
        reports in reports(), at in any::<prop::sample::Index>(),
    ) {
        let mut once = rollout();
        let expected = replay(&mut once, &reports);
        let (before, after) = reports.split_at(at.index(reports.len()));
        let mut twice = rollout();
        let mut closed = replay(&mut twice, before);
        let stage_time = twice.elapsed;
        let wait = after.first().map_or(0, |(wait, _, _)| *wait);
        closed.extend(twice.pass(Duration::from_millis(u64::from(wait / 2))));
        twice.elapsed = stage_time;
        closed.extend(replay(&mut twice, after));
        prop_assert_eq!(closed, expected);
        prop_assert_eq!(twice.analysis, once.analysis);
    }
}

#[test]
fn of_a_silence_a_hundred_slices_are_made() {
    let mut rollout = rollout();
    rollout.report("order-service", Arm::Canary, counted(7, 1));
    assert_eq!(rollout.pass(Duration::from_secs(1_000_000_000)).len(), 101);
    assert_eq!(rollout.pass(INTERVAL * MAX_INTERVALS).len(), 1);
    rollout.elapsed = Duration::MAX;
    assert!(rollout.pass(Duration::ZERO).len() <= 101);
}

#[test]
fn both_arms_can_be_seen_while_a_slice_is_open() {
    let mut rollout = rollout();
    rollout.report("order-service", Arm::Canary, counted(70, 1));
    rollout.report("order-service", Arm::Stable, counted(900, 2));
    let (_, observed) = rollout.analysis.observed().next().unwrap();
    let tally = |requests, errors| Tally { requests, errors };
    assert_eq!(observed.open(Arm::Canary), tally(70, 1));
    assert_eq!(observed.open(Arm::Stable), tally(900, 2));
}
