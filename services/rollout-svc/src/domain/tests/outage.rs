//! Simulates outages that both arms share, canaries that are bad by themselves, and edits of the
//! settings at random times. A seed repeats a run.

use std::time::Duration;

use fastrand::Rng;
use vortex_bucket::{Arm, Share};
use vortex_sketch::Sketch;

use super::sample::{at, author, created, done, taken};
use crate::domain::{
    Action, Breaker, BreakerLimits, Command, Measured, Report, Rollout, SELF, StateKind,
    Transition,
    analysis::{ALPHA, Application, Baseline, Edit, Figures, Finding, Settings},
};

/// The number of worlds of each kind.
const WORLDS: u64 = 400;
/// The length of an interval in seconds.
const INTERVAL: u64 = 10;
/// Requests of each arm in an interval.
const REQUESTS: u64 = 200;
/// The part of requests that fails in an outage.
const OUTAGE: f64 = 0.2;
/// The part that fails otherwise.
const USUAL: f64 = 0.002;
/// Seconds after which a world ends.
const PATIENCE: u64 = 4_000;
const LIMITS: BreakerLimits = BreakerLimits {
    max_rollbacks: 3,
    window: Duration::from_secs(600),
};

struct World {
    random: Rng,
    rollout: Rollout,
    measured: Measured,
    breaker: Breaker,
    /// The seconds in which both arms fail.
    outage: std::ops::Range<u64>,
    /// The part of the canary's requests that fails by itself.
    canary: f64,
    /// The seconds at which an operator edits a threshold.
    edits: Vec<u64>,
    /// The limits on errors since the rollout began, each with the second of its edit.
    limits: Vec<(u64, f64)>,
    paused: Vec<String>,
    resumed: usize,
}

