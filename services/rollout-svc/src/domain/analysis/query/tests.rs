//! What follows from the value of a query.

use proptest::prelude::*;

use super::*;

fn limits() -> QueryLimits {
    QueryLimits {
        max: Some(0.05),
        max_ratio: Some(1.5),
        margin: 0.001,
        ..QueryLimits::default()
    }
}

fn judged(limits: &QueryLimits, canary: Sample, stable: Option<Sample>) -> QueryEvidence {
    let samples = Samples { canary, stable };
    QueryEvidence::judge("rate", limits, NoValue::Hold, &samples)
}

fn told(evidence: &QueryEvidence) -> String {
    struct Told<'a>(&'a QueryEvidence);
    impl fmt::Display for Told<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.tell(&Application::new("orders"), f)
        }
    }
    Told(evidence).to_string()
}

#[test]
fn a_value_is_held_to_its_limits_and_to_stable() {
    for (canary, stable, verdict, text) in [
        (
            0.01,
            0.01,
            Verdict::Pass,
            "query rate: 0.01 in orders, 0.01 in stable",
        ),
        (
            0.06,
            0.06,
            Verdict::Fail,
            "query rate: 0.06 in orders, above 0.05",
        ),
        (
            0.017,
            0.01,
            Verdict::Fail,
            "query rate: 0.017 in orders, above 0.016, since stable has 0.01",
        ),
        // the margin lets what is next to nothing pass
        (
            0.0005,
            0.0,
            Verdict::Pass,
            "query rate: 0.0005 in orders, 0 in stable",
        ),
        (
            0.05,
            0.04,
            Verdict::Pass,
            "query rate: 0.05 in orders, 0.04 in stable",
        ),
    ] {
        let evidence = judged(&limits(), Ok(Some(canary)), Some(Ok(Some(stable))));
        assert_eq!(evidence.verdict(), verdict, "{text}");
        assert_eq!(told(&evidence), text);
    }
}

#[test]
fn a_value_may_be_too_small() {
    let limits = QueryLimits {
        min: Some(0.9),
        min_ratio: Some(0.5),
        ..QueryLimits::default()
    };
    let below = judged(&limits, Ok(Some(0.8)), Some(Ok(Some(1.0))));
    assert_eq!(below.finding, QueryFinding::Below(0.9));
    let below = judged(&limits, Ok(Some(1.0)), Some(Ok(Some(3.0))));
    assert_eq!(below.finding, QueryFinding::BelowStable(1.5));
    assert_eq!(below.limit(), Some(1.5));
    assert_eq!(
        told(&below),
        "query rate: 1 in orders, below 1.5, since stable has 3"
    );
}

#[test]
fn what_is_no_number_never_passes() {
    let within = || Some(Ok(Some(0.01)));
    let cases = [
        (Ok(None), within(), Verdict::NoData),
        (Ok(Some(f64::NAN)), within(), Verdict::NoData),
        (Ok(Some(f64::INFINITY)), within(), Verdict::Inconclusive),
        (Ok(Some(f64::NEG_INFINITY)), within(), Verdict::Inconclusive),
        (Err("away".to_owned()), within(), Verdict::NoData),
        (Ok(Some(0.01)), Some(Ok(None)), Verdict::NoData),
        (Ok(Some(0.01)), Some(Ok(Some(f64::NAN))), Verdict::NoData),
        (
            Ok(Some(0.01)),
            Some(Ok(Some(f64::INFINITY))),
            Verdict::Inconclusive,
        ),
        (
            Ok(Some(0.01)),
            Some(Err("away".to_owned())),
            Verdict::NoData,
        ),
        // an absolute limit needs nothing of stable
        (Ok(Some(0.06)), Some(Ok(None)), Verdict::Fail),
    ];
    for (canary, stable, verdict) in cases {
        let evidence = judged(&limits(), canary, stable);
        assert_eq!(evidence.verdict(), verdict, "{evidence:?}");
        assert!(evidence.counts());
        for value in [evidence.canary, evidence.stable].into_iter().flatten() {
            assert!(value.is_finite());
        }
    }
}

#[test]
fn no_value_means_what_the_plan_says() {
    for (no_value, verdict, counts, text) in [
        (NoValue::Hold, Verdict::NoData, true, ""),
        (NoValue::Fail, Verdict::Fail, true, ", which fails"),
        (
            NoValue::Ignore,
            Verdict::NoData,
            false,
            ", which is ignored",
        ),
    ] {
        let samples = Samples {
            canary: Ok(None),
            stable: None,
        };
        let evidence = QueryEvidence::judge("rate", &limits(), no_value, &samples);
        assert_eq!(evidence.verdict(), verdict);
        assert_eq!(evidence.counts(), counts);
        let expected = format!("query rate: no value of the canary in orders{text}");
        assert_eq!(told(&evidence), expected);
    }
    // a provider that is away is something else
    let samples = Samples {
        canary: Err("away".to_owned()),
        stable: None,
    };
    let evidence = QueryEvidence::judge("rate", &limits(), NoValue::Fail, &samples);
    assert_eq!(evidence.verdict(), Verdict::NoData);
    assert_eq!(told(&evidence), "query rate: no answer for orders: away");
}

#[test]
fn numbers_are_short() {
    for (number, text) in [
        (0.0, "0"),
        (0.123_456_789, "0.1234568"),
        (1.0 / 3.0, "0.3333333"),
        (12_345.678, "12346"),
        (1.5, "1.5"),
        (-2.25, "-2.25"),
        (1e-9, "1.0000e-9"),
        (3e20, "3.0000e20"),
    ] {
        assert_eq!(Number(number).to_string(), text);
    }
}

proptest! {
    #[test]
    fn only_what_is_within_every_limit_passes(
        canary in proptest::num::f64::ANY,
        stable in proptest::option::of(proptest::option::of(proptest::num::f64::ANY)),
        (min, max) in (proptest::option::of(-1e3..1e3), proptest::option::of(-1e3..1e3)),
        (max_ratio, margin) in (proptest::option::of(0.0..1e3), 0.0..1e3),
    ) {
        let limits = QueryLimits { min, max, min_ratio: None, max_ratio, margin };
        let stable = stable.filter(|_| limits.compares());
        let evidence = judged(&limits, Ok(Some(canary)), stable.map(Ok));
        let is_within = canary.is_finite()
            && min.is_none_or(|min| canary >= min)
            && max.is_none_or(|max| canary <= max)
            && stable.is_none_or(|stable| stable.is_some_and(|stable| {
                stable.is_finite()
                    && max_ratio.is_none_or(|ratio| canary <= stable * ratio + margin)
            }));
        prop_assert_eq!(evidence.verdict() == Verdict::Pass, is_within);
        prop_assert!(!told(&evidence).is_empty());
    }
}
