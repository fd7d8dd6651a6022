//! Failures: each has its exit code and one sentence, and does no harm.

use std::net::TcpListener;

use serde_json::json;

use crate::{
    command::{Ran, run, run_with, vortex},
    gateway::{Gateway, Reply},
};

#[test]
fn each_refusal_has_its_exit_code_and_one_sentence() {
    for (status, code, exit) in [
        (400, "INVALID_NAME", 5),
        (401, "UNAUTHENTICATED", 7),
        (403, "PERMISSION_DENIED", 7),
        (404, "DOCUMENT_NOT_FOUND", 3),
        (409, "VERSION_EXISTS", 4),
        (412, "PRECONDITION_FAILED", 4),
        (413, "DOCUMENT_TOO_LARGE", 5),
        (422, "DOCUMENT_MALFORMED", 5),
        (500, "INTERNAL", 1),
        (504, "DEADLINE_EXCEEDED", 6),
    ] {
        let gateway = Gateway::always(move || Reply::problem(status, code, "what is wrong"));
        let err = run_with(&gateway, "config put orders -f -", b"a: 1").failed(exit);
        let first = err.lines().next().unwrap();
        assert_eq!(
            first,
            format!("error: {code}: what is wrong (request theirs)")
        );
        assert_eq!(gateway.asked().len(), 1, "{code}");
    }
}

#[test]
fn a_hint_says_what_may_be_done() {
    let gateway = Gateway::always(|| Reply::problem(412, "PRECONDITION_FAILED", "it is v3 now"));
    let err = run_with(&gateway, "config put orders -f - --if-match x", b"a: 1").failed(4);
    assert!(
        err.contains("\nhint: it changed in the meantime: `vortex config diff`"),
        "{err}"
    );
}

#[test]
fn a_write_is_repeated_under_the_same_id_until_it_is_taken() {
    let gateway = Gateway::start(|_, before| match before {
        0 => Reply::problem(503, "UNAVAILABLE", "starting"),
        1 => Reply::Half,
        2 => Reply::problem(504, "OUTCOME_UNKNOWN", "the connection broke"),
        3 => Reply::problem(429, "RATE_LIMITED", "slowly").with("retry-after", "0"),
        _ => Reply::json(200, &json!({"path": "orders.yml"})),
    });
    run_with(&gateway, "config put orders -f -", b"a: 1").done();
    let asked = gateway.asked();
    assert_eq!(asked.len(), 5);
    let key = asked[0].header("idempotency-key");
    assert!(
        asked
            .iter()
            .all(|asked| asked.header("idempotency-key") == key)
    );
    assert!(asked.iter().all(|asked| &asked.body[..] == b"a: 1"));
}

#[test]
fn the_id_of_a_request_can_be_given() {
    let gateway = Gateway::always(|| Reply::json(200, &json!({})));
    run_with(
        &gateway,
        "config put orders -f - --request-id mine",
        b"a: 1",
    )
    .done();
    let asked = gateway.asked_once();
    assert_eq!(asked.header("idempotency-key"), "mine");
    assert_eq!(asked.header("x-request-id"), "mine");
    run_with(
        &gateway,
        "config put orders -f - --request-id \u{e4}",
        b"a: 1",
    )
    .failed(2);
}

#[test]
fn waiting_ends_with_the_deadline() {
    let gateway = Gateway::always(|| {
        Reply::problem(503, "OVERLOADED", "too much").with("retry-after", "3600")
    });
    let err = run(&gateway, "config list").failed(6);
    assert!(err.starts_with("error: OVERLOADED: too much"), "{err}");
    assert_eq!(gateway.asked().len(), 1);
}

#[test]
fn a_server_without_room_says_that_nothing_changed_and_is_not_asked_again() {
    let gateway = Gateway::always(|| {
        Reply::problem(507, "STORE_FULL", "the disk is full").with("retry-after", "10")
    });
    let err = run_with(&gateway, "config put orders -f -", b"a: 1").failed(6);
    assert!(
        err.starts_with("error: STORE_FULL: the disk is full"),
        "{err}"
    );
    assert!(
        err.contains("nothing changed: make room on the server's disk"),
        "{err}"
    );
    assert_eq!(gateway.asked().len(), 1);
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let gateway = Gateway::always(|| Reply::Hang);
    let err = run(&gateway, "config list --timeout 200ms").failed(6);
    assert!(err.contains("no answer from http://127.0.0.1"), "{err}");
    assert!(err.contains("within 200ms (request "), "{err}");
    let arguments = "config put orders -f - --timeout 200ms --request-id mine";
    let err = run_with(&gateway, arguments, b"a: 1").failed(6);
    assert!(err.contains("repeat it with --request-id mine"), "{err}");
}

