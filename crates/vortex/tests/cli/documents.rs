//! Writing, reading, listing, comparing and explaining documents.

use serde_json::{Value, json};

use crate::{
    command::{run, run_with},
    gateway::{Gateway, Reply},
};

fn written() -> Value {
    json!({"app": "orders", "profile": "prod", "label": "main", "path": "orders-prod.yml",
           "version": "v2", "digest": "ab".repeat(32), "token": "s:7", "created": true, "new": 1})
}

#[test]
fn put_sends_the_content_and_everything_said_about_it() {
    let gateway = Gateway::always(|| Reply::json(201, &written()));
    let arguments = "config put orders prod -f - --label feature/x --version v2 --message why \
                     --author me --stage --if-match abc --media-type application/json";
    let out = run_with(&gateway, arguments, b"{\"a\":1}").done();
    assert_eq!(
        out,
        "orders-prod.yml has version v2 on main, staged; `vortex config release orders prod \
         --version v2` gives it to everybody\n"
    );
    let asked = gateway.asked_once();
    assert_eq!(
        asked.line,
        "PUT /api/configs/orders/prod?label=feature%2Fx&version=v2&message=why&author=me\
         &stage_only=true"
    );
    assert_eq!(asked.header("content-type"), "application/json");
    assert_eq!(asked.header("if-match"), "\"abc\"");
    assert_eq!(&asked.body[..], b"{\"a\":1}");
    let key = asked.header("idempotency-key");
    assert_eq!(key.len(), 36, "{key}");
    assert_eq!(asked.header("x-request-id"), key);
}

#[test]
fn what_a_write_did_is_a_line_for_people_and_the_whole_answer_for_programs() {
    let gateway = Gateway::always(|| Reply::json(201, &written()));
    let put = "config put orders prod -f -";
    let out = run_with(&gateway, put, b"a: 1").done();
    assert_eq!(out, "orders-prod.yml is at version v2 on main, stable\n");
    let out = run_with(&gateway, &format!("{put} -o json"), b"a: 1").done();
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(answer, written());
    let out = run(&gateway, "config delete orders prod").done();
    assert!(out.starts_with("orders prod is deleted on main, as version v2; "));
    let gateway = Gateway::always(|| {
        let mut again = written();
        again["created"] = json!(false);
        Reply::json(200, &again)
    });
    let out = run_with(&gateway, put, b"a: 1").done();
    assert_eq!(
        out,
        "orders-prod.yml on main had version v2 already; nothing changed\n"
    );
}

#[test]
fn a_files_extension_says_its_media_type() {
    let folder = tempfile::tempdir().unwrap();
    for (name, media_type) in [
        ("a.yml", "application/yaml"),
        ("a.yaml", "application/yaml"),
        ("a.json", "application/json"),
        ("a.properties", "text/x-java-properties"),
        ("a", ""),
    ] {
        let gateway = Gateway::always(|| Reply::json(200, &written()));
        let path = folder.path().join(name);
        std::fs::write(&path, "a: 1").unwrap();
        run(
            &gateway,
            &format!("config put orders -f {}", path.display()),
        )
        .done();
        let asked = gateway.asked_once();
        assert_eq!(asked.line, "PUT /api/configs/orders/default");
        assert_eq!(asked.header("content-type"), media_type, "{name}");
    }
}

#[test]
fn a_file_that_is_no_document_is_refused_unless_its_type_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = Gateway::always(|| Reply::json(200, &written()));
    for name in ["page.html", "orders.YML", "a.txt"] {
        let path = folder.path().join(name);
        std::fs::write(&path, "a: 1").unwrap();
        let put = format!("config put orders -f {}", path.display());
        let err = run(&gateway, &put).failed(5);
        assert!(err.starts_with("error: UNSUPPORTED_FORMAT: "), "{err}");
        assert!(err.contains(".properties, .yml, .yaml, .json"), "{err}");
    }
    assert!(gateway.asked().is_empty());
    let path = folder.path().join("page.html");
    let put = format!("config put orders -f {} --media-type", path.display());
    run(&gateway, &format!("{put} application/json")).done();
    let asked = gateway.asked_once();
    assert_eq!(asked.header("content-type"), "application/json");
}

#[test]
fn nothing_is_written_of_nothing_unless_that_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yml");
    std::fs::write(&path, "").unwrap();
    let gateway = Gateway::always(|| Reply::json(200, &written()));
    for file in ["-", path.to_str().unwrap()] {
        let err = run(&gateway, &format!("config put orders -f {file}")).failed(5);
        assert!(err.contains(" is empty; --allow-empty writes"), "{err}");
    }
    assert!(gateway.asked().is_empty());
    run(&gateway, "config put orders -f - --allow-empty").done();
    let asked = gateway.asked_once();
    assert!(asked.body.is_empty());
    assert!(asked.line.contains("allow_empty=true"), "{}", asked.line);
}

