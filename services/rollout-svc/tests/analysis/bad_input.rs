//! Input that is refused, and the errors that say so.

use std::time::Duration;

use vortex_bucket::Arm;
use vortex_rollout_svc::analysis::{Analysis, Figures, NoApplication, Settings};
use vortex_sketch::Sketch;

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
            refused(|settings| settings.min_requests = 1_000_001),
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
