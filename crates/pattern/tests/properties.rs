//! What holds for every pattern. A failing case is printed with its seed.

#![allow(clippy::unwrap_used)] // all of this is test code

use std::cmp::Ordering;

use proptest::prelude::*;
use vortex_pattern::{Namespace, Pattern};

/// Few names, so that patterns often meet.
fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("b"), Just("c")]
}

fn part() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => name(), 2 => Just("*")]
}

fn labels() -> impl Strategy<Value = String> {
    let parts = proptest::collection::vec(part(), 1..4);
    (parts, any::<bool>()).prop_map(|(parts, rest)| {
        let parts = parts.join("/");
        if rest {
            format!("{parts}/**:")
        } else {
            format!("{parts}:")
        }
    })
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let labels = prop_oneof![2 => Just(String::new()), 1 => Just("**:".into()), 3 => labels()];
    let profile = prop_oneof![Just(""), Just("/*"), Just("/**"), Just("/a"), Just("/b")];
    (labels, part(), profile)
        .prop_map(|(labels, app, profile)| format!("{labels}{app}{profile}").parse().unwrap())
}

fn namespace() -> impl Strategy<Value = (String, &'static str, &'static str)> {
    let label = proptest::collection::vec(name(), 1..5).prop_map(|parts| parts.join("/"));
    (label, name(), name())
}

proptest! {
    #[test]
    fn the_canonical_form_is_read_back_as_the_same(pattern in pattern()) {
        let text = pattern.to_string();
        let again: Pattern = text.parse().unwrap();
        prop_assert_eq!(&again, &pattern);
        prop_assert_eq!(again.to_string(), text);
    }

    #[test]
    fn what_a_covered_pattern_holds_the_covering_one_holds(
        wide in pattern(),
        narrow in pattern(),
        (label, app, profile) in namespace(),
    ) {
        let namespace = Namespace { label: &label, app, profile };
        if wide.covers(&narrow) && narrow.matches(&namespace) {
            prop_assert!(wide.matches(&namespace));
        }
    }

    #[test]
    fn a_namespace_is_a_pattern_of_its_own(
        pattern in pattern(),
        (label, app, profile) in namespace(),
    ) {
        let namespace = Namespace { label: &label, app, profile };
        let only: Pattern = namespace.to_string().parse().unwrap();
        prop_assert!(only.matches(&namespace));
        prop_assert_eq!(pattern.covers(&only), pattern.matches(&namespace));
    }

    #[test]
    fn covering_is_an_order(a in pattern(), b in pattern(), c in pattern()) {
        prop_assert!(a.covers(&a) && Pattern::everything().covers(&a));
        prop_assert_eq!(a.covers(&b) && b.covers(&a), a == b);
        if a.covers(&b) && b.covers(&c) {
            prop_assert!(a.covers(&c));
        }
        if a.covers(&b) && a != b {
            prop_assert_eq!(b.specificity(&a), Ordering::Greater);
        }
    }

    #[test]
    fn two_patterns_that_meet_are_never_equally_specific(
        a in pattern(),
        b in pattern(),
        (label, app, profile) in namespace(),
    ) {
        let namespace = Namespace { label: &label, app, profile };
        prop_assert_eq!(a.specificity(&b), b.specificity(&a).reverse());
        if a.matches(&namespace) && b.matches(&namespace) {
            prop_assert_eq!(a.specificity(&b).is_eq(), a == b);
        }
    }

    #[test]
    fn no_text_is_a_panic_and_no_error_is_long(given in "\\PC{0,600}|[a-c*/:,. ]{0,40}") {
        match given.parse::<Pattern>() {
            Ok(pattern) => prop_assert_eq!(pattern.to_string().parse::<Pattern>().unwrap(), pattern),
            Err(error) => prop_assert!(error.to_string().len() < 1_000, "{}", error),
        }
    }
}