#[test]
fn a_program_gets_the_answer_whole() {
    let gateway = Gateway::always(|| Reply::json(201, &written()));
    let out = run_with(&gateway, "config put orders prod -f - -o json", b"a: 1").done();
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), written());
    let out = run_with(&gateway, "config put orders prod -f - -o yaml", b"a: 1").done();
    assert!(out.contains("\ncreated: true\nnew: 1\n"), "{out}");
}

#[test]
fn get_prints_a_document_byte_by_byte() {
    let bytes = "\u{feff}a:  1\r\n# no end of line";
    let gateway = Gateway::always(move || Reply::text(bytes));
    let out = run(
        &gateway,
        "config get orders prod --version v1 --min-token s:1 -o json",
    )
    .done();
    assert_eq!(out, bytes);
    let line = gateway.asked_once().line;
    assert_eq!(
        line,
        "GET /api/configs/orders/prod?version=v1&min_token=s%3A1"
    );
}

#[test]
fn get_effective_prints_the_configuration_or_the_whole_answer() {
    let answer =
        r#"{"app":"orders","config":{"big":12345678901234567890.50,"l":[1]},"version":"v2"}"#;
    let gateway = Gateway::always(move || Reply::text(answer));
    let out = run(
        &gateway,
        "config get orders dev,prod --effective --instance i --key k",
    )
    .done();
    assert_eq!(out, "big: 12345678901234567890.50\nl:\n- 1\n");
    let line = gateway.asked_once().line;
    assert_eq!(line, "GET /api/effective/orders/dev,prod?instance=i&key=k");
    let out = run(&gateway, "config get orders --effective -o json").done();
    assert!(out.contains("\"big\": 12345678901234567890.50"), "{out}");
}

#[test]
fn get_spring_shows_flat_keys_by_source() {
    let answer = json!({"name": "orders", "propertySources": [
        {"name": "git/orders.yml", "source": {"server.port": 80, "a": "x"}}]});
    let gateway = Gateway::always(move || Reply::json(200, &answer));
    let out = run(
        &gateway,
        "config get orders prod --spring --label feature/x",
    )
    .done();
    assert_eq!(
        out,
        "KEY          VALUE  SOURCE\n\
         server.port  80     git/orders.yml\n\
         a            x      git/orders.yml\n"
    );
    assert_eq!(gateway.asked_once().line, "GET /orders/prod/feature(_)x");
}

#[test]
fn list_reads_all_pages() {
    let gateway = Gateway::start(|asked, _| {
        let (path, next) = match asked.line.contains("page_token=p2") {
            true => ("b.yml", ""),
            false => ("a.yml", "p2"),
        };
        let document = json!({"label": "main", "path": path, "version": "v1", "size": 3,
            "digest": "", "written_at": "2026-01-02T03:04:05Z", "versions": 1});
        Reply::json(
            200,
            &json!({"documents": [document], "next_page_token": next}),
        )
    });
    let out = run(&gateway, "config list --app orders --label main").done();
    assert_eq!(
        out,
        "LABEL  PATH   VERSION  DIGEST  SIZE  WRITTEN               DEFECT\n\
         main   a.yml  v1       -       3     2026-01-02T03:04:05Z  -\n\
         main   b.yml  v1       -       3     2026-01-02T03:04:05Z  -\n"
    );
    let first = "GET /api/configs?label=main&app=orders&page_size=1000";
    assert_eq!(
        gateway.lines(),
        [first.to_owned(), format!("{first}&page_token=p2")]
    );
}

#[test]
fn a_list_that_was_cut_says_so() {
    let gateway = Gateway::always(|| {
        Reply::json(
            200,
            &json!({"documents": [{"path": "a"}, {"path": "b"}], "next_page_token": "p"}),
        )
    });
    let ran = run(&gateway, "config list --limit 1 -o json");
    assert_eq!(ran.err, "there are more; raise --limit to see them\n");
    let list: Value = serde_json::from_str(&ran.done()).unwrap();
    assert_eq!(list["documents"], json!([{"path": "a"}]));
    assert_eq!(run(&gateway, "config list --limit 1 -q").err, "");
}

#[test]
fn pages_without_end_are_refused() {
    let page = || Reply::json(200, &json!({"documents": [], "next_page_token": "p"}));
    let err = run(&Gateway::always(page), "config list").failed(1);
    assert!(err.contains("pages do not end"), "{err}");
}