/// The seed that was given, or a new one; printed.
fn seed() -> u64 {
    let given = std::env::var("VORTEX_SEED").ok();
    let seed = given.map_or_else(|| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("VORTEX_SEED={seed}");
    seed
}

fn worlds(change: impl Fn(&mut World)) -> Vec<World> {
    let seed = seed();
    let run = |number| {
        let mut world = World::new(seed.wrapping_add(number));
        change(&mut world);
        world.run();
        world
    };
    (0..WORLDS).map(run).collect()
}

fn part_of(worlds: &[World], kind: StateKind) -> f64 {
    let count = worlds.iter().filter(|world| world.rollout.kind() == kind);
    count.count() as f64 / worlds.len() as f64
}

/// The sequential test allows a rollback by chance in `ALPHA` of all rollouts; in outages it comes
/// to about one in ten thousand.
#[test]
fn an_outage_of_both_arms_pauses_and_rolls_nothing_back() {
    let worlds = worlds(|world| world.begin_outage());
    let rolled_back = part_of(&worlds, StateKind::RolledBack);
    assert!(rolled_back <= ALPHA, "{rolled_back}");
    for world in &worlds {
        if world.rollout.kind() == StateKind::RolledBack {
            continue;
        }
        let counted = world.breaker.rollbacks(at(PATIENCE), LIMITS.window).count();
        assert_eq!(counted, 0);
        let told = world.paused.first().map_or("", String::as_str);
        assert!(
            told.starts_with("shared outage: both arms were beyond a limit in 2 slices in a row"),
            "{told}"
        );
        assert!(told.contains("in stable, both above 5 %"), "{told}");
    }
}

#[test]
fn a_rollout_goes_on_by_itself_after_an_outage_if_it_may() {
    let worlds = worlds(|world| {
        world.begin_outage();
        world.set(|settings| settings.resume_after_passes = 3);
    });
    let completed = part_of(&worlds, StateKind::Completed);
    assert!(completed >= 0.95, "{completed}");
    let resumed = worlds.iter().filter(|world| world.resumed > 0).count();
    assert!(resumed * 100 >= worlds.len() * 95, "{resumed}");
}

#[test]
fn without_that_it_waits_for_an_operator() {
    let worlds = worlds(|world| world.begin_outage());
    assert!(worlds.iter().all(|world| world.resumed == 0));
    assert_eq!(part_of(&worlds, StateKind::Completed), 0.0);
}

#[test]
fn a_bad_canary_is_caught_without_an_outage_and_within_one() {
    for within in [false, true] {
        let worlds = worlds(|world| {
            world.canary = 0.15;
            if within {
                world.begin_outage();
                world.outage.end = PATIENCE;
            }
        });
        assert_eq!(part_of(&worlds, StateKind::RolledBack), 1.0, "{within}");
        let counted = |world: &World| world.breaker.rollbacks(at(PATIENCE), Duration::MAX).count();
        assert!(worlds.iter().all(|world| counted(world) == 1));
    }
}

#[test]
fn a_slice_is_judged_by_the_settings_that_it_began_by() {
    let worlds = worlds(|world| {
        let random = &mut world.random;
        let edits = random.usize(1..20);
        world.edits = (0..edits).map(|_| random.u64(1..1_000)).collect();
    });
    let edited = worlds.iter().filter(|world| world.limits.len() > 1).count();
    assert!(edited > worlds.len() / 2, "{edited}");
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let mut rollout = created();
        let mut spec = (*rollout.spec).clone();
        spec.settings = Settings {
            interval: Duration::from_secs(INTERVAL),
            ..Settings::default()
        };
        let baseline = match random.bool() {
            true => Baseline::Both,
            false => Baseline::Relative,
        };
        spec.settings.thresholds.errors_baseline = baseline;
        spec.apps = vec![Application::new("orders")];
        rollout.spec = spec.into();
        let rollout = done(rollout, Command::Start(author()), 0);
        let rollout = done(rollout, Command::Confirm { generation: 1 }, 0);
        let limit = rollout.settings().thresholds.max_error_rate;
        Self {
            measured: Measured::begin(&rollout),
            rollout,
            random,
            breaker: Breaker::default(),
            outage: 0..0,
            canary: 0.0,
            edits: Vec::new(),
            limits: vec![(0, limit)],
            paused: Vec::new(),
            resumed: 0,
        }
    }

    fn set(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut spec = (*self.rollout.spec).clone();
        change(&mut spec.settings);
        self.rollout.spec = spec.into();
    }

    /// An outage that begins before the last stage, and lasts for 3 to 60 intervals.
    fn begin_outage(&mut self) {
        let begin = self.random.u64(0..1_700);
        let length = self.random.u64(3 * INTERVAL..60 * INTERVAL);
        self.outage = begin..begin + length;
    }

    fn run(&mut self) {
        for second in 1..PATIENCE {
            if !self.rollout.kind().is_measured() {
                break;
            }
            if self.edits.contains(&second) {
                self.edit(second);
            }
            if second % INTERVAL == 5 {
                self.report(second);
            }
            self.evaluate(second);
            if self.random.u8(..) == 0 {
                self.measured = crate::store::reread(&self.measured);
            }
        }
    }

    fn report(&mut self, second: u64) {
        let usual = match self.outage.contains(&second) {
            true => OUTAGE,
            false => USUAL,
        };
        let full = self.rollout.state().in_force() == Share::FULL;
        let arms = [
            (Arm::Canary, usual + self.canary, true),
            (Arm::Stable, usual, !full),
        ];
        for (arm, rate, _) in arms.into_iter().filter(|(.., reports)| *reports) {
            let fails = (0..REQUESTS).filter(|_| self.random.f64() < rate).count();
            let report = Report {
                application: Some(Application::new("orders")),
                arm,
                generation: None,
                from: None,
                to: None,
                figures: Figures::new(REQUESTS, fails as u64, Sketch::default()).unwrap(),
            };
            let taken = self
                .measured
                .report(&self.rollout, vec![report], None, at(second));
            assert!(taken.is_ok(), "{taken:?}");
        }
        self.check_slices();
    }

    fn edit(&mut self, second: u64) {
        let limit = f64::from(self.random.u32(3_000..9_000)) / 100_000.0;
        let edit = Box::new(Edit {
            max_error_rate: Some(limit),
            ..Edit::default()
        });
        let author = author();
        let edited = taken(self.rollout.clone(), Command::Edit { author, edit }, second);
        self.limits.push((second, limit));
        self.follow(edited, second);
    }

    /// Does what the controller does; config-svc answers at once.
    fn evaluate(&mut self, second: u64) {
        let now = at(second);
        self.measured.advance(&self.rollout, now);
        self.check_slices();
        let Some(judgement) = self.measured.judge(&self.rollout, now, false) else {
            return;
        };
        let Ok(transition) = self.rollout.clone().step(Command::Judge(judgement), now) else {
            return;
        };
        self.note(&transition, second);
        let effect = transition.effect;
        self.follow(transition, second);
        if let Some(effect) = effect {
            let generation = effect.generation();
            let confirm = Command::Confirm { generation };
            let settled = taken(self.rollout.clone(), confirm, second);
            self.follow(settled, second);
        }
    }

    fn note(&mut self, transition: &Transition, second: u64) {
        let audit = transition.audit.as_ref().unwrap();
        assert_eq!(audit.principal, SELF);
        match audit.action {
            Action::Pause => self.paused.push(audit.reason.clone()),
            Action::Resume => self.resumed += 1,
            Action::RollBack => {
                assert!(audit.is_automatic_rollback());
                let (breaker, id) = (self.breaker.clone(), self.rollout.id().clone());
                self.breaker = breaker.count(id, at(second), LIMITS);
            }
            _ => {}
        }
    }

    fn follow(&mut self, transition: Transition, second: u64) {
        match self.measured.after(&self.rollout, &transition, at(second)) {
            Some(measured) => self.measured = measured,
            None => self.measured.amend(&self.rollout, &transition, at(second)),
        }
        self.rollout = transition.next;
    }

    /// Each slice names the limit that it was judged by: that of the last edit before it began.
    fn check_slices(&self) {
        if !self.rollout.kind().is_measured() {
            return;
        }
        for slice in self.measured.slices() {
            let began = slice.effect_at.as_second() - at(0).wall.as_second();
            let began = Duration::from_secs(began as u64) + slice.judged.start;
            let Some(Finding::Errors(errors)) = slice.judged.findings.first() else {
                panic!("{slice:?}");
            };
            let edit_before = |strictly: bool| {
                let is_before = |(second, _): &&(u64, f64)| {
                    let second = Duration::from_secs(*second);
                    second < began || second.is_zero() || (!strictly && second == began)
                };
                let newest = self.limits.iter().rev().find(is_before);
                newest.map(|(_, limit)| *limit)
            };
            // an edit in the second in which a slice begins may come before that or after
            let judged_by = Some(errors.max_error_rate);
            assert!(
                judged_by == edit_before(true) || judged_by == edit_before(false),
                "{judged_by:?} in a slice since {began:?}: {:?}",
                self.limits
            );
        }
    }
}
