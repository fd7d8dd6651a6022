//! Checks the promise of the sequential test by enumerating all outcomes.

use vortex_rollout_svc::analysis::{ALPHA, SequentialTest, Tally};

/// The requests of two arms, and the rates at which they fail.
#[derive(Debug, Clone, Copy)]
struct Arms {
    canary: u64,
    stable: u64,
    canary_rate: f64,
    stable_rate: f64,
}

fn arms(canary: u64, stable: u64, canary_rate: f64, stable_rate: f64) -> Arms {
    Arms {
        canary,
        stable,
        canary_rate,
        stable_rate,
    }
}

fn tally(requests: u64, errors: u64) -> Tally {
    Tally { requests, errors }
}

/// The probability of this many errors in this many requests.
fn probability(requests: u64, errors: u64, rate: f64) -> f64 {
    let coefficient: f64 = (0..errors)
        .map(|k| (requests - k) as f64 / (k + 1) as f64)
        .product();
    coefficient * rate.powi(errors as i32) * (1.0 - rate).powi((requests - errors) as i32)
}

/// All counts that a slice of these arms can have, with their probabilities.
fn outcomes(arms: Arms) -> impl Iterator<Item = (f64, Tally, Tally)> {
    let of_stable = move |canary| (0..=arms.stable).map(move |stable| (canary, stable));
    (0..=arms.canary)
        .flat_map(of_stable)
        .map(move |(canary, stable)| {
            let likely = probability(arms.canary, canary, arms.canary_rate)
                * probability(arms.stable, stable, arms.stable_rate);
            (
                likely,
                tally(arms.canary, canary),
                tally(arms.stable, stable),
            )
        })
}

/// The expectation of `value`, applied to a test and its greatest evidence after these slices.
fn expectation(slices: &[Arms], value: &impl Fn(&SequentialTest, f64) -> f64) -> f64 {
    fn after(
        test: &SequentialTest,
        greatest: f64,
        slices: &[Arms],
        value: &impl Fn(&SequentialTest, f64) -> f64,
    ) -> f64 {
        let Some((slice, rest)) = slices.split_first() else {
            return value(test, greatest);
        };
        let mut total = 0.0;
        for (likely, canary, stable) in outcomes(*slice) {
            let mut test = test.clone();
            test.observe(canary, stable);
            let greatest = greatest.max(test.evidence());
            total += likely * after(&test, greatest, rest, value);
        }
        total
    }
    after(&SequentialTest::nth(1, 1), 1.0, slices, value)
}

#[test]
fn the_evidence_has_an_expectation_of_at_most_one_if_the_canary_is_not_worse() {
    for (canary, stable) in [(1, 1), (1, 30), (30, 1), (7, 4), (12, 12), (5, 60)] {
        for stable_rate in [0.0, 0.001, 0.02, 0.1, 0.5, 0.9, 1.0] {
            for canary_rate in [stable_rate, stable_rate * 0.9, stable_rate * 0.5] {
                let slice = arms(canary, stable, canary_rate, stable_rate);
                let expected = expectation(&[slice], &|test, _| test.evidence());
                assert!(expected <= 1.0 + 1e-9, "{expected} for {slice:?}");
            }
        }
    }
}

#[test]
fn it_does_so_over_slices_of_other_sizes_and_rates() {
    let slices = [
        arms(3, 5, 0.3, 0.3),
        arms(1, 9, 0.05, 0.05),
        arms(4, 2, 0.2, 0.6),
    ];
    let expected = expectation(&slices, &|test, _| test.evidence());
    assert!(expected <= 1.0 + 1e-9, "{expected}");
}

#[test]
fn looking_after_every_slice_finds_too_much_as_seldom_as_promised() {
    for rate in [0.05, 0.2, 0.5] {
        for bound in [1.5, 2.0, 4.0] {
            let slices = [arms(2, 3, rate, rate); 4];
            let found = expectation(&slices, &|_, greatest| f64::from(greatest >= bound));
            assert!(found <= 1.0 / bound, "{found} at {rate} beyond {bound}");
            assert!(found > 0.0, "nothing ever reaches {bound} at {rate}");
        }
    }
}

#[test]
fn all_tests_of_a_rollout_together_spend_alpha() {
    for applications in [1, 3] {
        let spent: f64 = (1..100_000)
            .map(|nth| 1.0 / SequentialTest::nth(nth, applications).comparison().needed)
            .sum();
        let all = spent * applications as f64;
        assert!(all <= ALPHA && all > ALPHA * 0.999, "{all}");
    }
}

#[test]
fn once_found_worse_stays_found() {
    let mut test = SequentialTest::nth(1, 1);
    test.observe(tally(1_000, 30), tally(99_000, 500));
    assert!(test.crossed());
    for _ in 0..50 {
        test.observe(tally(1_000, 0), tally(99_000, 500));
    }
    assert!(test.evidence() < 1.0);
    assert!(test.crossed());
}

#[test]
fn a_canary_that_is_better_or_alone_is_never_found_worse() {
    let mut better = SequentialTest::nth(1, 1);
    let mut alone = SequentialTest::nth(1, 1);
    for _ in 0..1_000 {
        better.observe(tally(1_000, 5), tally(1_000, 30));
        alone.observe(tally(1_000, 300), tally(0, 0));
    }
    assert!(better.evidence() < 1e-9 && !better.crossed());
    assert!(alone.evidence() == 1.0 && !alone.crossed());
}

#[test]
fn counts_beyond_all_reason_are_told_in_numbers() {
    let mut test = SequentialTest::nth(u32::MAX, 1_000);
    test.observe(tally(1_000_000_000, 1_000_000_000), tally(1_000_000_000, 0));
    assert!(test.crossed());
    assert_eq!(test.comparison().evidence, 1e12);
    let mut opposite = SequentialTest::nth(1, 1);
    opposite.observe(tally(1_000_000_000, 0), tally(1_000_000_000, 1_000_000_000));
    assert_eq!(opposite.evidence(), 0.0);
}
