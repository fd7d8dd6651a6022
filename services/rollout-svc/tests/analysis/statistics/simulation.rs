//! One rollout, driven as the service drives it.

use std::time::Duration;

use fastrand::Rng;
use vortex_bucket::{Arm, Share};
use vortex_rollout_svc::analysis::{
    Analysis, Application, Baseline, Decision, Figures, JudgedStage, Phase, Settings,
};
use vortex_sketch::Sketch;

use super::draw::{Binomial, latencies};

/// The stages of the strategy `conservative`, in percent and minutes.
const STAGES: [(u16, u64); 5] = [(1, 5), (5, 5), (25, 10), (50, 10), (100, 0)];

/// The number of intervals, an hour, after which a rollout that has not ended is given up.
const PATIENCE: u32 = 120;

/// The behaviour of a rollout's arms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub(super) traffic: Traffic,
    pub(super) canary_rate: f64,
    pub(super) stable_rate: f64,
    pub(super) baseline: Baseline,
}

/// The number of requests in a slice.
#[derive(Debug, Clone, Copy)]
pub(super) enum Traffic {
    /// 100 to 1,000 of each arm, drawn separately: the smallest samples that are compared.
    Alike,
    /// 100 to 1,000 of the canary, and as many of stable as the share divides them.
    Divided,
    /// 100 to 300 of each arm, each with a latency; the canary's are this many times stable's.
    Timed(f64),
}

/// The end of a rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Completed,
    RolledBack,
    /// It waits for an operator, or has not ended.
    Waits,
}

/// The outcome of one rollout.
pub(super) struct Outcome {
    pub(super) end: End,
    pub(super) paused: bool,
    pub(super) canary_requests: u64,
}

pub(super) struct Simulation<'a> {
    case: Case,
    rng: &'a mut Rng,
    binomial: &'a Binomial,
    orders: Application,
    settings: Settings,
    analysis: Analysis,
    stage: usize,
    elapsed: Duration,
    canary_requests: u64,
}

impl<'a> Simulation<'a> {
    pub(super) fn new(case: Case, rng: &'a mut Rng, binomial: &'a Binomial) -> Self {
        let orders = Application::new("order-service");
        let mut settings = Settings::default();
        settings.thresholds.errors_baseline = case.baseline;
        Self {
            case,
            rng,
            binomial,
            settings,
            analysis: Analysis::begin([orders.clone()]).unwrap(),
            orders,
            stage: 0,
            elapsed: Duration::ZERO,
            canary_requests: 0,
        }
    }

    /// Runs to the end, past a pause too: the gates of a paused rollout still apply.
    pub(super) fn run(mut self) -> Outcome {
        let mut phase = Phase::Running;
        for _ in 0..PATIENCE {
            match self.interval(phase) {
                Decision::Hold => {}
                Decision::Promote if self.stage + 1 == STAGES.len() => {
                    return self.end(End::Completed, phase);
                }
                Decision::Promote => self.promote(),
                Decision::RollBack(_) => return self.end(End::RolledBack, phase),
                Decision::Pause(_) => phase = Phase::Paused,
                Decision::Resume(_) => unreachable!("it is resumed only if it is clearing"),
            }
        }
        self.end(End::Waits, phase)
    }

    fn end(self, end: End, phase: Phase) -> Outcome {
        Outcome {
            end,
            paused: phase == Phase::Paused,
            canary_requests: self.canary_requests,
        }
    }

    fn promote(&mut self) {
        self.stage += 1;
        self.elapsed = Duration::ZERO;
        self.analysis.next_stage();
    }

    /// Reports both arms in the middle of an interval, and decides at its end.
    fn interval(&mut self, phase: Phase) -> Decision {
        let (percent, minutes) = STAGES[self.stage];
        let arms = self.arms(percent);
        let stage = JudgedStage {
            settings: &self.settings,
            share: Share::from_hundredths(percent * 100).unwrap(),
            min_duration: Duration::from_secs(60 * minutes),
            is_asked: false,
        };
        let reported = self.elapsed + self.settings.interval / 2;
        self.elapsed += self.settings.interval;
        for (arm, figures) in arms {
            self.analysis
                .report(&self.orders, arm, figures, &stage, reported)
                .unwrap();
        }
        let closed = self.analysis.advance(&stage, self.elapsed);
        assert_eq!(closed.len(), 1, "an interval is a slice");
        self.analysis.decide(&stage, self.elapsed, phase)
    }

    fn arms(&mut self, percent: u16) -> Vec<(Arm, Figures)> {
        let most = match self.case.traffic {
            Traffic::Alike | Traffic::Divided => 1_000,
            Traffic::Timed(_) => 300,
        };
        let canary = self.rng.u64(100..=most);
        self.canary_requests += canary;
        let stable = match self.case.traffic {
            Traffic::Alike | Traffic::Timed(_) => self.rng.u64(100..=most),
            Traffic::Divided => (canary * u64::from(100 - percent) / u64::from(percent)).max(100),
        };
        let canary = (Arm::Canary, self.figures(Arm::Canary, canary));
        if percent == 100 {
            return vec![canary];
        }
        vec![canary, (Arm::Stable, self.figures(Arm::Stable, stable))]
    }

    fn figures(&mut self, arm: Arm, requests: u64) -> Figures {
        let rate = match arm {
            Arm::Canary => self.case.canary_rate,
            Arm::Stable => self.case.stable_rate,
        };
        let errors = self.binomial.draw(self.rng, requests, rate);
        let latency = match (self.case.traffic, arm) {
            (Traffic::Timed(slowdown), Arm::Canary) => latencies(self.rng, requests, slowdown),
            (Traffic::Timed(_), Arm::Stable) => latencies(self.rng, requests, 1.0),
            (Traffic::Alike | Traffic::Divided, _) => Sketch::default(),
        };
        Figures::new(requests, errors, latency).unwrap()
    }
}
