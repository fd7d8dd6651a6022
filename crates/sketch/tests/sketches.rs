//! Sketches keep their accuracy, whatever way they are put together.

#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::time::Duration;

use proptest::prelude::*;
use vortex_sketch::{Interpolation, Mapping, Parts, Sketch};

fn sketch(seconds: &[f64]) -> Sketch {
    let mut sketch = Sketch::default();
    for second in seconds {
        sketch.record(Duration::from_secs_f64(*second));
    }
    sketch
}

/// The value of this quantile by its definition.
fn exact(seconds: &[f64], q: f64) -> f64 {
    let mut sorted = seconds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(q * (sorted.len() - 1) as f64) as usize]
}

/// Latencies over six powers of ten, all that a sketch has bins for.
fn latencies() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-3.0..1.4_f64).prop_map(|power| 10_f64.powf(power)), 1..400)
}

proptest! {
    #[test]
    fn quantiles_are_within_one_percent(seconds in latencies(), q in 0.0..=1.0_f64) {
        let (found, exact) = (sketch(&seconds).quantile(q).unwrap(), exact(&seconds, q));
        prop_assert!((found / exact - 1.0).abs() <= Sketch::ACCURACY + 1e-6, "{found} for {exact}");
    }

    #[test]
    fn merges_in_any_order_are_one_sketch_of_all(one in latencies(), other in latencies()) {
        let whole = sketch(&[one.clone(), other.clone()].concat());
        let (mut forth, mut back) = (sketch(&one), sketch(&other));
        forth.merge(&sketch(&other));
        back.merge(&sketch(&one));
        prop_assert_eq!(&forth, &whole);
        prop_assert_eq!(&back, &whole);
    }

    #[test]
    fn far_apart_latencies_keep_high_quantiles_in_bounded_space(
        seconds in prop::collection::vec((-9.0..6.0_f64).prop_map(|power| 10_f64.powf(power)), 1..400),
        at in any::<prop::sample::Index>(),
    ) {
        let (one, other) = seconds.split_at(at.index(seconds.len()));
        let mut merged = sketch(one);
        merged.merge(&sketch(other));
        prop_assert!(merged.parts().contiguous.len() <= 512);
        prop_assert_eq!(merged.count(), seconds.len() as f64);
        prop_assert_eq!(&merged, &sketch(&seconds));
        let mut extended = sketch(one);
        extended.extend(other.iter().map(|second| Duration::from_secs_f64(*second)));
        prop_assert_eq!(&extended, &merged);
        // to the nanosecond, as durations are
        let longest = Duration::from_secs_f64(exact(&seconds, 1.0)).as_secs_f64();
        let found = merged.quantile(1.0).unwrap();
        prop_assert!((found / longest - 1.0).abs() <= 0.01 + 1e-6);
    }

    #[test]
    fn parts_make_the_same_sketch(seconds in latencies()) {
        let sketch = sketch(&seconds);
        prop_assert_eq!(Sketch::from_parts(&sketch.parts()).unwrap(), sketch);
    }

    #[test]
    fn sparse_bins_and_shifted_ones_are_the_same_as_contiguous(seconds in latencies(), shift in -9..9_i32) {
        let sketch = sketch(&seconds);
        let mut parts = sketch.parts();
        parts.mapping.index_offset = f64::from(shift);
        let first = parts.contiguous_first + shift;
        parts.sparse = (first..).zip(parts.contiguous.drain(..)).collect();
        prop_assert_eq!(Sketch::from_parts(&parts).unwrap(), sketch);
    }

    #[test]
    fn other_mappings_add_their_own_inaccuracy(
        seconds in latencies(), q in 0.0..=1.0_f64, offset in -3.0..3.0_f64, accuracy in 0.002..0.03_f64,
        interpolation in prop::sample::select(vec![
            Interpolation::None, Interpolation::Linear, Interpolation::Quadratic, Interpolation::Cubic,
        ]),
    ) {
        let sent = sent(&seconds, accuracy, offset, interpolation);
        prop_assert!((sent.mapping.accuracy() / accuracy - 1.0).abs() < 1e-9);
        let found = Sketch::from_parts(&sent).unwrap().quantile(q).unwrap();
        let exact = exact(&seconds, q);
        let allowed = (1.0 + accuracy) * (1.0 + Sketch::ACCURACY) - 1.0 + 1e-6;
        prop_assert!((found / exact - 1.0).abs() <= allowed, "{found} for {exact}");
    }
}

/// What a sketch of another language sends of these latencies.
fn sent(seconds: &[f64], accuracy: f64, offset: f64, interpolation: Interpolation) -> Parts {
    // Multiples of the logarithm of a bin's width: 1 for lines, and less for closer curves.
    let widening = match interpolation {
        Interpolation::None => std::f64::consts::LN_2,
        Interpolation::Linear => 1.0,
        Interpolation::Quadratic => 3.0 / 4.0,
        Interpolation::Cubic => 7.0 / 10.0,
    };
    let log2_gamma = ((1.0 + accuracy) / (1.0 - accuracy)).ln() / widening;
    let index = |value: f64| (log2(value, interpolation) / log2_gamma + offset).floor() as i32;
    Parts {
        unit: 1.0,
        mapping: Mapping {
            gamma: log2_gamma.exp2(),
            index_offset: offset,
            interpolation,
        },
        contiguous: Vec::new(),
        contiguous_first: 0,
        sparse: seconds.iter().map(|value| (index(*value), 1.0)).collect(),
        zero: 0.0,
    }
}

/// The logarithm to the base 2 as it is interpolated between powers of 2.
fn log2(value: f64, interpolation: Interpolation) -> f64 {
    let exponent = value.log2().floor();
    let s = value / exponent.exp2() - 1.0;
    exponent
        + match interpolation {
            Interpolation::None => (1.0 + s).log2(),
            Interpolation::Linear => s,
            Interpolation::Quadratic => s * (4.0 - s) / 3.0,
            Interpolation::Cubic => s * (10.0 / 7.0 + s * (-3.0 / 5.0 + s * 6.0 / 35.0)),
        }
}

#[test]
fn nothing_has_no_quantiles_and_zero_is_a_latency() {
    assert_eq!(sketch(&[]).quantile(0.99), None);
    assert_eq!(sketch(&[0.0, 0.0, 1.0]).quantile(0.5), Some(0.0));
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
            "latencies, at most 1000000000000",
        ),
        (
            refused_parts(|parts| parts.mapping.gamma = 1.0),
            "gamma 1 with",
        ),
        (
            refused_parts(|parts| parts.mapping.gamma = f64::NAN),
            "gamma NaN with",
        ),
        (
            refused_parts(|parts| parts.mapping.index_offset = 1e300),
            "is not a valid mapping",
        ),
        (
            refused_parts(|parts| parts.mapping.gamma = 2.0),
            "relative error of 33.3 %",
        ),
        (
            refused_parts(|parts| {
                parts.mapping.gamma = 1.11;
                parts.mapping.interpolation = Interpolation::Linear;
            }),
            "relative error of 7.5 %",
        ),
        (
            refused_parts(|parts| parts.contiguous.resize(5_000, 0.0)),
            "5001 bins, at most 4096",
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
