//! A rollout for tests, to which reports are given slice by slice.

use std::time::Duration;

use vortex_bucket::{Arm, Share};
use vortex_rollout_svc::analysis::{
    Analysis, Application, Decision, Figures, Judged, JudgedStage, Phase, Settings,
};
use vortex_sketch::Sketch;

/// A rollout of one or more applications, and the time in its stage.
pub(crate) struct Rollout {
    pub(crate) analysis: Analysis,
    pub(crate) settings: Settings,
    pub(crate) share: Share,
    pub(crate) min_duration: Duration,
    pub(crate) elapsed: Duration,
    pub(crate) phase: Phase,
}

/// The figures of an arm.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    requests: u64,
    errors: u64,
    latency: Sketch,
}

/// Figures of this many requests, of which this many failed.
pub(crate) fn counted(requests: u64, errors: u64) -> Counted {
    Counted {
        requests,
        errors,
        latency: Sketch::default(),
    }
}

impl Counted {
    /// Adds this many latencies of this many milliseconds.
    pub(crate) fn taking(mut self, count: u32, milliseconds: f64) -> Self {
        for _ in 0..count {
            self.latency
                .record(Duration::from_secs_f64(milliseconds / 1e3));
        }
        self
    }

    pub(crate) fn figures(self) -> Figures {
        Figures::new(self.requests, self.errors, self.latency).unwrap()
    }
}

pub(crate) fn application(name: &str) -> Application {
    Application::new(name)
}

/// A rollout of `order-service` at 5 %, in a stage of five minutes.
pub(crate) fn of_orders() -> Rollout {
    of(&["order-service"])
}

pub(crate) fn of(names: &[&str]) -> Rollout {
    Rollout {
        analysis: Analysis::begin(names.iter().copied().map(application)).unwrap(),
        settings: Settings::default(),
        share: Share::from_hundredths(500).unwrap(),
        min_duration: Duration::from_secs(300),
        elapsed: Duration::ZERO,
        phase: Phase::Running,
    }
}

impl Rollout {
    pub(crate) fn stage(&self) -> JudgedStage<'_> {
        JudgedStage {
            settings: &self.settings,
            share: self.share,
            min_duration: self.min_duration,
            is_asked: false,
        }
    }

    /// Reports an arm of an application now.
    pub(crate) fn report(&mut self, name: &str, arm: Arm, counted: Counted) -> Vec<Judged> {
        let stage = JudgedStage {
            settings: &self.settings,
            share: self.share,
            min_duration: self.min_duration,
            is_asked: false,
        };
        self.analysis
            .report(
                &application(name),
                arm,
                counted.figures(),
                &stage,
                self.elapsed,
            )
            .unwrap()
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, time: Duration) -> Vec<Judged> {
        self.elapsed += time;
        let stage = JudgedStage {
            settings: &self.settings,
            share: self.share,
            min_duration: self.min_duration,
            is_asked: false,
        };
        self.analysis.advance(&stage, self.elapsed)
    }

    /// Reports one interval of `order-service`, and answers the slices that it closed.
    pub(crate) fn interval(&mut self, canary: Counted, stable: Option<Counted>) -> Vec<Judged> {
        self.report("order-service", Arm::Canary, canary);
        if let Some(stable) = stable {
            self.report("order-service", Arm::Stable, stable);
        }
        self.pass(self.settings.interval)
    }

    /// Reports one interval that is a slice.
    pub(crate) fn slice(&mut self, canary: Counted, stable: Option<Counted>) -> Judged {
        let mut closed = self.interval(canary, stable);
        assert_eq!(closed.len(), 1);
        closed.remove(0)
    }

    pub(crate) fn decide(&self) -> Decision {
        self.analysis
            .decide(&self.stage(), self.elapsed, self.phase)
    }

    /// The decision as a sentence.
    pub(crate) fn told(&self) -> String {
        match self.decide() {
            Decision::Hold => "hold".to_owned(),
            Decision::Promote => "promote".to_owned(),
            Decision::RollBack(cause) => format!("roll back: {cause}"),
            Decision::Pause(cause) => format!("pause: {cause}"),
            Decision::Resume(slices) => format!("resume: {slices}"),
        }
    }
}
