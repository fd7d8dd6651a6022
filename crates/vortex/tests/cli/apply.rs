//! Many documents as one change set.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    command::run,
    gateway::{Asked, Gateway, Reply},
};

const A: &str = "a: 1\n";
/// SHA-256 of `A`.
const A_DIGEST: &str = "37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yml"), A).unwrap();
    fs::write(folder.path().join("b.json"), "{\"b\": 2}\n").unwrap();
    fs::write(folder.path().join("README.md"), "no document").unwrap();
    fs::write(folder.path().join(".hidden.yml"), "h: 1").unwrap();
    fs::create_dir(folder.path().join("below")).unwrap();
    folder
}

fn listed(path: &str, app: &str, profile: &str, digest: &str) -> Value {
    json!({"label": "main", "path": path, "app": app, "profile": profile, "digest": digest,
           "version": "v1", "size": 1, "versions": 1})
}

fn gateway() -> Gateway {
    Gateway::start(
        |asked, _| match asked.line.split(['?', ' ']).nth(1).unwrap() {
            "/api/configs" => {
                let documents = [
                    listed("a.yml", "a", "default", A_DIGEST),
                    listed("b.json", "", "", "other"),
                    listed("old-prod.yml", "old", "prod", "another"),
                ];
                Reply::json(200, &json!({"documents": documents, "next_page_token": ""}))
            }
            "/api/configs/b/default" => Reply::text("{\"b\": 1}\n"),
            "/api/configs/old/prod" => Reply::text("gone: soon\n"),
            "/api/changes" => Reply::json(201, &applied(asked)),
            _ => Reply::problem(404, "NOT_FOUND", &asked.line),
        },
    )
}

fn applied(asked: &Asked) -> Value {
    let body = asked.json();
    let documents: Vec<_> = body["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|document| {
            json!({"path": document["path"], "version": "r7", "digest": "",
                   "deleted": document.get("delete").is_some()})
        })
        .collect();
    json!({"change": "r7", "digest": "d", "token": "s:9", "created": true, "documents": documents})
}

#[test]
fn a_folder_is_one_change_set() {
    let (folder, gateway) = (folder(), gateway());
    let arguments = format!(
        "config apply -f {} --delete c.yml --label x --version r7 -m why --author me --stage",
        folder.path().display()
    );
    let ran = run(&gateway, &arguments);
    assert!(
        ran.err
            .contains("README.md is skipped: it is not a document\n"),
        "{ran:?}"
    );
    assert!(
        ran.err.contains("below is skipped: it is not a document\n"),
        "{ran:?}"
    );
    assert!(!ran.err.contains("hidden"), "{ran:?}");
    assert_eq!(
        ran.done(),
        "change set r7 on x: 2 written, 1 deleted, staged; `vortex changes release r7 --label x` \
         gives it to everybody\n"
    );
    let asked = gateway.asked_once();
    assert_eq!(asked.line, "POST /api/changes");
    assert_ne!(asked.header("idempotency-key"), "");
    assert_eq!(
        asked.json(),
        json!({"label": "x", "version": "r7", "message": "why", "author": "me",
            "stage_only": true, "documents": [
                {"path": "a.yml", "content": A},
                {"path": "b.json", "content": "{\"b\": 2}\n"},
                {"path": "c.yml", "delete": true}]})
    );
}

#[test]
fn a_dry_run_shows_what_would_change_and_changes_nothing() {
    let (folder, gateway) = (folder(), gateway());
    let folder = folder.path().display();
    let out = run(
        &gateway,
        &format!("config apply -f {folder} --prune --dry-run -q"),
    )
    .done();
    assert_eq!(
        out,
        "--- served/b.json\n+++ file/b.json\n@@ -1 +1 @@\n-{\"b\": 1}\n+{\"b\": 2}\n\
               --- served/old-prod.yml\n+++ file/old-prod.yml\n@@ -1 +0,0 @@\n-gone: soon\n\
               ACTION     PATH\n\
               unchanged  a.yml\n\
               update     b.json\n\
               delete     old-prod.yml\n"
    );
    assert!(
        gateway.lines().iter().all(|line| line.starts_with("GET ")),
        "{:?}",
        gateway.lines()
    );
    let out = run(
        &gateway,
        &format!("config apply -f {folder} --dry-run -o json -q"),
    )
    .done();
    let plan: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        plan["documents"][1],
        json!({"path": "b.json", "action": "update"})
    );
}

#[test]
fn a_label_that_is_not_there_yet_is_empty() {
    let folder = folder();
    let gateway = Gateway::always(|| Reply::problem(404, "LABEL_NOT_FOUND", "no label x"));
    let arguments = format!(
        "config apply -f {} --dry-run -q --label x",
        folder.path().display()
    );
    let out = run(&gateway, &arguments).done();
    assert!(
        out.ends_with("ACTION  PATH\ncreate  a.yml\ncreate  b.json\n"),
        "{out}"
    );
}

#[test]
fn pruning_takes_a_yes() {
    let (folder, gateway) = (folder(), gateway());
    let folder = folder.path().display();
    let err = run(&gateway, &format!("config apply -f {folder} --prune")).failed(2);
    assert!(err.contains("--yes"), "{err}");
    assert_eq!(gateway.lines(), [""; 0]);
    run(&gateway, &format!("config apply -f {folder} --prune --yes")).done();
    let documents = gateway.asked().last().unwrap().json()["documents"].take();
    assert_eq!(
        documents[2],
        json!({"path": "old-prod.yml", "delete": true})
    );
}

#[test]
fn what_can_not_be_applied_is_refused_before_anything_is_sent() {
    let gateway = gateway();
    let folder = folder();
    let path = folder.path().display();
    let (latin, large) = (
        folder.path().join("latin.yml"),
        folder.path().join("large.yml"),
    );
    fs::write(&latin, b"a: 1\nb: \xff\n").unwrap();
    fs::write(&large, vec![b' '; (1 << 20) + 1]).unwrap();
    for (arguments, code, complaint) in [
        ("-f PATH/latin.yml", 5, "latin.yml is not UTF-8 in line 2"),
        ("-f PATH/large.yml", 5, "DOCUMENT_TOO_LARGE"),
        ("-f PATH/absent.yml", 5, "absent.yml can't be read"),
        ("-f -", 5, "has no valid document name"),
        ("-f PATH/a.yml -f PATH/a.yml", 2, "a.yml is given twice"),
        ("-f PATH/a.yml --delete a.yml", 2, "written and deleted"),
        ("-f PATH/below", 2, "nothing to apply"),
        ("", 2, "--file"),
    ] {
        let arguments = arguments.replace("PATH", &path.to_string());
        let err = run(&gateway, &format!("config apply {arguments}")).failed(code);
        assert!(err.contains(complaint), "{arguments}: {err}");
    }
    assert_eq!(gateway.lines(), [""; 0]);
}
