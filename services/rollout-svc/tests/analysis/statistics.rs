//! Simulates ten thousand rollouts of canaries that are as good as stable, and of worse ones.
//!
//! `VORTEX_SEED` takes another seed. The outcomes are printed with the seed; `docs/rollouts.md`
//! quotes those of the default seed.

mod draw;
mod simulation;

use fastrand::Rng;

use vortex_rollout_svc::analysis::Baseline;

use draw::Binomial;
use simulation::{Case, End, Outcome, Simulation, Traffic};

const SEED: u64 = 20_260_707;

/// The outcomes of many rollouts.
#[derive(Debug, Default)]
struct Outcomes {
    completed: usize,
    rolled_back_while_paused: usize,
    waits: usize,
    /// The number of requests of each canary that was rolled back, in order.
    rolled_back: Vec<u64>,
}

impl Outcomes {
    fn of(rollouts: usize, traffic: Traffic, canary_rate: f64, stable_rate: f64) -> Self {
        Self::by(
            Baseline::Either,
            rollouts,
            traffic,
            canary_rate,
            stable_rate,
        )
    }

    fn by(
        baseline: Baseline,
        rollouts: usize,
        traffic: Traffic,
        canary_rate: f64,
        stable_rate: f64,
    ) -> Self {
        let seed = std::env::var("VORTEX_SEED").map_or(SEED, |seed| seed.parse().unwrap());
        let case = Case {
            traffic,
            canary_rate,
            stable_rate,
            baseline,
        };
        let mut rng = Rng::with_seed(seed);
        let binomial = Binomial::up_to(99_000);
        let mut outcomes = Self::default();
        for _ in 0..rollouts {
            outcomes.add(&Simulation::new(case, &mut rng, &binomial).run());
        }
        outcomes.rolled_back.sort_unstable();
        outcomes.print(seed, case);
        outcomes
    }

    fn add(&mut self, outcome: &Outcome) {
        match outcome.end {
            End::Completed => self.completed += 1,
            End::Waits => self.waits += 1,
            End::RolledBack => {
                self.rolled_back_while_paused += usize::from(outcome.paused);
                self.rolled_back.push(outcome.canary_requests);
            }
        }
    }

    fn print(&self, seed: u64, case: Case) {
        let quantile =
            |percent: usize| self.rolled_back.get(self.rolled_back.len() * percent / 100);
        println!(
            "seed {seed}, {case:?}: {} completed, {} rolled back ({} of them while paused), {} wait; \
             requests to roll back: median {:?}, 95 % within {:?}",
            self.completed,
            self.rolled_back.len(),
            self.rolled_back_while_paused,
            self.waits,
            quantile(50),
            quantile(95),
        );
    }

    /// The percentage that was rolled back.
    fn percent_rolled_back(&self) -> f64 {
        self.percent(self.rolled_back.len())
    }

    fn percent_completed(&self) -> f64 {
        self.percent(self.completed)
    }

    fn percent(&self, part: usize) -> f64 {
        100.0 * part as f64 / (self.completed + self.rolled_back.len() + self.waits) as f64
    }
}

#[test]
fn canaries_as_good_as_stable_complete() {
    for traffic in [Traffic::Alike, Traffic::Divided] {
        let outcomes = Outcomes::of(10_000, traffic, 0.005, 0.005);
        assert!(outcomes.percent_rolled_back() <= 1.0, "{traffic:?}");
        assert!(outcomes.percent_completed() >= 90.0, "{traffic:?}");
    }
}

#[test]
fn canaries_as_bad_as_stable_but_within_the_limit_do_not_roll_back() {
    for traffic in [Traffic::Alike, Traffic::Divided] {
        let outcomes = Outcomes::of(10_000, traffic, 0.03, 0.03);
        assert!(outcomes.percent_rolled_back() <= 1.0, "{traffic:?}");
    }
}

#[test]
fn canaries_three_times_as_bad_as_stable_roll_back() {
    for traffic in [Traffic::Alike, Traffic::Divided] {
        let outcomes = Outcomes::of(10_000, traffic, 0.015, 0.005);
        assert!(outcomes.percent_rolled_back() >= 95.0, "{traffic:?}");
        let paused = outcomes.percent(outcomes.rolled_back_while_paused);
        assert!(
            paused <= 1.0,
            "they need not wait for an operator: {traffic:?}"
        );
    }
}

/// An outage that begins with the rollout, lasts for an hour, and fails both arms alike.
#[test]
fn outages_of_both_arms_roll_nothing_back_where_the_comparison_is_needed() {
    for baseline in [Baseline::Relative, Baseline::Both] {
        for traffic in [Traffic::Alike, Traffic::Divided] {
            let outcomes = Outcomes::by(baseline, 10_000, traffic, 0.2, 0.2);
            assert!(outcomes.percent_rolled_back() <= 1.0, "{baseline:?}");
            assert_eq!(outcomes.completed, 0, "{baseline:?}");
        }
    }
    // the absolute limit alone can't tell whose fault it is
    let either = Outcomes::by(Baseline::Either, 100, Traffic::Alike, 0.2, 0.2);
    assert_eq!(either.percent_rolled_back(), 100.0);
}

#[test]
fn bad_canaries_roll_back_where_the_comparison_is_needed() {
    for baseline in [Baseline::Relative, Baseline::Both] {
        for (canary, stable) in [(0.1, 0.005), (0.3, 0.15)] {
            let outcomes = Outcomes::by(baseline, 1_000, Traffic::Alike, canary, stable);
            assert!(outcomes.percent_rolled_back() >= 99.0, "{baseline:?}");
        }
    }
}

#[test]
fn latencies_with_long_tails_roll_back_what_is_slower_only() {
    let alike = Outcomes::of(1_000, Traffic::Timed(1.0), 0.002, 0.002);
    assert!(alike.percent_rolled_back() <= 1.0);
    assert!(alike.percent_completed() >= 90.0);
    let slower = Outcomes::of(1_000, Traffic::Timed(3.0), 0.002, 0.002);
    assert!(slower.percent_rolled_back() >= 95.0);
}
