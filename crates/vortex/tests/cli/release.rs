//! Change sets and sources.

use serde_json::{Value, json};

use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

fn change() -> Value {
    json!({"change": "release-7", "label": "main", "state": "released", "author": "me",
        "message": "larger pool", "written_at": "2026-01-02T03:04:05Z", "document_count": 1,
        "documents": [{"path": "orders.yml", "version": "release-7", "digest": "ab".repeat(32),
                       "deleted": false}]})
}

const TABLE: &str = "CHANGE     LABEL  STATE     PATH        VERSION    DIGEST\n\
                     release-7  main   released  orders.yml  release-7  abababababab\n";

#[test]
fn a_version_is_released_by_its_documents_name() {
    let gateway = Gateway::always(|| Reply::json(200, &json!({"change": change(), "moved": true})));
    let ran = run(
        &gateway,
        "config release orders prod --version v2 --force --if-match ab",
    );
    assert_eq!(ran.err, "");
    assert_eq!(
        ran.done(),
        "release-7 is stable on main (orders.yml); to go back, release the version before\n"
    );
    let asked = gateway.asked_once();
    assert_eq!(
        asked.line,
        "POST /api/configs/orders/prod/release?force=true"
    );
    assert_eq!(asked.json(), json!({"version": "v2"}));
    assert_eq!(asked.header("if-match"), "\"ab\"");
}

#[test]
fn change_sets_are_released_and_discarded_by_name() {
    let gateway =
        Gateway::always(|| Reply::json(200, &json!({"change": change(), "moved": false})));
    let ran = run(
        &gateway,
        "changes release a/b --path orders.yml --force --if-match ab",
    );
    assert_eq!(
        ran.done(),
        "release-7 was stable on main already (orders.yml)\n"
    );
    run(&gateway, "changes discard release-7 --label x").done();
    assert_eq!(run(&gateway, "changes show release-7").done(), TABLE);
    assert_eq!(
        gateway.lines(),
        [
            "POST /api/changes/a%2Fb/release?path=orders.yml&force=true",
            "POST /api/changes/release-7/discard?label=x",
            "GET /api/changes/release-7",
        ]
    );
    assert_eq!(gateway.asked()[2].header("idempotency-key"), "");
}

#[test]
fn a_version_that_was_rolled_back_is_shown_so_and_released_with_a_reason() {
    let mut rolled_back = change();
    rolled_back["state"] = json!("rolled_back");
    rolled_back["rolled_back_by"] = json!("r1");
    let gateway = Gateway::always(move || Reply::json(200, &json!({"change": rolled_back})));
    let out = run(&gateway, "changes show release-7").done();
    assert!(out.contains("rolled_back (r1)"), "{out}");
    let forced = "changes release release-7 --force --reason database";
    run(&gateway, forced).done();
    assert_eq!(
        gateway.asked()[1].line,
        "POST /api/changes/release-7/release?force=true&reason=database"
    );
}

#[test]
fn change_sets_are_listed() {
    let gateway = Gateway::always(|| {
        Reply::json(200, &json!({"changes": [change()], "next_page_token": ""}))
    });
    let out = run(&gateway, "changes list --state released --limit 5").done();
    assert_eq!(
        out,
        "CHANGE     LABEL  STATE     DOCUMENTS  WRITTEN               AUTHOR  MESSAGE\n\
         release-7  main   released  1          2026-01-02T03:04:05Z  me      larger pool\n"
    );
    assert_eq!(
        gateway.asked_once().line,
        "GET /api/changes?state=released&page_size=5"
    );
}

fn source() -> Value {
    json!({"name": "repo", "kind": "git", "location": "https://git.example/r", "release": "auto",
        "last_success": "2026-01-02T03:04:05Z", "error": "", "more_defects": 3,
        "labels": [{"label": "main", "commit": "1".repeat(40),
                    "served_commit": "1".repeat(40), "pending_commit": "2".repeat(40),
                    "pending_reason": "SOURCE_SHRANK", "pending_detail": "9 of 10"}],
        "defects": [{"label": "main", "path": "a.yml", "reason": "DOCUMENT_INVALID",
                     "detail": "line 3"}]})
}

#[test]
fn sources_say_what_waits() {
    let gateway = Gateway::start(
        |asked, _| match asked.line.starts_with("GET /api/sources?") {
            true => Reply::json(200, &json!({"sources": [source()], "next_page_token": ""})),
            false => Reply::json(200, &source()),
        },
    );
    let out = run(&gateway, "sources list").done();
    assert!(
        out.contains("repo  git   main    waits: SOURCE_SHRANK  2026-01-02"),
        "{out}"
    );
    let ran = run(&gateway, "sources show repo");
    assert_eq!(ran.err, "3 more are not served\n");
    let out = ran.done();
    let pending = "2".repeat(40);
    let waits = format!("main   111111111111  stable  {pending}  SOURCE_SHRANK  9 of 10\n");
    assert!(out.contains(&waits), "{out}");
    assert!(
        out.contains("main   a.yml       DOCUMENT_INVALID  line 3\n"),
        "{out}"
    );
}

#[test]
fn sources_say_what_is_to_be_rolled_out() {
    let gateway = Gateway::always(|| {
        let label = json!({"label": "main", "commit": "2".repeat(40), "awaits_rollout": true,
            "served_commit": "1".repeat(40)});
        Reply::json(
            200,
            &json!({"name": "repo", "release": "rollout", "labels": [label]}),
        )
    });
    let out = run(&gateway, "sources show repo").done();
    assert!(out.contains("waits: to be rolled out"), "{out}");
    assert!(
        out.contains("main   222222222222  to be rolled out"),
        "{out}"
    );
}

#[test]
fn a_source_that_is_not_configured_is_detached_on_command() {
    let gateway = Gateway::always(|| Reply::json(200, &json!({"labels": ["main", "v1"]})));
    let told = run(&gateway, "sources detach repo").done();
    assert_eq!(
        told,
        "repo is detached from main, v1, which take other writes now\n"
    );
    assert_eq!(gateway.asked()[0].line, "POST /api/sources/repo/detach");
}

#[test]
fn sources_are_read_and_approved_on_command() {
    let gateway = Gateway::always(|| Reply::json(200, &source()));
    run(&gateway, "sources sync repo").done();
    run(
        &gateway,
        "sources approve repo --commit abc --label release",
    )
    .done();
    let asked = gateway.asked();
    assert_eq!(asked[0].line, "POST /api/sources/repo/sync");
    assert_eq!(asked[1].line, "POST /api/sources/repo/approve");
    assert_eq!(
        asked[1].json(),
        json!({"label": "release", "commit": "abc"})
    );
}
