//! Following a configuration over connections that come and go.

use serde_json::{Value, json};

use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

const SNAPSHOT: &str = ": progress s:1\n\nevent: snapshot\nid: s:1\n\
    data: {\"version\":\"v1\",\"digest\":\"d1\",\"config\":{\"a\":1}}\n\n";
const CHANGE: &str = "event: change\nid: s:2\n\
    data: {\"old_version\":\"v1\",\"new_version\":\"v2\",\"digest\":\"d2\",\"token\":\"s:2\",\n\
    data: \"patch\":[{\"op\":\"replace\",\"path\":\"/a\",\"value\":2},\
    {\"op\":\"add\",\"path\":\"/b\",\"value\":\"x\"},{\"op\":\"remove\",\"path\":\"/c\"}]}\n\n";

#[test]
fn people_see_what_changed() {
    let gateway = Gateway::always(|| Reply::Events(format!("{SNAPSHOT}{CHANGE}")));
    let arguments = "config watch orders dev,prod --count 2 --instance i --min-token s:0";
    let out = run(&gateway, arguments).done();
    assert_eq!(
        out,
        "snapshot  v1  s:1\n\
         change    v1 -> v2  s:2\n  ~ /a 2\n  + /b x\n  - /c\n"
    );
    let asked = gateway.asked_once();
    assert_eq!(
        asked.line,
        "GET /api/watch/orders/dev,prod?min_token=s%3A0&instance=i"
    );
    assert_eq!(asked.header("last-event-id"), "");
}

#[test]
fn a_program_gets_an_event_a_line() {
    let gateway = Gateway::always(|| Reply::Events(format!("{SNAPSHOT}{CHANGE}")));
    let out = run(&gateway, "config watch orders --count 2 -o json").done();
    let events: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events[0]["event"], "snapshot");
    assert_eq!(events[0]["data"]["config"], json!({"a": 1}));
    assert_eq!(events[1]["id"], "s:2");
    assert_eq!(events[1]["data"]["new_version"], "v2");
}

#[test]
fn a_lost_connection_is_taken_up_where_it_stood() {
    let gateway = Gateway::start(|_, before| match before {
        0 => Reply::LastEvents(SNAPSHOT.to_owned()),
        1 => Reply::problem(503, "DRAINING", "going away"),
        2 => Reply::LastEvents(
            "event: problem\ndata: {\"code\":\"DRAINING\",\"status\":503}\n\n".to_owned(),
        ),
        _ => Reply::Events(CHANGE.to_owned()),
    });
    let out = run(&gateway, "config watch orders --count 2").done();
    assert!(
        out.starts_with("snapshot  v1  s:1\nchange    v1 -> v2  s:2\n"),
        "{out}"
    );
    let asked = gateway.asked();
    assert_eq!(asked.len(), 4);
    for asked in &asked[1..] {
        assert_eq!(asked.header("last-event-id"), "s:1");
        assert_eq!(asked.line, "GET /api/watch/orders/default?last_digest=d1");
    }
}

#[test]
fn an_event_cut_in_half_is_not_told() {
    let (whole, half) = (SNAPSHOT, &CHANGE[..CHANGE.len() - 1]);
    let gateway = Gateway::start(move |_, before| match before {
        0 => Reply::LastEvents(format!("{whole}{half}")),
        _ => Reply::Events(CHANGE.to_owned()),
    });
    let out = run(&gateway, "config watch orders --count 2").done();
    assert_eq!(out.matches("change ").count(), 1, "{out}");
    assert_eq!(gateway.asked()[1].header("last-event-id"), "s:1");
}

#[test]
fn a_position_the_server_does_not_know_begins_anew() {
    let gateway = Gateway::start(|_, before| match before {
        0 => Reply::LastEvents(SNAPSHOT.to_owned()),
        1 => Reply::problem(412, "REVISION_UNKNOWN", "another store"),
        _ => Reply::Events(SNAPSHOT.to_owned()),
    });
    let out = run(&gateway, "config watch orders --count 2").done();
    assert_eq!(out, "snapshot  v1  s:1\nchange    v1 -> v1  s:1\n");
    assert_eq!(gateway.asked()[2].header("last-event-id"), "");
}

#[test]
fn a_refusal_ends_a_watch() {
    let gateway = Gateway::always(|| Reply::problem(404, "LABEL_NOT_FOUND", "no label x"));
    run(&gateway, "config watch orders --label x").failed(3);
    assert_eq!(gateway.asked().len(), 1);
    let problem = "event: problem\ndata: {\"code\":\"DOCUMENT_INVALID\",\"detail\":\"a.yml\",\
                   \"status\":500}\n\n";
    let gateway = Gateway::always(move || Reply::Events(problem.to_owned()));
    let err = run(&gateway, "config watch orders").failed(1);
    assert!(err.starts_with("error: DOCUMENT_INVALID: a.yml"), "{err}");
}

#[test]
fn an_outage_longer_than_the_timeout_ends_a_watch() {
    let gateway = Gateway::start(|_, before| match before {
        0 => Reply::LastEvents(SNAPSHOT.to_owned()),
        _ => Reply::problem(503, "UNAVAILABLE", "away"),
    });
    let ran = run(&gateway, "config watch orders --timeout 2s");
    assert_eq!(ran.code, 6, "{ran:?}");
    assert_eq!(ran.out, "snapshot  v1  s:1\n");
    assert!(ran.err.starts_with("error: UNAVAILABLE: away"), "{ran:?}");
}

#[test]
fn events_that_make_no_sense_end_a_watch() {
    for (data, what) in [
        ("{", "not valid JSON: "),
        ("[1]", "not a JSON object"),
        ("1", "not a JSON object"),
    ] {
        let event = format!("event: change\ndata: {data}\n\n");
        let gateway = Gateway::always(move || Reply::Events(event.clone()));
        let err = run(&gateway, "config watch orders").failed(1);
        assert!(err.contains(&format!("an event is {what}")), "{err}");
    }
}
