//! What each role may do where: the whole table, and what is asked in every form.

#![allow(clippy::unwrap_used)] // all of this is test code

use proptest::prelude::*;
use vortex_access::{
    Asked, Decision, Denied, Grant, Kind, MAX_COMBINATIONS, Principal, Role, Wanted, decide,
    may_give,
};
use vortex_pattern::{Namespace, Pattern};

/// A row for each role that is held, a column for each that is needed, in the same order.
const TABLE: [(Role, [bool; 6]); 6] = [
    // needed:         reader writer operat agent  peer   admin
    (Role::Reader, [true, false, false, false, false, false]),
    (Role::Writer, [true, true, false, false, false, false]),
    (Role::Operator, [true, false, true, false, false, false]),
    (Role::Agent, [false, false, false, true, false, false]),
    (Role::Peer, [false, false, false, false, true, false]),
    (Role::Admin, [true, true, true, true, true, true]),
];

fn grant(role: Role, scopes: &[&str]) -> Grant {
    Grant::parse(role, scopes.iter().copied()).unwrap()
}

fn principal(grants: &[Grant]) -> Principal {
    Principal::new(Kind::Service, "tester".parse().unwrap(), grants)
}

fn documents<'a>(label: &'a [&'a str], app: &'a [&'a str], profile: &'a [&'a str]) -> Asked<'a> {
    Asked::Documents {
        labels: label,
        apps: app,
        profiles: profile,
    }
}

fn denied(role: Role, wanted: &str) -> Decision {
    let wanted = Wanted::Scope(wanted.to_owned());
    Decision::Denied(Denied { role, wanted })
}

#[test]
fn every_role_does_what_it_includes_in_its_own_namespaces_and_nothing_in_foreign_ones() {
    let own = documents(&["main"], &["payments"], &["prod"]);
    let foreign = [
        (
            documents(&["main"], &["orders"], &["prod"]),
            "main:orders/prod",
        ),
        (
            documents(&["next"], &["payments"], &["prod"]),
            "next:payments/prod",
        ),
        (
            documents(&["main"], &["payments"], &["dev"]),
            "main:payments/dev",
        ),
    ];
    for (held, row) in TABLE {
        let who = principal(&[grant(held, &["main:payments/prod"])]);
        for (needed, allowed) in Role::ALL.into_iter().zip(row) {
            let expected = match allowed {
                true => Decision::Allowed,
                false => denied(needed, "main:payments/prod"),
            };
            assert_eq!(
                decide(&who, needed, own),
                expected,
                "{held} asked for {needed}"
            );
            for (asked, scope) in foreign {
                assert_eq!(
                    decide(&who, needed, asked),
                    denied(needed, scope),
                    "{held} {needed}"
                );
            }
            assert_eq!(
                decide(&who, needed, Asked::Cluster),
                denied(needed, "**"),
                "{held} {needed}"
            );
            assert_eq!(decide(&who, needed, Asked::Filtered).is_allowed(), allowed);
            let everywhere = principal(&[Grant::everywhere(held)]);
            for asked in [own, foreign[0].0, Asked::Cluster, Asked::Filtered] {
                assert_eq!(decide(&everywhere, needed, asked).is_allowed(), allowed);
            }
        }
    }
}

#[test]
fn who_was_given_nothing_may_do_nothing_and_everybody_may_all_while_there_are_no_keys() {
    for role in Role::ALL {
        for asked in [
            documents(&["main"], &["a"], &["b"]),
            Asked::Cluster,
            Asked::Filtered,
        ] {
            assert!(!decide(&Principal::anonymous([]), role, asked).is_allowed());
            assert!(decide(&Principal::open(), role, asked).is_allowed());
        }
    }
    assert!(Principal::open().is_anonymous());
}

#[test]
fn each_combination_that_is_asked_for_needs_a_grant() {
    let who = principal(&[
        grant(Role::Reader, &["orders/dev", "orders/prod", "main:billing"]),
        grant(Role::Writer, &["main:orders/dev"]),
    ]);
    let read =
        |labels, apps, profiles| decide(&who, Role::Reader, documents(labels, apps, profiles));
    assert!(read(&["x/y"], &["orders"], &["dev", "prod"]).is_allowed());
    assert!(read(&["main"], &["orders", "billing"], &["dev"]).is_allowed());
    assert_eq!(
        read(&["main"], &["orders"], &["dev", "test"]),
        denied(Role::Reader, "main:orders/test")
    );
    assert_eq!(
        read(&["main", "next"], &["orders", "billing"], &["dev"]),
        denied(Role::Reader, "next:billing/dev")
    );
    let write = documents(&["main"], &["orders"], &["prod"]);
    assert_eq!(
        decide(&who, Role::Writer, write),
        denied(Role::Writer, "main:orders/prod")
    );
}

#[test]
fn nothing_named_is_everything_asked() {
    let who = principal(&[grant(Role::Reader, &["main:orders"])]);
    for asked in [
        documents(&[], &["orders"], &["dev"]),
        documents(&["main"], &[], &["dev"]),
        documents(&["main"], &["orders"], &[]),
    ] {
        assert_eq!(
            decide(&who, Role::Reader, asked),
            denied(Role::Reader, "**")
        );
    }
}

#[test]
fn a_request_for_very_many_is_decided_at_once() {
    let names: Vec<String> = (0..20_000).map(|n| n.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let asked = documents(&["main"], &names, &names);
    let two = principal(&[grant(Role::Reader, &["*/0", "main:0/**"])]);
    assert_eq!(
        decide(&two, Role::Reader, asked),
        denied(Role::Reader, "**")
    );
    let all = principal(&[grant(Role::Reader, &["main:**"])]);
    assert!(decide(&all, Role::Reader, asked).is_allowed());
    assert!(names.len() > MAX_COMBINATIONS);
}

#[test]
fn what_a_pattern_holds_is_asked_as_a_whole() {
    let who = principal(&[grant(Role::Reader, &["orders/**", "main:*/dev"])]);
    for (pattern, allowed) in [
        ("orders", true),
        ("main:orders/prod", true),
        ("main:billing/dev", true),
        ("main:*/dev", true),
        ("*/dev", false),
        ("main:**", false),
        ("**", false),
    ] {
        let pattern: Pattern = pattern.parse().unwrap();
        let decision = decide(&who, Role::Reader, Asked::Pattern(&pattern));
        assert_eq!(decision.is_allowed(), allowed, "{pattern}");
    }
}

#[test]
fn nobody_gives_more_than_they_administer() {
    let team = principal(&[
        grant(Role::Admin, &["payments/**"]),
        grant(Role::Writer, &["orders/**"]),
    ]);
    for (given, expected) in [
        (grant(Role::Reader, &["payments/prod"]), Decision::Allowed),
        (grant(Role::Admin, &["main:payments/**"]), Decision::Allowed),
        (
            grant(Role::Reader, &["payments/prod", "orders/prod"]),
            denied(Role::Admin, "orders/prod"),
        ),
        (Grant::everywhere(Role::Reader), denied(Role::Admin, "**")),
        (
            grant(Role::Reader, &["main:**"]),
            denied(Role::Admin, "main:**"),
        ),
    ] {
        assert_eq!(may_give(&team, &given), expected, "{given}");
    }
    let root = principal(&[Grant::everywhere(Role::Admin)]);
    assert!(may_give(&root, &Grant::everywhere(Role::Admin)).is_allowed());
    for role in [
        Role::Reader,
        Role::Writer,
        Role::Operator,
        Role::Agent,
        Role::Peer,
    ] {
        let everywhere = principal(&[Grant::everywhere(role)]);
        assert!(
            !may_give(&everywhere, &grant(Role::Agent, &["a"])).is_allowed(),
            "{role}"
        );
    }
}

#[test]
fn a_denial_says_what_would_do() {
    let said = |asked| match decide(&Principal::anonymous([]), Role::Writer, asked) {
        Decision::Denied(denied) => denied.to_string(),
        Decision::Allowed => unreachable!(),
    };
    assert_eq!(
        said(documents(&["main"], &["orders"], &["dev"])),
        "this needs the role `writer` with a scope that holds `main:orders/dev`"
    );
    assert_eq!(
        said(Asked::Filtered),
        "this needs the role `writer` in any scope"
    );
    let odd = "x\n\u{1b}[31m".repeat(1_000);
    let shown = said(documents(&["main"], &[&odd], &["dev"]));
    assert!(
        shown.len() < 1_000 && !shown.contains(char::is_control),
        "{shown}"
    );
}

#[test]
fn scopes_that_hold_everything_by_accident_or_nothing_are_refused() {
    for (scopes, says) in [
        (&[][..], "at least one scope"),
        (&["*"], "it matches everything: write `**`"),
        (&["*/*"], "it matches everything: write `**`"),
        (&["**:**"], "it matches everything: write `**`"),
        (&["orders", "*/**"], "it matches everything: write `**`"),
        (&[""], "the application is empty"),
        (&["health/**"], "no application has it"),
        (&["pay-*"], "stands for a whole part"),
        (&["a"; 65], "65 scopes are given, at most 64"),
    ] {
        let error = Grant::parse(Role::Reader, scopes.iter().copied()).unwrap_err();
        assert!(error.to_string().contains(says), "{scopes:?}: {error}");
    }
    assert!(Grant::parse(Role::Reader, ["**"]).is_ok());
}

#[test]
fn roles_are_read_as_they_are_written() {
    for role in Role::ALL {
        assert_eq!(role.to_string().parse(), Ok(role));
    }
    for given in ["", "Reader", "root", "reader ", &"x".repeat(10_000)] {
        let error = given.parse::<Role>().unwrap_err().to_string();
        assert!(
            error.ends_with("operator, agent, peer or admin is expected"),
            "{error}"
        );
        assert!(error.len() < 200, "{error}");
    }
}

fn scope() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("a"),
        Just("a/x"),
        Just("*/x"),
        Just("m:a"),
        Just("m:*/x"),
        Just("m:**"),
        Just("**"),
        Just("m:b/y"),
        Just("n/*:b"),
        Just("n/**:**"),
    ]
}

fn held() -> impl Strategy<Value = Principal> {
    let role = proptest::sample::select(&Role::ALL[..]);
    let scopes = proptest::collection::vec(scope(), 1..4);
    let grant = (role, scopes).prop_map(|(role, scopes)| grant(role, &scopes));
    proptest::collection::vec(grant, 0..4).prop_map(|grants| principal(&grants))
}

fn some(names: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    proptest::collection::vec(proptest::sample::select(names), 1..4)
}

proptest! {
    /// Against the words of the rule, said as plainly as possible.
    #[test]
    fn a_decision_is_that_of_the_plain_rule(
        who in held(),
        needed in proptest::sample::select(&Role::ALL[..]),
        labels in some(&["m", "n/o", "n/o/p"]),
        apps in some(&["a", "b"]),
        profiles in some(&["x", "y"]),
    ) {
        let mut plain = true;
        for label in &labels {
            for app in &apps {
                for profile in &profiles {
                    let namespace = Namespace { label, app, profile };
                    plain &= who.grants().iter().any(|grant| {
                        grant.role().includes(needed)
                            && grant.scopes().iter().any(|scope| scope.matches(&namespace))
                    });
                }
            }
        }
        let decision = decide(&who, needed, documents(&labels, &apps, &profiles));
        prop_assert_eq!(decision.is_allowed(), plain);
    }

    #[test]
    fn what_a_denial_asks_for_would_do_for_one_namespace(
        who in held(),
        needed in proptest::sample::select(&Role::ALL[..]),
        label in proptest::sample::select(&["m", "n/o"][..]),
        app in proptest::sample::select(&["a", "b"][..]),
    ) {
        let (labels, apps) = ([label], [app]);
        let asked = documents(&labels, &apps, &["x"]);
        if let Decision::Denied(Denied { role, wanted: Wanted::Scope(scope) }) = decide(&who, needed, asked) {
            let mut grants = who.grants().to_vec();
            grants.push(grant(role, &[&scope]));
            prop_assert!(decide(&principal(&grants), needed, asked).is_allowed());
        }
    }

    #[test]
    fn a_further_grant_never_takes_anything_away(who in held(), more in held(), app in proptest::sample::select(&["a", "b"][..])) {
        let both = principal(&[who.grants(), more.grants()].concat());
        let apps = [app];
        for needed in Role::ALL {
            let asked = documents(&["m"], &apps, &["x"]);
            if decide(&who, needed, asked).is_allowed() {
                prop_assert!(decide(&both, needed, asked).is_allowed());
            }
        }
    }
}

#[test]
fn what_every_profile_inherits_is_read_and_reported_with_any_of_them() {
    for role in Role::ALL {
        let who = principal(&[grant(role, &["orders/prod"])]);
        let asked = |app| documents(&["main"], app, &["default"]);
        let inherits = matches!(role, Role::Reader | Role::Agent);
        assert_eq!(
            decide(&who, role, asked(&["orders"])).is_allowed(),
            inherits,
            "{role}"
        );
        assert!(!decide(&who, role, asked(&["payments"])).is_allowed());
    }
}
