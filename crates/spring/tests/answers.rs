//! The cost of an answer is bounded, whatever the documents and whichever the form.

#![allow(clippy::expect_used)] // what cannot be set up fails the test

use std::cell::Cell;

use proptest::prelude::*;
use serde_json::{Map, Value};
use vortex_spring::flat::{self, FlatSource, Lookup};
use vortex_spring::{Budget, Format, Limits, Spent, parse, placeholders};

type Form = fn(&[FlatSource<'_>], bool, &mut Budget<'_>) -> Result<String, placeholders::Error>;

const FORMS: [Form; 3] = [flat::yaml, flat::json, flat::properties];

/// So little that random documents reach it.
const LITTLE: Limits = Limits {
    bytes: 400,
    resolved: 400,
    lookups: 12,
};

/// 31 KB that stand for 157 MB, as it was accepted and stopped a process.
fn bomb(readers: usize) -> Map<String, Value> {
    let mut source = Map::new();
    source.insert("x".into(), "a".into());
    source.insert("y1".into(), "${x}".repeat(280).into());
    source.insert("y2".into(), "${y1}".repeat(280).into());
    for reader in 0..readers {
        source.insert(format!("r{reader}"), "${y2}".into());
    }
    source
}

fn refused_by(form: Form, source: &Map<String, Value>) -> (Option<placeholders::Error>, Limits) {
    let mut budget = Budget::new(Limits::ANSWER, &|| false);
    let written = form(&[source.into()], true, &mut budget);
    (written.err(), budget.used())
}

#[test]
fn a_bomb_of_placeholders_is_refused_in_every_form() {
    for (readers, form) in [2_000, 6_000]
        .into_iter()
        .flat_map(|n| FORMS.map(|form| (n, form)))
    {
        let (refused, used) = refused_by(form, &bomb(readers));
        let refused = refused.expect("157 MB are no answer");
        assert!(
            matches!(refused, placeholders::Error::Spent(_)),
            "{refused}"
        );
        assert!(used.resolved <= Limits::ANSWER.resolved && used.bytes <= Limits::ANSWER.bytes);
    }
}

#[test]
fn a_bomb_of_texts_that_look_like_lists_is_refused() {
    let mut source = bomb(0);
    source.insert("x".into(), "${none:1,}".into());
    for reader in 0..2_000 {
        source.insert(format!("r{reader}"), "${none:[}${y2}]".into());
    }
    let (refused, _) = refused_by(flat::yaml, &source);
    assert!(
        matches!(refused, Some(placeholders::Error::Spent(_))),
        "{refused:?}"
    );
}

#[test]
fn a_bomb_of_gaps_is_refused() {
    let key = |at: usize| format!("k{at}{}", "[16]".repeat(60));
    let source: Map<String, Value> = (0..4_000).map(|at| (key(at), "x".into())).collect();
    for form in [flat::yaml as Form, flat::json] {
        let (refused, _) = refused_by(form, &source);
        let spent = Spent::Bytes(Limits::ANSWER.bytes);
        assert_eq!(refused, Some(placeholders::Error::Spent(spent)));
    }
    let file: String = source.keys().map(|key| format!("{key}=x\n")).collect();
    let fault = parse(Format::Properties, file.as_bytes()).expect_err("4,000,000 values");
    assert!(fault.is_of_allowance(), "{fault}");
}

#[test]
fn nobody_waits_for_an_answer_in_vain() {
    for form in FORMS {
        let asked = Cell::new(0);
        let gave_up = || {
            asked.set(asked.get() + 1);
            asked.get() > 3
        };
        let mut budget = Budget::new(Limits::ANSWER, &gave_up);
        let refused = form(&[(&bomb(2_000)).into()], true, &mut budget);
        assert_eq!(refused, Err(placeholders::Error::Spent(Spent::GivenUp)));
        // the budget went no further than to the next look
        assert!(budget.used().resolved < 2 << 20, "{budget:?}");
    }
}

/// As much as an honest view of several full documents holds.
#[test]
fn large_documents_are_answered() {
    let line = |at: usize| {
        (
            format!("section{}.key{at}", at % 100),
            format!("${{base}}/{at}"),
        )
    };
    let mut source: Map<String, Value> =
        (0..90_000).map(line).map(|(k, v)| (k, v.into())).collect();
    source.insert("base".into(), "${host}:8080".into());
    source.insert("host".into(), "a-host-of-some-length.example.org".into());
    for form in FORMS {
        assert_eq!(refused_by(form, &source).0, None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_answer_costs_more_than_its_limits(source in source(), resolve: bool) {
        for form in FORMS {
            let mut budget = Budget::new(LITTLE, &|| false);
            let written = form(&[(&source).into()], resolve, &mut budget);
            let mut enough = Budget::new(Limits::ANSWER, &|| false);
            let whole = form(&[(&source).into()], resolve, &mut enough);
            match written {
                Ok(text) => {
                    prop_assert!(text.len() <= LITTLE.bytes);
                    prop_assert_eq!(Ok(text), whole);
                }
                Err(placeholders::Error::Spent(spent)) => {
                    let used = enough.used();
                    let over = used.bytes > LITTLE.bytes
                        || used.resolved > LITTLE.resolved
                        || used.lookups > LITTLE.lookups;
                    // one that fails of itself may be refused for either
                    prop_assert!(over || whole.is_err(), "{spent}: {used:?}");
                }
                Err(other) => prop_assert_eq!(Err(other), whole),
            }
        }
    }

    #[test]
    fn no_text_takes_more_look_ups_than_are_counted(source in source(), text in value()) {
        let sources = [FlatSource::from(&source)];
        let lookup = Lookup::new(&sources);
        let asked = Cell::new(0);
        let find = |key: &str| {
            asked.set(asked.get() + 1);
            lookup.get(key)
        };
        let mut budget = Budget::new(LITTLE, &|| false);
        let resolved = placeholders::resolve(&text, find, &mut budget);
        prop_assert!(asked.get() <= LITTLE.lookups);
        prop_assert!(resolved.map_or(0, |text| text.len()) <= LITTLE.resolved);
    }
}

/// Values that refer to each other, in circles too.
fn source() -> impl Strategy<Value = Map<String, Value>> {
    let entry = ("[a-e](\\[[0-9]\\]|\\.[a-c]){0,3}", value());
    proptest::collection::vec(entry, 0..12)
        .prop_map(|entries| entries.into_iter().map(|(k, v)| (k, v.into())).collect())
}

fn value() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        Just("${a}"),
        Just("${b}${b}${b}"),
        Just("${c:${d}}"),
        Just("${${e}}"),
        Just("${"),
        Just("}"),
        Just("[1, 2]"),
        Just("'"),
        Just("\u{7}"),
        Just("x: y"),
    ];
    proptest::collection::vec(token, 0..8).prop_map(|tokens| tokens.concat())
}
