//! Simulates canaries that fall silent at a random time, beside others that report with gaps. A
//! seed repeats a run.

use std::time::Duration;

use fastrand::Rng;
use vortex_bucket::{Arm, Share};
use vortex_sketch::Sketch;

use super::sample::{at, author, created, done, taken};
use crate::domain::{
    Action, Command, Measured, Report, Rollout, SELF, StateKind, Transition,
    analysis::{Application, Figures, Settings},
};

/// The number of worlds that are tried.
const WORLDS: u64 = 400;
/// The length of an interval in seconds.
const INTERVAL: u64 = 10;
/// Seconds after which a silent canary must not be promoted: two intervals after the one in which
/// it last reported.
const FRESH: u64 = 3 * INTERVAL;
/// Seconds in which a healthy rollout goes through all stages.
const PATIENCE: u64 = 3_600;

/// One arm of an application, and how it reports.
struct Reporter {
    app: Application,
    arm: Arm,
    /// Seconds between two reports.
    period: u64,
    /// The second of its next report.
    next: u64,
    /// The second from which it reports no more.
    silent_at: Option<u64>,
}

struct World {
    random: Rng,
    rollout: Rollout,
    measured: Measured,
    reporters: Vec<Reporter>,
    /// The second in which each application's canary reported last.
    heard: Vec<(Application, u64)>,
}

#[test]
fn a_canary_that_falls_silent_is_never_promoted_by_itself() {
    in_worlds(|seed| {
        let mut world = World::new(seed);
        let victim = world.random.usize(..world.heard.len());
        let silent_at = world.random.u64(1..1_500);
        let app = world.heard[victim].0.clone();
        for reporter in &mut world.reporters {
            let falls = reporter.app == app && reporter.arm == Arm::Canary;
            reporter.silent_at = falls.then_some(silent_at);
        }
        world.run();
        let (kind, why) = (world.rollout.kind(), world.holds_because());
        assert_ne!(kind, StateKind::Completed, "silent at {silent_at}");
        assert!(why.contains(app.as_str()), "{kind}: {why:?}");
    });
}

#[test]
fn canaries_that_report_with_gaps_complete() {
    in_worlds(|seed| {
        let mut world = World::new(seed);
        world.run();
        let why = world.holds_because();
        assert_eq!(world.rollout.kind(), StateKind::Completed, "{why}");
    });
}

fn in_worlds(happens: impl Fn(u64)) {
    let given = std::env::var("VORTEX_SEED").ok();
    let seed: u64 = given.map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("VORTEX_SEED={seed}");
    (0..WORLDS).for_each(|number| happens(seed.wrapping_add(number)));
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let names = ["orders", "payments", "stock"];
        let apps: Vec<_> = names[..random.usize(1..=3)]
            .iter()
            .map(|name| Application::new(*name))
            .collect();
        let mut rollout = created();
        let mut spec = (*rollout.spec).clone();
        spec.settings = Settings {
            interval: Duration::from_secs(INTERVAL),
            ..Settings::default()
        };
        spec.apps = apps.clone();
        rollout.spec = spec.into();
        let rollout = done(rollout, Command::Start(author()), 0);
        let rollout = done(rollout, Command::Confirm { generation: 1 }, 0);
        let arms = apps
            .iter()
            .flat_map(|app| [(app, Arm::Canary), (app, Arm::Stable)]);
        let mut reporter = |(app, arm): (&Application, Arm)| Reporter {
            app: app.clone(),
            arm,
            // some report more often than there are slices, some less
            period: random.u64(1..=4 * INTERVAL),
            next: random.u64(..INTERVAL),
            silent_at: None,
        };
        Self {
            measured: Measured::begin(&rollout),
            reporters: arms.map(&mut reporter).collect(),
            heard: apps.into_iter().map(|app| (app, 0)).collect(),
            rollout,
            random,
        }
    }

    fn run(&mut self) {
        for second in 0..PATIENCE {
            if !self.rollout.kind().is_measured() {
                break;
            }
            self.report(second);
            self.evaluate(second);
            if self.random.u8(..) == 0 {
                self.restart();
            }
        }
    }

    fn report(&mut self, second: u64) {
        for index in 0..self.reporters.len() {
            let reporter = &mut self.reporters[index];
            let is_silent = reporter.silent_at.is_some_and(|at| second >= at);
            let is_over =
                reporter.arm == Arm::Stable && self.rollout.state().in_force() == Share::FULL;
            if second < reporter.next || is_silent || is_over {
                continue;
            }
            // now and then one is late
            let late = if self.random.u8(..20) == 0 {
                INTERVAL
            } else {
                0
            };
            reporter.next = second + reporter.period + late;
            let (app, arm) = (reporter.app.clone(), reporter.arm);
            if arm == Arm::Canary {
                let heard = self.heard.iter_mut().find(|(heard, _)| *heard == app);
                heard.unwrap().1 = second;
            }
            let report = Report {
                application: Some(app),
                arm,
                generation: None,
                from: None,
                to: None,
                figures: Figures::new(100, 0, Sketch::default()).unwrap(),
            };
            let taken = self
                .measured
                .report(&self.rollout, vec![report], None, at(second));
            assert!(taken.is_ok(), "{taken:?}");
        }
    }

    /// Does what the controller does; config-svc answers at once.
    fn evaluate(&mut self, second: u64) {
        let now = at(second);
        self.measured.advance(&self.rollout, now);
        let Some(judgement) = self.measured.judge(&self.rollout, now, false) else {
            return;
        };
        let Ok(transition) = self.rollout.clone().step(Command::Judge(judgement), now) else {
            return;
        };
        let audit = transition.audit.clone().unwrap();
        assert_eq!(audit.principal, SELF);
        if audit.action == Action::Promote {
            for (app, heard) in &self.heard {
                assert!(
                    second - heard <= FRESH,
                    "at {second} s, {app} heard at {heard} s"
                );
            }
        }
        let effect = transition.effect;
        self.follow(transition, second);
        if let Some(effect) = effect {
            let generation = effect.generation();
            let settled = taken(
                self.rollout.clone(),
                Command::Confirm { generation },
                second,
            );
            self.follow(settled, second);
        }
    }

    fn follow(&mut self, transition: Transition, second: u64) {
        if let Some(measured) = self.measured.after(&self.rollout, &transition, at(second)) {
            self.measured = measured;
        }
        self.rollout = transition.next;
    }

    /// Checks that the measurements are read back as they were stored.
    fn restart(&mut self) {
        self.measured = crate::store::reread(&self.measured);
    }

    fn holds_because(&self) -> String {
        let now = at(PATIENCE);
        self.measured.holds_because(&self.rollout, now, false)
    }
}
