//! Measures a report in the domain, slices and verdicts included:
//! `cargo bench -p vortex-rollout-svc`.
//!
//! Ten thousand rollouts report both arms every second, in turn, so that none is in the cache.

use std::time::Duration;

use criterion::Criterion;
use vortex_bucket::{Arm, Share};
use vortex_rollout_svc::analysis::{Analysis, Application, Figures, JudgedStage, Phase, Settings};
use vortex_sketch::{Interpolation, Mapping, Parts, Sketch};

const ROLLOUTS: usize = 10_000;

/// The rollouts, and the index of the next to report.
struct Reporting {
    rollouts: Vec<Analysis>,
    orders: Application,
    parts: Parts,
    next: usize,
    elapsed: Duration,
}

impl Reporting {
    fn new(interpolation: Interpolation) -> Self {
        let orders = Application::new("order-service");
        let rollout = Analysis::begin([orders.clone()]);
        Self {
            rollouts: rollout.into_iter().cycle().take(ROLLOUTS).collect(),
            orders,
            parts: parts(interpolation),
            next: 0,
            elapsed: Duration::ZERO,
        }
    }

    /// Reports both arms of the next rollout, and applies the decision.
    fn report(&mut self, stage: &JudgedStage<'_>) {
        if self.next == ROLLOUTS {
            self.next = 0;
            self.elapsed += Duration::from_secs(1);
        }
        let rollout = &mut self.rollouts[self.next];
        self.next += 1;
        for arm in [Arm::Canary, Arm::Stable] {
            let latency = Sketch::from_parts(&self.parts).unwrap_or_default();
            let figures = Figures::new(100, 0, latency).unwrap_or_default();
            let reported = rollout.report(&self.orders, arm, figures, stage, self.elapsed);
            std::hint::black_box(reported).ok();
        }
        std::hint::black_box(rollout.decide(stage, self.elapsed, Phase::Running));
    }
}

/// A sketch of a hundred latencies from 5 to 500 ms.
fn parts(interpolation: Interpolation) -> Parts {
    let mut sketch = Sketch::default();
    for number in 1..=100 {
        sketch.record(Duration::from_millis(5 * number));
    }
    let mapping = Mapping {
        interpolation,
        ..Mapping::OURS
    };
    Parts {
        unit: 1.0,
        mapping,
        ..sketch.parts()
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let settings = Settings::default();
    let stage = JudgedStage {
        settings: &settings,
        share: Share::from_hundredths(500).unwrap_or(Share::FULL),
        min_duration: Duration::from_secs(300),
        is_asked: false,
    };
    for interpolation in [Interpolation::None, Interpolation::Cubic] {
        let mut reporting = Reporting::new(interpolation);
        let name = format!("both arms of a rollout, interpolation {interpolation:?}");
        criterion.bench_function(&name, |bencher| bencher.iter(|| reporting.report(&stage)));
    }
    criterion.final_summary();
}
