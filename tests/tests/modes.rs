//! One process or many: the same answers, counts, traces and errors.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

use serde_json::{Value, json};
use vortex_tests::{Answer, Mesh, Mode, Options, Repository};

/// Runs a suite on the mesh as one process and as many.
macro_rules! in_both_modes {
    ($($suite:ident)+) => {$(
        mod $suite {
            #[tokio::test]
            async fn in_one_process() {
                super::$suite(vortex_tests::Mode::One).await;
            }

            #[tokio::test]
            async fn in_many_processes() {
                super::$suite(vortex_tests::Mode::Many).await;
            }
        }
    )+};
}

in_both_modes! {
    a_document_is_written_layered_staged_released_and_deleted
    what_is_refused_says_why_and_changes_nothing
    a_change_set_is_read_whole_or_not_at_all
    calls_are_counted_and_traced_through_every_hop
    everything_is_there_after_a_restart
    the_last_good_state_is_served_when_the_source_is_gone
}

fn mesh(mode: Mode) -> Mesh {
    Mesh::start(mode, &Options::default())
}

async fn a_document_is_written_layered_staged_released_and_deleted(mode: Mode) {
    let mesh = mesh(mode);
    let written = mesh
        .put(
            "/api/configs/orders/default?version=v1",
            "port: 1\nname: orders\n",
        )
        .await;
    assert_eq!(written.status, 201, "{}", written.text());
    assert_eq!(written.json()["version"], "v1");
    let again = mesh
        .put(
            "/api/configs/orders/default?version=v1",
            "port: 1\nname: orders\n",
        )
        .await;
    assert_eq!(again.status, 200);
    mesh.put("/api/configs/orders/prod?version=p1", "port: 2\n")
        .await;
    mesh.put(
        "/api/configs/application/default?version=a1",
        "shared: true\nport: 0\n",
    )
    .await;

    let spring = mesh.get("/orders/prod").await.json();
    assert_eq!(spring["propertySources"][0]["source"], json!({"port": 2}));
    assert_eq!(spring["label"], Value::Null);
    let effective = mesh.get("/api/effective/orders/prod").await;
    let config = &effective.json()["config"];
    assert_eq!(
        config,
        &json!({"port": 2, "name": "orders", "shared": true})
    );
    assert_eq!(
        effective.header("x-vortex-version").split('+').next(),
        Some("p1")
    );

    let staged = mesh
        .put(
            "/api/configs/orders/prod?version=p2&stage_only=true",
            "port: 3\n",
        )
        .await;
    assert_eq!(staged.status, 201, "{}", staged.text());
    assert_eq!(mesh.get("/orders-prod.json").await.json()["port"], 2);
    let diff = mesh
        .get("/api/configs/orders/prod/diff?from=p1&to=p2")
        .await
        .text();
    assert!(diff.contains(r#""value":3"#), "{diff}");
    let released = mesh
        .post(
            "/api/configs/orders/prod/release",
            &json!({"version": "p2"}),
        )
        .await;
    assert_eq!(released.status, 200, "{}", released.text());
    assert_eq!(mesh.get("/orders-prod.json").await.json()["port"], 3);
    let versions = mesh.get("/api/configs/orders/prod/versions").await.json();
    assert_eq!(
        versions["versions"].as_array().map(Vec::len),
        Some(2),
        "{versions}"
    );

    let deleted = mesh
        .send(mesh.request("DELETE", "/api/configs/orders/prod"))
        .await;
    assert!(deleted.status < 300, "{}", deleted.text());
    assert_eq!(mesh.get("/orders-prod.json").await.json()["port"], 1);
    let gone = mesh.get("/api/configs/orders/prod").await;
    assert_eq!(
        (gone.status, gone.json()["code"].as_str()),
        (404, Some("DOCUMENT_NOT_FOUND"))
    );
    let explained = mesh.get("/api/explain/orders/prod?path=port").await.text();
    assert!(explained.contains("orders.yml"), "{explained}");
    mesh.stop();
}

async fn what_is_refused_says_why_and_changes_nothing(mode: Mode) {
    let mesh = mesh(mode);
    mesh.put("/api/configs/orders/default?version=v1", "a: 1")
        .await;
    let before = head(&mesh).await;
    let deep = format!("a: {}{}", "[".repeat(200), "]".repeat(200));
    let bomb = (0..12).fold(
        "l0: &l0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned(),
        |yaml, level| {
            let alias = vec![format!("*l{level}"); 10].join(",");
            format!("{yaml}l{}: &l{} [{alias}]\n", level + 1, level + 1)
        },
    );
    let long = format!("a: {}", "x".repeat(1 << 20));
    let refused: &[(&str, &str, u16, &str)] = &[
        (
            "/api/configs/orders/default",
            "a: [1",
            422,
            "DOCUMENT_MALFORMED",
        ),
        (
            "/api/configs/orders/default",
            "a: 1\na: 2",
            422,
            "DOCUMENT_MALFORMED",
        ),
        (
            "/api/configs/orders/default",
            &deep,
            422,
            "DOCUMENT_MALFORMED",
        ),
        (
            "/api/configs/orders/default",
            &bomb,
            422,
            "DOCUMENT_MALFORMED",
        ),
        (
            "/api/configs/orders/default",
            &long,
            413,
            "DOCUMENT_TOO_LARGE",
        ),
        ("/api/configs/a%20b/default", "a: 1", 400, "INVALID_NAME"),
        ("/api/configs/api/default", "a: 1", 400, "NAME_RESERVED"),
        (
            "/api/configs/orders/default?version=v1",
            "a: 2",
            409,
            "VERSION_EXISTS",
        ),
        (
            "/api/configs/orders/default?version=v%2F1",
            "a: 2",
            400,
            "INVALID_NAME",
        ),
    ];
    for (path, yaml, status, code) in refused {
        let answer = mesh.put(path, yaml).await;
        let said = (
            answer.status,
            answer.json()["code"].as_str().map(str::to_owned),
        );
        assert_eq!(
            said,
            (*status, Some((*code).to_owned())),
            "{path}: {}",
            answer.text()
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    }
    let ambiguous = mesh.put("/api/configs/order/service-prod", "a: 1").await;
    assert_eq!(ambiguous.status, 201);
    let ambiguous = mesh.put("/api/configs/order-service/prod", "a: 1").await;
    assert_eq!(
        (ambiguous.status, code(&ambiguous)),
        (409, "DOCUMENT_AMBIGUOUS".into())
    );
    let stale = mesh
        .request("PUT", "/api/configs/orders/default")
        .header("content-type", "application/yaml")
        .header("if-match", format!("\"{}\"", "0".repeat(64)))
        .body("a: 3");
    let stale = mesh.send(stale).await;
    assert_eq!(
        (stale.status, code(&stale)),
        (412, "PRECONDITION_FAILED".into())
    );
    let binary = mesh
        .request("PUT", "/api/configs/orders/default")
        .header("content-type", "application/yaml")
        .body(vec![b'a', b':', b' ', 0xff, 0xfe]);
    let binary = mesh.send(binary).await;
    assert_eq!(
        (binary.status, code(&binary)),
        (422, "DOCUMENT_MALFORMED".into())
    );
    let once = |yaml: &'static str| {
        mesh.request("PUT", "/api/configs/once/default")
            .header("content-type", "application/yaml")
            .header("idempotency-key", "the-same")
            .body(yaml)
    };
    assert_eq!(mesh.send(once("a: 1")).await.status, 201);
    let repeated = mesh.send(once("a: 1")).await;
    assert_eq!(repeated.status, 201, "a repeat answers as the first time");
    let reused = mesh.send(once("a: 2")).await;
    assert_eq!(
        (reused.status, code(&reused)),
        (422, "REQUEST_ID_REUSED".into())
    );
    for path in [
        "/orders/default/..%2f..",
        "/..%2f..%2fetc/default",
        "/orders/default/main/..%2fsecret",
    ] {
        assert_eq!(mesh.get(path).await.status, 400, "{path}");
    }
    let unknown = mesh.get("/orders/default/nowhere").await;
    assert_eq!(
        (unknown.status, code(&unknown)),
        (404, "LABEL_NOT_FOUND".into())
    );
    let unknown = mesh.get("/api/configs/orders/default?version=v9").await;
    assert_eq!(
        (unknown.status, code(&unknown)),
        (404, "VERSION_NOT_FOUND".into())
    );
    let other = format!("{}:1", "0".repeat(32));
    let other = mesh
        .get(&format!("/api/effective/orders/default?min_token={other}"))
        .await;
    assert_eq!(
        (other.status, code(&other)),
        (412, "REVISION_UNKNOWN".into())
    );
    assert_eq!(
        head(&mesh).await,
        before + 2,
        "the two writes that were allowed"
    );
    mesh.stop();
}

async fn a_change_set_is_read_whole_or_not_at_all(mode: Mode) {
    let mesh = mesh(mode);
    let write = |value: u32| {
        json!({"documents": [
            {"path": "application.yml", "content": format!("shared: {value}\n")},
            {"path": "orders.yml", "content": format!("own: {value}\n")},
            {"path": "orders-prod.yml", "content": format!("prod: {value}\n")},
        ]})
    };
    assert_eq!(mesh.post("/api/changes", &write(0)).await.status, 201);
    let reading = async {
        let mut seen = 0;
        while seen < 100 {
            let config = mesh.get("/orders-prod.json").await.json();
            assert_eq!(
                (&config["own"], &config["prod"]),
                (&config["shared"], &config["shared"])
            );
            let now = config["shared"].as_u64().unwrap();
            assert!(now >= seen, "{now} after {seen}");
            seen = now;
        }
    };
    let writing = async {
        for value in 1..=100 {
            let written = mesh.post("/api/changes", &write(value)).await;
            assert_eq!(written.status, 201, "{}", written.text());
            // nobody reads older than what was answered
            let config = mesh.get("/orders-prod.json").await.json();
            assert_eq!(config["shared"], value);
        }
    };
    tokio::join!(reading, writing);
    mesh.stop();
}

async fn calls_are_counted_and_traced_through_every_hop(mode: Mode) {
    let mut mesh = Mesh::start(
        mode,
        &Options {
            log: Some("info,vortex_kit=debug"),
            ..Options::default()
        },
    );
    for _ in 0..3 {
        mesh.get("/api/effective/orders/default").await;
    }
    mesh.get("/api/effective/orders/default?label=nowhere")
        .await;
    let metrics = mesh.admin("/metrics").await.text();
    let handled = |code: &str| {
        let labels = format!(
            "service=\"vortex.config.v1.ConfigService\",method=\"GetConfig\",code=\"{code}\""
        );
        let series = format!("vortex_grpc_server_handled_total{{{labels}}} ");
        let line = metrics.lines().find(|line| line.starts_with(&series));
        line.map(|line| line[series.len()..].to_owned())
    };
    assert_eq!(handled("OK").as_deref(), Some("3"), "{metrics}");
    assert_eq!(
        handled("NotFound").or(handled("NOT_FOUND")).as_deref(),
        Some("1"),
        "{metrics}"
    );
    let own = mesh.get("/metrics").await.text();
    let requests =
        r#"http_requests_total{method="GET",path="/api/effective/{app}/{profile}",status="200"} 3"#;
    assert!(own.contains(requests), "{own}");

    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let traced = mesh
        .request("GET", "/api/effective/orders/default")
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"))
        .header("x-request-id", "the-request");
    let answer = mesh.send(traced).await;
    assert_eq!(answer.header("x-request-id"), "the-request");
    let line = mesh.processes[0].wait_for("the traced call", |json| {
        (json["trace_id"] == trace && json["method"] == "GetConfig").then(|| json.clone())
    });
    assert_eq!(line["request_id"], "the-request", "{line}");
    mesh.stop();
}

async fn everything_is_there_after_a_restart(mode: Mode) {
    let data = tempfile::tempdir().unwrap();
    let options = Options {
        data: Some(data.path().to_owned()),
        ..Options::default()
    };
    let mesh = Mesh::start(mode, &options);
    let token = mesh
        .put("/api/configs/orders/default?version=v1", "a: 1")
        .await;
    let token = token.header("x-vortex-revision").to_owned();
    mesh.stop();
    let mut mesh = Mesh::start(mode, &options);
    let read = mesh
        .get(&format!("/api/effective/orders/default?min_token={token}"))
        .await;
    assert_eq!(read.json()["config"], json!({"a": 1}));
    mesh.put("/api/configs/orders/default?version=v2", "a: 2")
        .await;
    mesh.processes[0].kill();
    drop(mesh);
    let mesh = Mesh::start(mode, &options);
    assert_eq!(
        mesh.get("/orders-default.json").await.json(),
        json!({"a": 2})
    );
    mesh.stop();
}

async fn the_last_good_state_is_served_when_the_source_is_gone(mode: Mode) {
    let repository = Repository::empty();
    let first = repository.commit(&[("orders.yml", "a: 1\n"), ("application.yml", "b: 1\n")]);
    let mesh = Mesh::start(
        mode,
        &Options {
            git: Some(repository.path()),
            ..Options::default()
        },
    );
    let at = |commit: String| {
        move |answer: &Answer| answer.status == 200 && answer.json()["version"] == commit
    };
    mesh.get_until("/orders/default", at(first)).await;
    let second = repository.commit(&[("orders.yml", "a: 2\n"), ("application.yml", "b: 2\n")]);
    let read = mesh
        .get_until("/orders/default", at(second.clone()))
        .await
        .json();
    assert_eq!(read["propertySources"][0]["source"], json!({"a": 2}));
    let refused = mesh.put("/api/configs/orders/default", "a: 3").await;
    assert_eq!(
        (refused.status, code(&refused)),
        (409, "LABEL_FED_BY_SOURCE".into())
    );

    std::fs::rename(repository.path(), repository.path().with_extension("away")).unwrap();
    let source = mesh
        .get_until("/api/sources/git", |a| {
            a.json()["error"].as_str().is_some_and(|e| !e.is_empty())
        })
        .await;
    assert!(
        source.json()["last_success"].is_string(),
        "{}",
        source.text()
    );
    assert_eq!(mesh.get("/orders/default").await.json()["version"], second);
    let health = mesh.admin("/health").await.text();
    assert!(
        health.contains("source git") && health.contains("last_success"),
        "{health}"
    );
    if mode == Mode::One {
        // the one port that everybody knows tells all of the process
        let name = "config-svc/source git";
        let told = |answer: &Answer| answer.json()["degradations"][name].is_string();
        mesh.get_until("/health", told).await;
    }

    std::fs::rename(repository.path().with_extension("away"), repository.path()).unwrap();
    let third = repository.commit(&[("orders.yml", "a: 3\n")]);
    mesh.get_until("/orders/default", at(third)).await;
    mesh.stop();
}

fn code(answer: &Answer) -> String {
    answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The last record of the log.
async fn head(mesh: &Mesh) -> u64 {
    let answer = mesh.get("/api/configs/orders/default").await;
    let token = answer.header("x-vortex-revision");
    token
        .split(':')
        .nth(1)
        .and_then(|seq| seq.parse().ok())
        .expect("a token")
}
