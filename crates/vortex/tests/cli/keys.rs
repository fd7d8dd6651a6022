//! API keys: made here, sent by their hashes, listed, revoked, rotated.

use serde_json::{Value, json};

use crate::{
    command::{Ran, run, vortex},
    gateway::{Asked, Gateway, Reply},
};

const ID: &str = "0123456789abcdef";
const OTHER: &str = "fedcba9876543210";

fn key(id: &str) -> Value {
    json!({"id": id, "name": "ci", "grants": [{"role": "reader", "scopes": ["payments/**", "a"]},
            {"role": "operator", "scopes": ["orders"]}],
        "state": "active", "created_at": "2026-01-02T03:04:05.678Z",
        "expires_at": "2026-04-02T03:04:05.678Z", "revoked_at": null, "rotated_from": "",
        "created_by": "key:root", "newer": true})
}

/// Answers as a server that keeps what it is told.
fn server() -> Gateway {
    Gateway::start(|asked, _| match asked.line.as_str() {
        "POST /api/keys" => made(asked, "id"),
        line if line.ends_with("/rotate") => made(asked, "new_id"),
        line if line.starts_with("POST") => {
            Reply::json(200, &json!({"description": key(ID), "token": "s:1"}))
        }
        line if line.starts_with("GET /api/keys?") => listed(&[key(ID)]),
        _ => Reply::json(200, &json!({"description": key(ID), "token": "s:1"})),
    })
}

fn made(asked: &Asked, member: &str) -> Reply {
    let id = asked.json()[member].as_str().unwrap().to_owned();
    let made = json!({"description": key(&id), "key": "", "old": key(ID), "token": "s:1",
        "shown_before": false});
    Reply::json(201, &made)
}

fn listed(keys: &[Value]) -> Reply {
    let list = json!({"keys": keys, "next_page_token": "", "token": "s:1"});
    Reply::json(200, &list)
}

fn is_key(text: &str) -> bool {
    text.starts_with("vx_") && text.len() == 79
}

#[test]
fn a_key_is_made_here_and_only_its_hash_is_sent() {
    let gateway = server();
    let out = run(
        &gateway,
        "key create --role reader --scope payments/** --scope a --grant operator=orders \
         --grant reader=b --expires 90d --name ci",
    )
    .done();
    let secret = out.strip_suffix('\n').unwrap();
    assert!(is_key(secret), "{secret}");
    let asked = &gateway.asked()[0];
    assert_eq!(asked.line, "POST /api/keys");
    assert!(!asked.header("idempotency-key").is_empty());
    assert_eq!(
        asked.json(),
        json!({
            "grants": [{"role": "reader", "scopes": ["payments/**", "a", "b"]},
                {"role": "operator", "scopes": ["orders"]}],
            "id": &secret[3..19], "sha256": hash(secret), "name": "ci", "expires": "90d",
        })
    );
    let sent = String::from_utf8(asked.body.to_vec()).unwrap();
    assert!(!sent.contains(&secret[20..]), "{sent}");
}

fn hash(text: &str) -> String {
    use std::io::Write as _;
    let mut child = std::process::Command::new("sha256sum")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    let out = child.wait_with_output().unwrap().stdout;
    String::from_utf8(out[..64].to_vec()).unwrap()
}

#[test]
fn programs_get_the_key_in_an_object_and_standard_error_stays_empty() {
    let gateway = server();
    let ran = run(&gateway, "key create --role admin --scope ** -o json");
    assert_eq!((ran.code, &*ran.err), (0, ""));
    let printed: Value = serde_json::from_str(&ran.out).unwrap();
    assert!(is_key(printed["key"].as_str().unwrap()));
    assert_eq!(printed["description"]["name"], "ci");
}

#[test]
fn what_would_be_more_than_was_meant_is_refused_before_anything_is_asked() {
    let gateway = server();
    for (arguments, what) in [
        ("", "--role reader --scope"),
        ("--role reader", "--scope"),
        ("--scope orders", "--role"),
        ("--role reader --scope *", "write `**` if that is meant"),
        ("--grant reader=*/*", "write `**` if that is meant"),
        ("--grant reader", "--grant 'reader=payments/**'"),
        ("--grant reder=orders", "admin is expected"),
        (
            "--role reader --scope a --role writer --scope b",
            "more than once",
        ),
    ] {
        let told = run(&gateway, &format!("key create {arguments}")).failed(2);
        assert!(told.contains(what), "{arguments}: {told}");
    }
    assert!(gateway.asked().is_empty());
}