#[test]
fn a_server_that_is_not_there_is_told_in_a_moment() {
    // bound and let go, so that nobody listens there
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let home = tempfile::tempdir().unwrap();
    let server = format!("http://{address}");
    let err = Ran::of(vortex(home.path()).args(["--server", &server, "config", "list"])).failed(6);
    assert!(
        err.contains("can't be reached: Connection refused"),
        "{err}"
    );
    assert!(
        err.contains("\nhint: is the gateway running there?"),
        "{err}"
    );
}

#[test]
fn half_an_answer_is_none() {
    let gateway = Gateway::always(|| Reply::Half);
    run(&gateway, "config list").failed(6);
    assert_eq!(gateway.asked().len(), 5);
}

#[test]
fn answers_that_make_no_sense_are_told_as_such() {
    for garbage in [
        "<html>hello</html>",
        "[]",
        "{\"documents\": 7}",
        "{",
        "\u{0}",
        "",
    ] {
        let gateway = Gateway::always(|| Reply::text(garbage));
        let err = run(&gateway, "config list").failed(1);
        assert!(err.contains("cannot be understood"), "{garbage}: {err}");
        assert!(
            err.contains("hint: is this the address of a Vortex gateway?"),
            "{err}"
        );
    }
    let wrong = json!({"values": [{"key": 1}]});
    let gateway = Gateway::always(move || Reply::json(200, &wrong));
    run(&gateway, "config explain orders").failed(1);
}

#[test]
fn errors_of_something_on_the_way_are_told_by_their_status() {
    let gateway = Gateway::always(|| {
        Reply::Answer(403, Vec::new(), b"no entry\x1b[31m\nsecond line".to_vec())
    });
    let err = run(&gateway, "config list").failed(7);
    assert!(
        err.starts_with("error: HTTP 403: no entry\u{fffd}[31m (request "),
        "{err}"
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let gateway = Gateway::always(|| {
        Reply::Answer(
            302,
            vec![("location", "https://login.example/".to_owned())],
            Vec::new(),
        )
    });
    let err = run_with(&gateway, "config put orders -f -", b"a: 1").failed(1);
    assert!(
        err.contains("HTTP 302: redirected to https://login.example/"),
        "{err}"
    );
    assert_eq!(gateway.asked().len(), 1);
}

#[test]
fn what_would_be_refused_is_not_sent() {
    let gateway = Gateway::always(|| Reply::json(200, &json!({})));
    let err = run_with(&gateway, "config put .. -f -", b"a: 1").failed(5);
    assert!(
        err.starts_with("error: INVALID_NAME: \"..\" is not a valid name"),
        "{err}"
    );
    let large = vec![b' '; (1 << 20) + 1];
    let err = run_with(&gateway, "config put orders -f -", &large).failed(5);
    assert!(err.contains("DOCUMENT_TOO_LARGE"), "{err}");
    run(&gateway, "config put orders -f /nowhere/at/all.yml").failed(5);
    run(&gateway, "config get orders --instance i").failed(2);
    run(&gateway, "config get orders --effective --spring").failed(2);
    run(&gateway, "config put orders -f - --if-none-match abc").failed(2);
    run(&gateway, "config list --timeout 0s").failed(2);
    run(&gateway, "config list --limit 0").failed(2);
    run(&gateway, "nonsense").failed(2);
    assert_eq!(gateway.lines(), [""; 0]);
}

#[test]
fn a_machine_without_certificates_can_speak_http() {
    let gateway = Gateway::always(|| Reply::json(200, &json!({"documents": []})));
    let home = tempfile::tempdir().unwrap();
    let run = |server: &str| {
        let mut command = vortex(home.path());
        // a file that holds none stands for a machine that has none
        command
            .env("SSL_CERT_FILE", "/dev/null")
            .env("SSL_CERT_DIR", "/dev/null");
        Ran::of(command.args(["--server", server, "config", "list", "--timeout", "5s"]))
    };
    run(&gateway.url).done();
    let err = run("https://127.0.0.1:9").failed(1);
    assert!(
        err.contains("\nhint: https needs the certificates of the system"),
        "{err}"
    );
}
