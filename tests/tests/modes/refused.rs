//! Requests that are refused.

use vortex_tests::{Mesh, Mode};

use super::{code, mesh};

pub(super) async fn what_is_refused_says_why_and_changes_nothing(mode: Mode) {
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
