//! What is a pattern, what is not, and what is in it.

#![allow(clippy::unwrap_used)] // all of this is test code

use std::cmp::Ordering;

use vortex_pattern::{Namespace, Pattern};

fn pattern(given: &str) -> Pattern {
    given.parse().unwrap()
}

fn namespace(given: &str) -> Namespace<'_> {
    let (label, names) = given.split_once(':').unwrap();
    let (app, profile) = names.split_once('/').unwrap();
    Namespace {
        label,
        app,
        profile,
    }
}

#[test]
fn what_is_left_out_is_all_and_one_form_is_canonical() {
    for (canonical, forms) in [
        ("**", &["**", "*", "*/*", "*/**", "**:**", "**:*/*"][..]),
        (
            "orders/**",
            &["orders", "orders/*", "orders/**", "**:orders"],
        ),
        ("*/prod", &["*/prod", "**:*/prod"]),
        ("orders/prod", &["orders/prod"]),
        ("main:**", &["main:**", "main:*", "main:*/*"]),
        ("main:orders/**", &["main:orders/*", "main:orders"]),
        ("*:orders/**", &["*:orders"]),
        ("feature/*:orders/**", &["feature/*:orders"]),
        ("feature/**:**", &["feature/**:**", "feature/**:*/**"]),
        ("a/*/c/**:x.y_z-1/p", &["a/*/c/**:x.y_z-1/p"]),
    ] {
        for form in forms {
            assert_eq!(pattern(form).to_string(), canonical, "{form}");
            assert_eq!(pattern(form), pattern(canonical), "{form}");
        }
    }
}

#[test]
fn a_pattern_holds_what_it_says_and_nothing_beside() {
    for (given, within, outside) in [
        ("**", &["main:a/b", "x/y/z:a/b"][..], &[][..]),
        (
            "orders",
            &["main:orders/dev", "feature/x:orders/default"],
            &[
                "main:orders2/dev",
                "main:order/dev",
                "main:Orders/dev",
                "main:application/dev",
            ],
        ),
        ("*/prod", &["main:a/prod"], &["main:a/prod2", "main:prod/a"]),
        (
            "main:orders/prod",
            &["main:orders/prod"],
            &["main:orders/dev", "maint:orders/prod", "main/x:orders/prod"],
        ),
        (
            "feature/*:orders",
            &["feature/x:orders/dev"],
            &[
                "feature:orders/dev",
                "feature/x/y:orders/dev",
                "main:orders/dev",
            ],
        ),
        (
            "feature/**:orders",
            &["feature/x:orders/dev", "feature/x/y:orders/dev"],
            &["feature:orders/dev", "features/x:orders/dev"],
        ),
        ("*:a", &["main:a/b"], &["x/y:a/b"]),
    ] {
        for inside in within {
            assert!(
                pattern(given).matches(&namespace(inside)),
                "{given} {inside}"
            );
        }
        for other in outside {
            assert!(
                !pattern(given).matches(&namespace(other)),
                "{given} {other}"
            );
        }
    }
}

#[test]
fn a_pattern_that_says_nothing_or_too_much_is_refused_with_the_reason() {
    let long_app = "a".repeat(129);
    let long_label = format!("{}:a", "l".repeat(257));
    let long = "x".repeat(10_000);
    for (given, says) in [
        ("", "the application is empty"),
        ("/dev", "the application is empty"),
        ("orders/", "the profile is empty"),
        (":orders", "the label is empty"),
        ("main:", "the application is empty"),
        ("a//b:orders", "the label is empty"),
        ("a:b:c", "more than one ':'"),
        ("a/b/c", "more than one '/' behind the label"),
        ("**/dev", "nothing may follow it in the pattern"),
        ("**/**", "nothing may follow it in the pattern"),
        ("a/**/b:orders", "nothing may follow it in the label"),
        (
            "orders-*",
            "\"orders-*\" is not valid in the application: `*` stands for a whole part",
        ),
        ("orders/***", "\"***\" is not valid in the profile"),
        ("rel*:orders", "\"rel*\" is not valid in the label"),
        ("x**:orders", "\"x**\" is not valid in the label"),
        (
            " orders",
            "\" orders\" is not a valid application: letters, digits",
        ),
        ("orders/dev,prod", "\"dev,prod\" is not a valid profile"),
        ("..", "\"..\" is not a valid application"),
        ("api/**", "keeps this name for its own routes"),
        ("a/../b:orders", "\"..\" is not a valid label"),
        ("a b:orders", "\"a b\" is not a valid label"),
        ("örders", "\"örders\" is not a valid application"),
        (
            &long_app,
            "the application has 129 bytes, at most 128 are allowed",
        ),
        (
            &long_label,
            "the label has 257 bytes, at most 256 are allowed",
        ),
        (
            &long,
            "the pattern has 10000 bytes, at most 514 are allowed",
        ),
    ] {
        let error = given.parse::<Pattern>().unwrap_err().to_string();
        assert!(error.contains(says), "{given:?}: {error}");
        assert!(error.len() < 300, "{error}");
    }
}

#[test]
fn names_that_are_reserved_for_applications_may_be_profiles_and_labels() {
    for given in ["orders/api", "api:orders"] {
        assert!(given.parse::<Pattern>().is_ok(), "{given}");
    }
}

#[test]
fn a_pattern_covers_what_lies_within_it() {
    for (wide, narrow) in [
        ("**", "main:orders/dev"),
        ("orders", "main:orders"),
        ("*/dev", "orders/dev"),
        ("main:**", "main:orders/**"),
        ("feature/**:**", "feature/*:**"),
        ("feature/**:**", "feature/a/**:**"),
        ("*:orders", "main:orders"),
        ("a/*/**:**", "a/b/c/**:x"),
    ] {
        let (wide, narrow) = (pattern(wide), pattern(narrow));
        assert!(
            wide.covers(&narrow) && !narrow.covers(&wide),
            "{wide} {narrow}"
        );
        assert_eq!(narrow.specificity(&wide), Ordering::Greater);
    }
    for (one, other) in [
        ("orders", "*/dev"),
        ("main:**", "orders"),
        ("*:**", "feature/*:**"),
        ("feature:**", "feature/**:**"),
        ("a/*:**", "*/b:**"),
    ] {
        let (one, other) = (pattern(one), pattern(other));
        assert!(!one.covers(&other) && !other.covers(&one), "{one} {other}");
    }
}

#[test]
fn the_most_specific_pattern_counts() {
    let all = [
        "**",
        "orders",
        "main:**",
        "*/dev",
        "main:orders",
        "orders/dev",
    ]
    .map(pattern);
    for (asked, counts) in [
        ("main:orders/dev", "orders/dev"),
        ("main:orders/prod", "main:orders/**"),
        ("next:orders/prod", "orders/**"),
        ("main:billing/dev", "*/dev"),
        ("main:billing/prod", "main:**"),
        ("next:billing/prod", "**"),
    ] {
        let found = Pattern::most_specific(&all, &namespace(asked)).unwrap();
        assert_eq!(found.to_string(), counts, "{asked}");
    }
    assert_eq!(
        Pattern::most_specific(&all[1..2], &namespace("main:a/b")),
        None
    );
}