#[test]
fn versions_say_which_is_stable_and_which_is_a_deletion() {
    let gateway = Gateway::always(|| {
        Reply::json(
            200,
            &json!({"versions": [
            {"version": "v2", "deleted": true, "state": "staged", "author": "me", "message": "a\nb"},
            {"version": "v1", "digest": "cd".repeat(32), "size": 9, "stable": true,
             "state": "released"}], "next_page_token": ""}),
        )
    });
    let out = run(&gateway, "config versions orders prod").done();
    assert_eq!(
        out,
        "VERSION  STATE   RELEASED  BY  MESSAGE\n\
         v2       staged  -         me  (deleted) a b\n\
         v1       stable  -         -   -\n"
    );
}

#[test]
fn diff_is_text_for_people_and_a_patch_for_programs() {
    let gateway = Gateway::always(|| {
        Reply::json(
            200,
            &json!({"from": "v1", "to": "v2", "from_content": "a: 1\nb: 2\n",
            "to_content": "a: 1\nb: 3\n", "patch": [{"op": "replace", "path": "/b", "value": 3}]}),
        )
    });
    let out = run(&gateway, "config diff orders prod --from v1 --to v2").done();
    assert_eq!(
        out,
        "--- v1\n+++ v2\n@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3\n"
    );
    assert_eq!(
        gateway.asked_once().line,
        "GET /api/configs/orders/prod/diff?from=v1&to=v2"
    );
    let out = run(&gateway, "config diff orders prod --from v1 -o json").done();
    let patch: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(patch, json!([{"op": "replace", "path": "/b", "value": 3}]));
    run(&gateway, "config diff orders").failed(2);
}

#[test]
fn a_file_is_compared_with_what_is_served() {
    let gateway = Gateway::always(|| {
        Reply::text("server:\n  port: 80\n")
            .with("content-type", "application/yaml")
            .with("x-vortex-version", "v1")
    });
    let arguments = "config diff orders prod -f -";
    let out = run_with(&gateway, arguments, b"server:\n  port: 81\n").done();
    assert!(out.starts_with("--- v1\n+++ (standard input)\n"), "{out}");
    assert!(out.contains("-  port: 80\n+  port: 81\n"), "{out}");
    let out = run_with(
        &gateway,
        &format!("{arguments} -o json"),
        b"server.port: 81\n",
    )
    .done();
    let patch: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        patch,
        json!([{"op": "replace", "path": "/server/port", "value": 81}])
    );
    let err = run_with(&gateway, &format!("{arguments} -o json"), b"a: [").failed(5);
    assert!(
        err.starts_with("error: DOCUMENT_MALFORMED: (standard input): "),
        "{err}"
    );
    let ran = run_with(&gateway, arguments, b"server:\n  port: 80\n");
    assert_eq!((ran.code, &*ran.out, &*ran.err), (0, "", "no difference\n"));
}

#[test]
fn explain_shows_places_and_what_is_hidden() {
    let gateway = Gateway::always(|| {
        let origin = |path, line| json!({"path": path, "document": 0, "version": "v1", "line": line, "column": 9});
        Reply::json(
            200,
            &json!({"version": "v1", "token": "s:1", "considered": [], "values": [
            {"key": "server.port", "value": 80, "origin": origin("orders-prod.yml", 2),
             "hidden": [{"value": 8080, "origin": origin("orders.yml", 7)}]}]}),
        )
    });
    let out = run(&gateway, "config explain orders prod --path server").done();
    assert_eq!(
        out,
        "KEY          VALUE  ORIGIN               VERSION  HIDES\n\
         server.port  80     orders-prod.yml:2:9  v1       8080 (orders.yml:7:9)\n"
    );
    assert_eq!(
        gateway.asked_once().line,
        "GET /api/explain/orders/prod?path=server"
    );
}

#[test]
fn a_key_that_is_not_there_is_not_found() {
    let answer = json!({"version": "v1", "token": "s:1", "considered": [], "values": []});
    let gateway = Gateway::always(move || Reply::json(200, &answer));
    let err = run(&gateway, "config explain orders prod --path nope").failed(3);
    assert_eq!(err, "error: orders with prod has no key nope\n");
    let ran = run(&gateway, "config explain orders --path nope -o json");
    assert_eq!(ran.code, 3, "{ran:?}");
    let whole: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(whole["values"], json!([]));
    // a configuration without keys is none the less there
    run(&gateway, "config explain orders").done();
}

#[test]
fn delete_is_a_write_like_any_other() {
    let gateway = Gateway::always(|| Reply::json(200, &written()));
    let out = run(&gateway, "config delete orders prod --if-match * --stage").done();
    assert_eq!(
        out,
        "the deletion of orders prod is staged on main, as version v2; `vortex config release \
         orders prod --version v2` makes it so for everybody\n"
    );
    let asked = gateway.asked_once();
    assert_eq!(
        asked.line,
        "DELETE /api/configs/orders/prod?stage_only=true"
    );
    assert_eq!(asked.header("if-match"), "*");
    assert_ne!(asked.header("idempotency-key"), "");
}
