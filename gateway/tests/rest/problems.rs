//! Every error is a problem, whoever found it.

use vortex_kit::error::{Fault, Reason};

use crate::mesh::{Way, settings, start, start_with};

#[tokio::test]
async fn every_reason_arrives_with_its_status_over_either_way() {
    for way in [Way::InProcess, Way::Network] {
        let mesh = start_with(settings(), way).await;
        for reason in Reason::ALL {
            mesh.service
                .fail("get_change", Fault::new(*reason, "because"));
            let answer = mesh.get("/api/changes/v1").await;
            answer.problem(reason.http_status().as_u16(), reason.name());
        }
    }
}

#[tokio::test]
async fn where_a_document_is_wrong_is_told() {
    let mesh = start().await;
    let fault = Fault::new(Reason::DocumentInvalid, "broken.yml:3:7: a tab")
        .with("path", "broken.yml")
        .with("line", 3)
        .with("column", 7);
    mesh.service.fail("get_environment", fault);
    let problem = mesh
        .get("/broken/default")
        .await
        .problem(500, "DOCUMENT_INVALID");
    assert_eq!(
        (&problem["path"], &problem["line"], &problem["column"]),
        (&"broken.yml".into(), &3.into(), &7.into())
    );
}

#[tokio::test]
async fn how_large_a_document_was_is_a_number() {
    let mesh = start().await;
    let fault = Fault::new(Reason::DocumentTooLarge, "orders-dev.yml has 1048577 bytes")
        .with("path", "orders-dev.yml")
        .with("bytes", 1_048_577);
    mesh.service.fail("put_document", fault);
    let problem = mesh
        .send("PUT /api/configs/orders/dev", &[], "a: 1")
        .await
        .problem(413, "DOCUMENT_TOO_LARGE");
    assert_eq!(problem["bytes"], 1_048_577);
}

#[tokio::test]
async fn a_panic_behind_the_gateway_is_an_internal_error_and_says_no_more() {
    let mesh = start().await;
    mesh.service.panic("get_environment");
    let answer = mesh.get("/orders/dev").await;
    answer.problem(500, "INTERNAL");
    assert!(!answer.text().contains("told to"));
    mesh.service.fail(
        "get_environment",
        Fault::new(Reason::SourceNotReady, "not yet"),
    );
    mesh.get("/orders/dev")
        .await
        .problem(503, "SOURCE_NOT_READY");
}

#[tokio::test]
async fn how_long_to_wait_is_a_header() {
    let mesh = start().await;
    let fault = Fault::new(Reason::RateLimited, "slow down");
    mesh.service.fail(
        "get_environment",
        fault.retry_after(std::time::Duration::from_millis(1_200)),
    );
    let answer = mesh.get("/orders/dev").await;
    answer.problem(429, "RATE_LIMITED");
    assert_eq!(answer.header("retry-after"), "2");
}

