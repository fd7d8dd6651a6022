//! What claims grant, and settings that can't be meant.

use jiff::Timestamp;
use serde_json::{Value, json};
use vortex_oidc::{Refusal, Settings, Verifier};

use super::{ISSUER, KEYS, NOW, claims, settings, verifier_by, with};

/// What a token with these claims is granted by these rules.
fn granted(rules: Value, claims: &Value) -> Result<String, Refusal> {
    let mut settings = settings();
    settings["grants"] = rules;
    let now = Timestamp::from_second(NOW).unwrap();
    let verified = verifier_by(&settings).verify(&ISSUER.token("EdDSA", claims), &KEYS, now)?;
    Ok(format!("{:?}", verified.principal.grants()))
}

#[test]
fn all_rules_that_match_count() {
    let rules = json!([
        {"claim": "groups", "value": "payments", "role": "writer", "scopes": ["payments/**"]},
        {"claim": "groups", "value": "staff", "role": "reader", "scopes": ["**"]},
        {"claim": "groups", "value": "admins", "role": "admin", "scopes": ["**"]},
        {"claim": "sub", "value": "alice", "role": "agent", "scopes": ["main:orders"]},
    ]);
    let all = "[writer on payments/**, reader on **, agent on main:orders/**]";
    assert_eq!(granted(rules.clone(), &claims()), Ok(all.to_owned()));
    let nothing = json!({"groups": 7}).to_string();
    assert_eq!(
        granted(rules.clone(), &with("groups", json!("admins"))).unwrap(),
        "[admin on **, agent on main:orders/**]"
    );
    for value in [
        json!(["Admins", "admins "]),
        json!([["admins"], {"admins": 1}]),
        json!(nothing),
    ] {
        assert_eq!(
            granted(rules.clone(), &with("groups", value)).unwrap(),
            "[agent on main:orders/**]"
        );
    }
}

#[test]
fn a_claim_is_found_by_its_path_and_only_a_scope_is_taken_apart() {
    let rule = |claim: &str| json!([{"claim": claim, "value": "ops", "role": "operator", "scopes": ["a"]}]);
    let given = "[operator on a/**]";
    for (path, name, value, expected) in [
        (
            "realm_access.roles",
            "realm_access",
            json!({"roles": ["x", "ops"]}),
            given,
        ),
        (
            "https://a.b/roles",
            "https://a.b/roles",
            json!(["ops"]),
            given,
        ),
        ("scope", "scope", json!("openid ops email"), given),
        ("scp", "scp", json!(["ops"]), given),
        ("department", "department", json!("not ops"), "[]"),
        ("realm_access.roles", "realm_access", json!("ops"), "[]"),
        ("a.b.c", "a", json!({"b": 1}), "[]"),
    ] {
        assert_eq!(
            granted(rule(path), &with(name, value.clone())).unwrap(),
            expected,
            "{path} {value}"
        );
    }
}

#[test]
fn scopes_may_come_from_a_claim_but_never_everything() {
    let rules = json!([{"claim": "sub", "value": "alice", "role": "reader", "scopes_claim": "vortex.scopes"}]);
    let scoped = |scopes: Value| granted(rules.clone(), &with("vortex", json!({"scopes": scopes})));
    assert_eq!(
        scoped(json!("main:orders")).unwrap(),
        "[reader on main:orders/**]"
    );
    assert_eq!(
        scoped(json!(["orders", "main:billing/dev"])).unwrap(),
        "[reader on orders/**, main:billing/dev]"
    );
    assert_eq!(scoped(json!([])).unwrap(), "[]");
    assert_eq!(granted(rules.clone(), &claims()).unwrap(), "[]");
    for bad in [
        json!("**"),
        json!("*"),
        json!(["orders", "**"]),
        json!("api/**"),
        json!("a b"),
        json!(vec!["a"; 65]),
    ] {
        assert_eq!(scoped(bad.clone()), Err(Refusal::Claims), "{bad}");
    }
}

#[test]
fn another_claim_may_be_the_name() {
    let mut settings = settings();
    settings["name"] = json!("email");
    let now = Timestamp::from_second(NOW).unwrap();
    let verifier = verifier_by(&settings);
    let token = ISSUER.token("EdDSA", &with("email", json!("alice@example.com")));
    let verified = verifier.verify(&token, &KEYS, now).unwrap();
    assert_eq!(verified.principal.to_string(), "jwt:alice@example.com");
    assert_eq!(
        verifier.verify(&ISSUER.token("EdDSA", &claims()), &KEYS, now),
        Err(Refusal::Claims)
    );
}

#[test]
fn settings_that_cant_be_meant_are_refused_with_the_reason() {
    let rule = |rule: Value| json!([{"claim": "a", "value": "b", "role": "reader", "scopes": ["a"]}, rule]);
    for (name, value, says) in [
        ("issuer", json!(""), "`issuer` must not be empty"),
        ("audience", json!([]), "`audience` must not be empty"),
        ("audience", json!([""]), "`audience` must not be empty"),
        ("algorithms", json!([]), "`algorithms` must not be empty"),
        (
            "algorithms",
            json!(["none"]),
            "unknown variant `none`, expected one of `RS256`",
        ),
        (
            "algorithms",
            json!(["RS256", "HS256"]),
            "unknown variant `HS256`, expected one of `RS256`",
        ),
        ("grants", json!([]), "`grants` must not be empty"),
        (
            "grants",
            rule(json!({"claim": "a", "value": "b", "role": "root", "scopes": ["a"]})),
            "rule 2 under `grants`: \"root\" is not a valid role",
        ),
        (
            "grants",
            rule(json!({"claim": "a", "value": "b", "role": "reader"})),
            "rule 2 under `grants`: a role needs at least one scope",
        ),
        (
            "grants",
            rule(json!({"claim": "a", "value": "b", "role": "reader", "scopes": ["*"]})),
            "write `**` if that is meant",
        ),
        (
            "grants",
            rule(json!({"claim": "a", "value": "", "role": "reader", "scopes": ["a"]})),
            "`value` must not be empty",
        ),
        (
            "grants",
            rule(
                json!({"claim": "a", "value": "b", "role": "reader", "scopes": ["a"], "scopes_claim": "c"}),
            ),
            "rule 2 under `grants` has both",
        ),
        ("secret", json!("x"), "unknown field `secret`"),
    ] {
        let mut settings = settings();
        settings[name] = value;
        let error = match serde_json::from_value::<Settings>(settings.clone()) {
            Ok(settings) => Verifier::new(&settings).unwrap_err().to_string(),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(says), "{settings}: {error}");
    }
}
