//! How shares are read and written, and what they include.

#![allow(clippy::unwrap_used)] // all of this is test code

use proptest::prelude::*;
use vortex_bucket::{Arm, InvalidShare, Seed, Share, arm};

const KEYS: u32 = 1_000_000;

fn share(percent: &str) -> Share {
    percent.parse().unwrap()
}

/// Counts, of a million instances, how many are in the canary at each share.
fn counted(shares: &[Share]) -> Vec<u32> {
    let seed = Seed::of("rollout-of-a-million");
    let mut counts = vec![0; shares.len()];
    for number in 0..KEYS {
        let bucket = seed.bucket(&format!("order-service-{number:x}"));
        for (count, share) in counts.iter_mut().zip(shares) {
            *count += u32::from(share.includes(bucket));
        }
    }
    counts
}

#[test]
fn each_share_of_a_million_keys_is_within_five_standard_errors() {
    let shares = ["1", "5", "25", "50", "99.99"].map(share);
    for (share, count) in shares.iter().zip(counted(&shares)) {
        let part = f64::from(share.hundredths()) / 10_000.0;
        let expected = f64::from(KEYS) * part;
        let standard_error = (expected * (1.0 - part)).sqrt();
        assert!(
            (f64::from(count) - expected).abs() <= 5.0 * standard_error,
            "{count} keys are in {share} %"
        );
    }
}

#[test]
fn a_full_share_includes_everyone_and_none_nobody() {
    assert_eq!(counted(&[Share::FULL, Share::NONE]), [KEYS, 0]);
}

#[test]
fn shares_are_percentages_with_two_decimals() {
    for (text, hundredths) in [
        ("0", 0),
        ("0.01", 1),
        ("0.1", 10),
        ("1", 100),
        ("2.5", 250),
        ("33.33", 3_333),
        ("100", 10_000),
    ] {
        assert_eq!(share(text).hundredths(), hundredths);
        assert_eq!(share(text).to_string(), text);
    }
    assert_eq!(share("100.0"), Share::FULL);
    assert_eq!(share("2.50").to_string(), "2.5");
}

#[test]
fn what_is_not_a_share_is_refused_by_its_reason() {
    use InvalidShare::{Malformed, TooFine, TooLarge};
    for (text, why) in [
        ("", Malformed),
        ("-1", Malformed),
        ("+1", Malformed),
        ("1e1", Malformed),
        ("NaN", Malformed),
        ("5 %", Malformed),
        (".5", Malformed),
        ("5.", Malformed),
        ("1.2.3", Malformed),
        ("٣", Malformed),
        ("0.005", TooFine),
        ("100.01", TooLarge),
        ("101", TooLarge),
        ("655.36", TooLarge),
        ("99999999999999999999", TooLarge),
    ] {
        assert_eq!(text.parse::<Share>(), Err(why), "{text:?}");
    }
    assert_eq!(Share::from_hundredths(10_001), Err(TooLarge));
}

#[test]
fn each_share_is_the_same_as_a_percentage_and_nothing_between_two_is_one() {
    use InvalidShare::{Malformed, TooFine, TooLarge};
    for hundredths in 0..=10_000 {
        let share = Share::from_hundredths(hundredths).unwrap();
        assert_eq!(Share::from_percentage(share.percentage()), Ok(share));
        let written: f64 = share.to_string().parse().unwrap();
        assert_eq!(Share::from_percentage(written), Ok(share));
    }
    for (percentage, why) in [
        (f64::NAN, Malformed),
        (-0.01, Malformed),
        (-5.0, Malformed),
        (f64::NEG_INFINITY, Malformed),
        (0.005, TooFine),
        (0.001, TooFine),
        (33.333, TooFine),
        (99.999, TooFine),
        (100.01, TooLarge),
        (1e9, TooLarge),
        (f64::INFINITY, TooLarge),
    ] {
        assert_eq!(Share::from_percentage(percentage), Err(why), "{percentage}");
    }
}

proptest! {
    #[test]
    fn nobody_leaves_the_canary_as_its_share_rises(
        rollout in ".{0,40}", key in ".{0,300}", one in 0..=10_000_u16, other in 0..=10_000_u16,
    ) {
        let seed = Seed::of(&rollout);
        let [lower, higher] = [one.min(other), one.max(other)]
            .map(|hundredths| Share::from_hundredths(hundredths).unwrap());
        if arm(seed, lower, &key) == Arm::Canary {
            prop_assert_eq!(arm(seed, higher, &key), Arm::Canary);
        }
    }

    #[test]
    fn a_share_raised_past_a_bucket_includes_it_and_no_more(
        key in ".{0,40}", hundredths in 0..=10_000_u16,
    ) {
        let bucket = Seed::of("raised").bucket(&key);
        let share = Share::from_hundredths(hundredths).unwrap();
        let raised = share.raised_past(bucket);
        prop_assert!(raised.includes(bucket));
        prop_assert_eq!(raised == share, share.includes(bucket));
        prop_assert!(raised == share || raised.hundredths() == bucket.number() + 1);
    }

    #[test]
    fn a_share_is_read_as_it_is_written(hundredths in 0..=10_000_u16) {
        let share = Share::from_hundredths(hundredths).unwrap();
        prop_assert_eq!(share.to_string().parse(), Ok(share));
    }
}

#[test]
fn a_cell_is_a_part_of_the_keys_bucket() {
    let seed = Seed::of("r1");
    let mut parts = [0_u32; 32];
    for number in 0..100_000 {
        let key = format!("pod-{number}");
        let (bucket, part) = seed.cell::<32>(&key);
        assert_eq!(bucket, seed.bucket(&key));
        parts[part as usize] += 1;
    }
    // 3,125 of each are expected, give or take 55
    assert!(
        parts.iter().all(|count| (2_850..3_400).contains(count)),
        "{parts:?}"
    );
}