#[tokio::test]
async fn who_finds_a_service_away_is_told_when_to_come_again() {
    let mesh = start().await;
    let fault = Fault::new(Reason::Unavailable, "config-svc is away");
    mesh.service.fail("get_environment", fault);
    let answer = mesh.get("/orders/dev").await;
    answer.problem(503, "UNAVAILABLE");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn paths_that_cannot_be_read_are_refused_everywhere() {
    let mesh = start().await;
    for path in [
        "/orders/%zz",
        "/orders/%ff",
        "/orders/%00",
        "/orders/%",
        "/api/configs/%ff/dev",
        "/api/configs/%zz/dev",
        "/api/configs/a/%00",
        "/api/configs?label=%zz",
        "/api/configs?label=%ff",
        "/orders-dev.yml?min_token=%zz",
    ] {
        mesh.get(path).await.problem(400, "INVALID_ARGUMENT");
    }
    for path in [
        "/..%2f..%2fetc/default",
        "/orders/default/..%2f..",
        "/orders/default/main/..%2fsecret",
    ] {
        mesh.get(path).await.problem(400, "INVALID_NAME");
    }
    let long = format!("/orders/{}", "x".repeat(20_000));
    mesh.get(&long).await.problem(400, "INVALID_ARGUMENT");
}

#[tokio::test]
async fn what_is_nowhere_is_not_found() {
    let mesh = start().await;
    for path in [
        "/orders",
        "/orders/",
        "/api",
        "/api/",
        "/api/nothing",
        "/health/other",
        "//",
        "/monitor/x",
    ] {
        mesh.get(path).await.problem(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn wrong_methods_are_told_the_right_ones() {
    let mesh = start().await;
    for (line, allow) in [
        ("PATCH /api/configs/orders/dev", "PUT,GET,HEAD,DELETE"),
        ("POST /api/effective/orders/dev", "GET,HEAD"),
        ("GET /monitor", "POST"),
        ("DELETE /health", "GET,HEAD"),
        ("BREW /api/sources", "GET,HEAD"),
    ] {
        let answer = mesh.send(line, &[], "").await;
        answer.problem(405, "METHOD_NOT_ALLOWED");
        let (mut given, mut expected): (Vec<_>, Vec<_>) = (
            answer.header("allow").split(',').collect(),
            allow.split(',').collect(),
        );
        given.sort_unstable();
        expected.sort_unstable();
        assert_eq!(given, expected, "{line}");
    }
    let options = mesh.send("OPTIONS /api/sources", &[], "").await;
    assert_eq!((options.status, options.header("allow")), (204, "GET,HEAD"));
}

#[tokio::test]
async fn wrong_content_types_and_bodies_are_refused() {
    let mesh = start().await;
    let put = |headers: &'static [&'static str]| {
        mesh.send("PUT /api/configs/orders/dev", headers, "a: 1")
    };
    put(&["Content-Type: text/html"])
        .await
        .problem(415, "UNSUPPORTED_FORMAT");
    put(&["Content-Type: application/yaml;charset=latin1"])
        .await
        .problem(415, "UNSUPPORTED_FORMAT");
    let post = |headers: &'static [&'static str], body: &'static str| {
        mesh.send("POST /api/changes", headers, body)
    };
    post(&[], "{}").await.problem(415, "UNSUPPORTED_FORMAT");
    post(&["Content-Type: text/plain"], "{}")
        .await
        .problem(415, "UNSUPPORTED_FORMAT");
    let json = &["Content-Type: application/json"];
    for body in [
        "",
        "{",
        "[]",
        "{}",
        "null",
        "{\"documents\":[]} x",
        "{\"documents\":[{\"path\":\"a.yml\"}]}",
    ] {
        post(json, body).await.problem(400, "INVALID_ARGUMENT");
    }
    let unknown = post(
        json,
        "{\"documents\":[{\"path\":\"a.yml\",\"contents\":\"a: 1\"}]}",
    )
    .await;
    let problem = unknown.problem(400, "INVALID_ARGUMENT");
    assert_eq!(problem["errors"][0]["field"], "documents[0].contents");
    assert_eq!(problem["line"], 1);
    assert_eq!(
        mesh.service.calls("apply_change") + mesh.service.calls("put_document"),
        0
    );
}

#[tokio::test]
async fn unknown_query_parameters_are_refused_by_name() {
    let mesh = start().await;
    for (line, name) in [
        ("GET /api/configs?lable=x", "lable"),
        ("PUT /api/configs/orders/dev?stageonly=true", "stageonly"),
        ("DELETE /api/configs/orders/dev?force=true", "force"),
        ("GET /api/effective/orders/dev?path=x", "path"),
        ("GET /api/sources/petclinic?x=1", "x"),
        ("GET /api/watch/orders/dev?tokens=x", "tokens"),
        ("GET /api/effective/orders/dev?token=x", "token"),
        ("POST /api/changes/v1/discard?stage=1", "stage"),
    ] {
        let problem = mesh
            .send(line, &[], "")
            .await
            .problem(400, "INVALID_ARGUMENT");
        assert_eq!(problem["errors"][0]["field"], name, "{line}");
    }
    let problem = mesh
        .get("/api/configs?page_size=many")
        .await
        .problem(400, "INVALID_ARGUMENT");
    assert_eq!(problem["errors"][0]["field"], "page_size");
}