#[test]
fn an_answer_that_may_be_lost_names_the_key_that_may_be_there() {
    let gateway = Gateway::start(|_, _| Reply::problem(500, "INTERNAL", "it broke"));
    let told = run(&gateway, "key create --role reader --scope orders").failed(1);
    let id = gateway.asked()[0].json()["id"].as_str().unwrap().to_owned();
    assert!(told.contains(&format!("vortex key revoke {id}")), "{told}");
    assert!(!told.contains("vx_"), "{told}");
}

#[test]
fn a_server_that_answers_of_another_key_gets_none_shown() {
    let other = json!({"description": key(OTHER), "key": "", "token": "s:1"});
    let gateway = Gateway::start(move |_, _| Reply::json(201, &other));
    let told = run(&gateway, "key create --role reader --scope orders").failed(1);
    assert!(told.contains("another key"), "{told}");
}

#[test]
fn keys_are_listed_within_80_columns() {
    let long = json!({"id": OTHER, "name": "the continuous integration", "state": "revoked",
        "grants": [{"role": "reader", "scopes": ["a"]}, {"role": "writer", "scopes": ["b"]},
            {"role": "operator", "scopes": ["c"]}], "expires_at": null});
    let gateway = Gateway::start(move |_, _| listed(&[key(ID), long.clone()]));
    let out = run(&gateway, "key list --name ci").done();
    let expected = "\
ID                NAME             ROLES             EXPIRES           STATE
0123456789abcdef  ci               reader,operator   2026-04-02 03:04  active
fedcba9876543210  the continuous…  reader,writer,o…  never             revoked
";
    assert_eq!(out, expected);
    assert!(out.lines().all(|line| line.chars().count() <= 80));
    assert_eq!(
        gateway.asked()[0].line,
        "GET /api/keys?name=ci&page_size=1000"
    );
    let json = run(&gateway, "key list -o json").done();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["keys"][0]["grants"], key(ID)["grants"]);
}

#[test]
fn a_key_is_revoked_by_its_id_and_by_its_name() {
    let gateway = server();
    for given in [ID, "ci"] {
        let out = run(&gateway, &format!("key revoke {given} --yes")).done();
        assert_eq!(out, format!("{ID} (ci) is revoked\n"));
        let last = gateway.asked().last().unwrap().clone();
        assert_eq!(last.line, format!("POST /api/keys/{ID}/revoke"));
        assert!(!last.header("idempotency-key").is_empty());
    }
    let asked = gateway.asked().len();
    let told = run(&gateway, "key revoke ci").failed(2);
    assert!(told.contains("--yes"), "{told}");
    let told = run(&gateway, "key revoke vx_secret --yes").failed(2);
    assert!(
        told.contains("by its id") && !told.contains("vx_secret"),
        "{told}"
    );
    assert_eq!(gateway.asked().len(), asked);
}

#[test]
fn a_name_is_that_of_one_key_in_use() {
    let ended = json!({"id": OTHER, "name": "ci", "state": "expired", "grants": []});
    let gateway = Gateway::start(move |_, before| match before {
        0 => listed(std::slice::from_ref(&ended)),
        _ => listed(&[key(ID), key(OTHER)]),
    });
    let told = run(&gateway, "key revoke ci --yes").failed(3);
    assert!(told.contains("no key of the name ci"), "{told}");
    let told = run(&gateway, "key revoke ci --yes").failed(2);
    assert!(told.contains(&format!("{ID}, {OTHER}")), "{told}");
}

#[test]
fn a_key_is_rotated_and_the_new_one_is_printed() {
    let gateway = server();
    let out = run(&gateway, "key rotate ci --overlap 1d").done();
    let secret = out.strip_suffix('\n').unwrap();
    assert!(is_key(secret));
    let asked = gateway.asked();
    assert_eq!(asked[1].line, format!("POST /api/keys/{ID}/rotate"));
    assert_eq!(
        asked[1].json(),
        json!({"overlap": "1d", "new_id": &secret[3..19], "sha256": hash(secret)})
    );
    run(&gateway, "key rotate ci").failed(2);
    run(&gateway, "key rotate ci --overlap soon").failed(2);
}

#[test]
fn a_fresh_key_needs_no_server() {
    let home = tempfile::tempdir().unwrap();
    let generate = |more: &[&str]| {
        let mut command = vortex(home.path());
        command.args(["--server", "http://127.0.0.1:1", "key", "generate"]);
        Ran::of(command.args(more)).done()
    };
    let first = generate(&[]);
    assert!(is_key(first.trim_end()));
    assert_ne!(generate(&[]), first);
    let printed: Value = serde_json::from_str(&generate(&["-o", "json"])).unwrap();
    let secret = printed["key"].as_str().unwrap();
    assert_eq!(printed["sha256"], hash(secret));
    assert_eq!(printed["id"], secret[3..19]);
}
