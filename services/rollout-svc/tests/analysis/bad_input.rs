//! What is refused, and how that is said.

use std::time::Duration;

use vortex_bucket::Arm;
use vortex_rollout_svc::domain::analysis::{
    Analysis, Figures, Interpolation, Mapping, NoApplication, Parts, Settings, Sketch,
};

use crate::rollout::{application, counted, of_orders};

fn refused(change: impl FnOnce(&mut Settings)) -> String {
    let mut settings = Settings::default();
    assert_eq!(settings.check(), Ok(()));
    change(&mut settings);
    settings.check().unwrap_err().to_string()
}

#[test]
fn settings_out_of_their_range_are_named() {
    for (told, setting) in [
        (
            refused(|settings| settings.interval = Duration::ZERO),
            "interval",
        ),
        (
            refused(|settings| settings.interval = Duration::MAX),
            "interval",
        ),
        (
            refused(|settings| settings.min_requests = 0),
            "min_requests",
        ),
        (
            refused(|settings| settings.consecutive_failures = 0),
            "consecutive_failures",
        ),
        (
            refused(|settings| settings.max_failures = 0),
            "max_failures",
        ),
        (
            refused(|settings| settings.inconclusive_limit = 101),
            "inconclusive_limit",
        ),
        (
            refused(|settings| settings.no_data_limit = 0),
            "no_data_limit",
        ),
        (
            refused(|settings| settings.thresholds.max_error_rate = f64::NAN),
            "max_error_rate",
        ),
        (
            refused(|settings| settings.thresholds.min_success_rate = -0.1),
            "min_success_rate",
        ),
        (
            refused(|settings| settings.thresholds.max_latency_ratio = f64::INFINITY),
            "max_latency_ratio",
        ),
        (
            refused(|settings| settings.thresholds.max_latency_p99 = Some(Duration::ZERO)),
            "max_latency_p99",
        ),
    ] {
        assert!(told.starts_with(&format!("{setting} is ")), "{told}");
    }
    assert_eq!(
        refused(|settings| settings.interval = Duration::from_millis(99)),
        "interval is 99ms, but must be from 100ms to 3600s"
    );
}

#[test]
fn figures_that_can_not_be_are_refused() {
    let figures = |requests, errors| Figures::new(requests, errors, Sketch::default());
    assert_eq!(
        figures(10, 11).unwrap_err().to_string(),
        "11 errors are more than 10 requests"
    );
    assert!(
        figures(u64::MAX, 0)
            .unwrap_err()
            .to_string()
            .contains("are more than the 1000000000")
    );
}

#[test]
fn unknown_applications_are_refused_and_nothing_changes() {
    let mut rollout = of_orders();
    let before = rollout.analysis.clone();
    let stage = rollout.stage();
    let mut analysis = before.clone();
    let unknown = application("payment-service");
    let refused = analysis.report(
        &unknown,
        Arm::Canary,
        counted(1, 0).figures(),
        &stage,
        Duration::ZERO,
    );
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the rollout doesn't judge payment-service"
    );
    assert_eq!(analysis, before);
    rollout.analysis = analysis;
    assert_eq!(Analysis::begin([]), Err(NoApplication));
}

fn parts() -> Parts {
    Parts {
        unit: 1.0,
        mapping: Mapping::OURS,
        contiguous: vec![1.0, 2.0],
        contiguous_first: -100,
        sparse: vec![(7, 3.0)],
        zero: 0.0,
    }
}

fn refused_parts(change: impl FnOnce(&mut Parts)) -> String {
    let mut parts = parts();
    assert!(Sketch::from_parts(&parts).is_ok());
    change(&mut parts);
    Sketch::from_parts(&parts).unwrap_err().to_string()
}

#[test]
fn sketches_that_can_not_be_are_refused() {
    for (told, why) in [
        (
            refused_parts(|parts| parts.contiguous[1] = f64::NAN),
            "a bin counts NaN",
        ),
        (
            refused_parts(|parts| parts.sparse[0].1 = -1.0),
            "a bin counts -1",
        ),
        (
            refused_parts(|parts| parts.zero = f64::INFINITY),
            "a bin counts inf",
        ),
        (
            refused_parts(|parts| parts.zero = 1e13),
            "latencies, 1000000000000 at most",
        ),
        (
            refused_parts(|parts| parts.mapping.gamma = 1.0),
            "a mapping with gamma 1 ",
        ),
        (
            refused_parts(|parts| parts.mapping.gamma = f64::NAN),
            "a mapping with gamma NaN",
        ),
        (
            refused_parts(|parts| parts.mapping.index_offset = 1e300),
            "a mapping with gamma",
        ),
        (
            refused_parts(|parts| parts.mapping.gamma = 2.0),
            "accurate to 33.3 %",
        ),
        (
            refused_parts(|parts| {
                parts.mapping.gamma = 1.11;
                parts.mapping.interpolation = Interpolation::Linear;
            }),
            "accurate to 7.5 %",
        ),
        (
            refused_parts(|parts| parts.contiguous.resize(5_000, 0.0)),
            "5001 bins, 4096 at most",
        ),
        (
            refused_parts(|parts| parts.sparse[0].0 = 700),
            "is for latencies above",
        ),
        (
            refused_parts(|parts| parts.sparse[0].0 = i32::MAX),
            "is for latencies above",
        ),
        (
            refused_parts(|parts| parts.contiguous_first = i32::MAX),
            "is for latencies above",
        ),
    ] {
        assert!(told.contains(why), "{told}");
    }
}
