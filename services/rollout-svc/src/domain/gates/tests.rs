//! Which gates a rollout may have.

use vortex_bucket::Arm;

use super::*;
use crate::domain::analysis::{NoValue, QueryLimits};

fn template(text: &str) -> Result<Template, InvalidTemplate> {
    text.parse()
}

fn placed(arm: Arm) -> Placed<'static> {
    Placed {
        app: r#"or"d\e'rs"#,
        profile: "prod",
        label: "main",
        rollout: "r1",
        arm,
        canary: "v2",
        stable: "v1",
    }
}

fn draft(query: &str, limits: QueryLimits) -> QueryDraft {
    QueryDraft {
        name: "errors".to_owned(),
        provider: "main".to_owned(),
        query: query.to_owned(),
        limits,
        no_value: NoValue::Hold,
    }
}

fn at_most(max: f64) -> QueryLimits {
    QueryLimits {
        max: Some(max),
        ..QueryLimits::default()
    }
}

#[test]
fn placeholders_are_filled_in_for_each_arm() {
    let query = r#"x{arm="{{arm}}",v=~'{{ version }}.*',r="{{rollout}}{{canary_version}}{{stable_version}}"}"#;
    let template = template(query).unwrap();
    assert_eq!(template.as_str(), query);
    assert_eq!(
        template.of(&placed(Arm::Canary)),
        r#"x{arm="canary",v=~'v2.*',r="r1v2v1"}"#
    );
    assert_eq!(
        template.of(&placed(Arm::Stable)),
        r#"x{arm="stable",v=~'v1.*',r="r1v2v1"}"#
    );
}

#[test]
fn no_name_can_become_a_part_of_the_query() {
    let template = template(r#"x{app="{{app}}",app!='{{app}}'}"#).unwrap();
    assert_eq!(
        template.of(&placed(Arm::Canary)),
        r#"x{app="or\"d\\e\'rs",app!='or\"d\\e\'rs'}"#
    );
}

#[test]
fn a_placeholder_stands_between_quotation_marks() {
    for bare in [
        "x{{arm}}",
        "x{v=`{{arm}}`}",
        r#"x{a="\"{{arm}}",b={{arm}}}"#,
        "# \"\n {{arm}}",
    ] {
        assert_eq!(
            template(bare),
            Err(InvalidTemplate::Bare("arm".to_owned())),
            "{bare}"
        );
    }
    // what only looks like one in a comment is none
    assert!(template("x # {{arm}} it's").is_ok());
    assert!(template(r#"x{a="\\{{arm}}"}"#).is_ok());
}

#[test]
fn what_is_no_query_is_refused_with_its_reason() {
    for (query, why) in [
        ("", "a query is needed"),
        (" \n", "a query is needed"),
        (
            r#"x{a="{{arms}}"}"#,
            "there is no placeholder {{arms}}: app, profile, label, rollout, arm, version, \
             canary_version, stable_version are known",
        ),
        (
            r#"x{a="{{arm"}"#,
            "a placeholder that begins with {{ does not end with }}",
        ),
        (
            "x{a={{arm}}}",
            r#"{{arm}} must stand in a text between " or ', as in {arm="{{arm}}"}"#,
        ),
        (r#"x{a="b}"#, r#"a text does not end with ""#),
    ] {
        assert_eq!(template(query).unwrap_err().to_string(), why, "{query}");
    }
    let long = "x".repeat(4_097);
    assert_eq!(template(&long), Err(InvalidTemplate::TooLong(4_097)));
}

#[test]
fn a_condition_has_limits_that_can_be_kept() {
    let wrong = [
        (QueryLimits::default(), "max"),
        (at_most(f64::NAN), "max"),
        (
            QueryLimits {
                min: Some(f64::INFINITY),
                ..QueryLimits::default()
            },
            "min",
        ),
        (
            QueryLimits {
                min: Some(2.0),
                ..at_most(1.0)
            },
            "min",
        ),
        (
            QueryLimits {
                max_ratio: Some(-1.0),
                ..QueryLimits::default()
            },
            "max_ratio",
        ),
        (
            QueryLimits {
                min_ratio: Some(2.0),
                max_ratio: Some(1.0),
                ..QueryLimits::default()
            },
            "min_ratio",
        ),
        (
            QueryLimits {
                margin: -0.1,
                ..at_most(1.0)
            },
            "margin",
        ),
    ];
    for (limits, field) in wrong {
        let refused = Query::new("queries[2]", draft(r#"x{a="{{arm}}"}"#, limits)).unwrap_err();
        assert_eq!(refused.field, format!("queries[2].{field}"), "{limits:?}");
    }
}

#[test]
fn what_compares_the_arms_names_the_arm() {
    let limits = QueryLimits {
        max_ratio: Some(1.5),
        ..QueryLimits::default()
    };
    let refused = Query::new("queries[0]", draft("x", limits)).unwrap_err();
    assert_eq!(refused.field, "queries[0].query");
    for query in [r#"x{a="{{arm}}"}"#, r#"x{a="{{version}}"}"#] {
        assert!(Query::new("queries[0]", draft(query, limits)).is_ok());
    }
    assert!(Query::new("queries[0]", draft("x", at_most(1.0))).is_ok());
}

#[test]
fn each_gate_has_a_name_of_its_own() {
    let query = |name: &str| {
        let draft = QueryDraft {
            name: name.to_owned(),
            ..draft("x", at_most(1.0))
        };
        Query::new("queries[0]", draft).unwrap()
    };
    let webhook = |name: &str| Webhook {
        name: name.to_owned(),
        url: "https://gate.example.com/".to_owned(),
    };
    let field = |queries: &[&str], webhooks: &[&str]| {
        let queries = queries.iter().map(|name| query(name)).collect();
        let webhooks = webhooks.iter().map(|name| webhook(name)).collect();
        Gates::new(queries, webhooks).err().map(|error| error.field)
    };
    assert_eq!(field(&["a", "b"], &["c"]), None);
    assert_eq!(field(&["a", "a"], &[]).unwrap(), "queries[1].name");
    assert_eq!(field(&["a"], &["b", "a"]).unwrap(), "webhooks[1].name");
    assert_eq!(field(&[""], &[]).unwrap(), "queries[0].name");
    assert_eq!(field(&["A"], &[]).unwrap(), "queries[0].name");
    let many: Vec<String> = (0..11).map(|n| format!("q{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(field(&many, &[]).unwrap(), "queries");
    assert_eq!(field(&[], &many).unwrap(), "webhooks");
}

#[test]
fn what_only_compares_has_no_say_without_a_stable_arm() {
    let limits = QueryLimits {
        max_ratio: Some(1.5),
        ..QueryLimits::default()
    };
    let query = Query::new("queries[0]", draft(r#"x{a="{{arm}}"}"#, limits)).unwrap();
    let gates = Gates::new(vec![query], Vec::new()).unwrap();
    assert!(gates.judge(true));
    assert!(!gates.judge(false));
    assert!(!Gates::default().judge(true));
}
