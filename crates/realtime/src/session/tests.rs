//! Sessions, by themselves.

mod any;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use super::*;

/// A session with the time that it is given.
struct Run {
    session: Session,
    now: Duration,
}

impl Run {
    fn new() -> Self {
        Self::with_jitter(0.5)
    }

    fn with_jitter(jitter: f64) -> Self {
        let now = Duration::from_secs(1_000);
        let session = Session::new("u-1", jitter, Limits::default(), at(now));
        Self { session, now }
    }

    fn tell(&mut self, input: Input<'_>) -> Vec<Effect> {
        self.session.step(at(self.now), input)
    }

    fn says(&mut self, text: &str) -> Vec<Effect> {
        self.tell(Input::Text(text))
    }

    fn after(&mut self, seconds: u64) -> Vec<Effect> {
        self.now += Duration::from_secs(seconds);
        self.tell(Input::Tick)
    }
}

fn at(monotonic: Duration) -> Now {
    Now {
        monotonic,
        wall: Timestamp::UNIX_EPOCH,
    }
}

fn pushed(version: &str) -> Push {
    let text = format!(r#"{{"type":"config_change","schema":1,"new_version":"{version}"}}"#);
    Push {
        kind: MessageKind::Change,
        bytes: text.into(),
        position: Some(Position {
            token: "s:7".into(),
            held: format!(".d.{version}").into(),
        }),
    }
}

fn json(bytes: &Bytes) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// The messages that are sent.
fn sent(effects: &[Effect]) -> Vec<Value> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send(outgoing) => Some(json(&outgoing.bytes)),
        _ => None,
    });
    sent.collect()
}

/// The bytes of the messages that are sent.
fn waiting(effects: &[Effect]) -> usize {
    let bytes = effects.iter().map(|effect| match effect {
        Effect::Send(outgoing) => outgoing.bytes.len(),
        _ => 0,
    });
    bytes.sum()
}

/// The code of the close frame that is sent.
fn closed(effects: &[Effect]) -> Option<u16> {
    effects.iter().find_map(|effect| match effect {
        Effect::Close(close) => Some(close.code.code()),
        _ => None,
    })
}

fn ended(effects: &[Effect]) -> Option<Ended> {
    effects.iter().find_map(|effect| match effect {
        Effect::End(ended) => Some(*ended),
        _ => None,
    })
}

/// The code of the one error that is sent.
fn error(effects: &[Effect]) -> String {
    let sent = sent(effects);
    assert_eq!(sent.len(), 1, "{effects:?}");
    assert_eq!(sent[0]["type"], "error");
    sent[0]["code"].as_str().unwrap().to_owned()
}

#[test]
fn the_first_message_alone_has_the_connections_id() {
    let mut run = Run::new();
    let first = sent(&run.tell(Input::Push(pushed("v1"))));
    assert_eq!(first[0]["connection_id"], "u-1");
    run.tell(Input::Flushed);
    let second = sent(&run.tell(Input::Push(pushed("v2"))));
    assert_eq!(second[0].get("connection_id"), None);
}

#[test]
fn the_next_message_is_wanted_once_the_one_before_was_taken() {
    let mut run = Run::new();
    assert!(run.session.wants_push());
    run.tell(Input::Push(pushed("v1")));
    assert!(!run.session.wants_push());
    run.tell(Input::Written);
    assert!(!run.session.wants_push());
    run.tell(Input::Flushed);
    assert!(run.session.wants_push());
}

#[test]
fn a_ping_comes_every_thirty_seconds_as_message_and_frame_and_says_where_the_client_is() {
    let mut run = Run::new();
    run.tell(Input::Push(pushed("v1")));
    run.tell(Input::Flushed);
    run.tell(Input::Progress(Arc::from("s:9")));
    assert!(run.after(29).is_empty());
    let effects = run.after(1);
    assert_eq!(sent(&effects)[0]["type"], "ping");
    assert_eq!(sent(&effects)[0]["cursor"], "s:9.d.v1");
    assert_eq!(effects.last(), Some(&Effect::Ping));
}

#[test]
fn who_does_not_answer_a_ping_is_closed_after_ten_seconds() {
    let mut run = Run::new();
    run.after(30);
    run.tell(Input::Flushed);
    assert!(run.after(9).is_empty());
    let effects = run.after(1);
    assert_eq!(error(&effects), "PONG_TIMEOUT");
    assert_eq!(closed(&effects), Some(1008));
    assert_eq!(ended(&run.after(3)).unwrap().code, 1008);
}

#[test]
fn a_pong_as_frame_or_as_message_keeps_a_connection() {
    let mut run = Run::new();
    for number in 0..10 {
        assert_eq!(sent(&run.after(30)).len(), 1);
        run.tell(Input::Flushed);
        run.after(9);
        let answered = match number % 2 {
            0 => run.tell(Input::Pong),
            _ => run.says(r#"{"type":"pong","timestamp":"2025-01-15T10:30:30Z"}"#),
        };
        assert!(answered.is_empty());
        run.now -= Duration::from_secs(9);
    }
}

#[test]
fn a_clients_ping_is_answered() {
    let effects = Run::new().says(r#"{"type":"ping"}"#);
    assert_eq!(sent(&effects)[0]["type"], "pong");
}

#[test]
fn subscriptions_are_told_as_they_are_meant() {
    let mut run = Run::new();
    let effects = run.says(r#"{"type":"subscribe","patterns":["myapp:staging","shared:*:*"]}"#);
    let patterns = serde_json::json!(["myapp:staging:*", "shared:*:*"]);
    assert_eq!(sent(&effects)[0]["patterns"], patterns);
    assert!(run.session.subscribes("shared", "any", "main"));
    assert!(!run.session.subscribes("myapp", "prod", "main"));
    let effects = run.says(r#"{"type":"unsubscribe","patterns":["shared:*"]}"#);
    assert_eq!(
        sent(&effects)[0]["patterns"],
        serde_json::json!(["myapp:staging:*"])
    );
    assert!(!run.session.subscribes("shared", "any", "main"));
}

#[test]
fn a_pattern_that_is_none_changes_no_subscription() {
    let mut run = Run::new();
    run.says(r#"{"type":"subscribe","patterns":["a"]}"#);
    for given in [r#"["b","c:d:e:f"]"#, r#"["b","*x"]"#, r#"["b",""]"#] {
        for kind in ["subscribe", "unsubscribe"] {
            let effects = run.says(&format!(r#"{{"type":"{kind}","patterns":{given}}}"#));
            assert_eq!(error(&effects), "SUBSCRIPTION_FAILED");
        }
    }
    assert!(run.session.subscribes("a", "p", "l") && !run.session.subscribes("b", "p", "l"));
}

#[test]
fn there_are_a_hundred_patterns_at_most() {
    let mut run = Run::new();
    let names = |from: usize, to: usize| -> String {
        let names: Vec<String> = (from..to).map(|number| format!("\"a{number}\"")).collect();
        format!(r#"{{"type":"subscribe","patterns":[{}]}}"#, names.join(","))
    };
    assert_eq!(sent(&run.says(&names(0, 100)))[0]["type"], "subscriptions");
    run.tell(Input::Flushed);
    assert_eq!(sent(&run.says(&names(50, 100)))[0]["type"], "subscriptions");
    run.tell(Input::Flushed);
    assert_eq!(error(&run.says(&names(99, 101))), "SUBSCRIPTION_FAILED");
    run.tell(Input::Flushed);
    assert_eq!(error(&run.says(&names(0, 101))), "SUBSCRIPTION_FAILED");
}

#[test]
fn a_message_that_is_none_is_answered_and_the_connection_kept_unless_it_goes_on() {
    let mut run = Run::new();
    for text in ["", "x", "{}", r#"{"type":"config_change"}"#, "[1]"] {
        assert_eq!(error(&run.says(text)), "INVALID_MESSAGE");
    }
    let closed = (0..).find_map(|_| closed(&run.says("x")));
    assert_eq!(closed, Some(1008));
}

#[test]
fn a_flood_is_answered_once_a_second_and_then_closed() {
    let mut run = Run::new();
    let mut says = 0;
    let code = (0..).find_map(|_| {
        run.now += Duration::from_millis(1);
        let effects = run.says(r#"{"type":"pong"}"#);
        says += sent(&effects).len();
        run.tell(Input::Flushed);
        closed(&effects)
    });
    assert_eq!((code, says), (Some(1008), 1));
}

#[test]
fn control_frames_count_as_messages() {
    let mut run = Run::new();
    let code = (0..1_000).find_map(|_| closed(&run.tell(Input::Ping)));
    assert_eq!(code, Some(1008));
}

#[test]
fn what_is_not_the_protocol_has_a_code_of_its_own() {
    for (input, code) in [
        (Input::Binary, 1003),
        (Input::Broken(Broken::Frames), 1002),
        (Input::Broken(Broken::Text), 1007),
        (Input::Broken(Broken::TooLarge), 1009),
    ] {
        let mut run = Run::new();
        assert_eq!(closed(&run.tell(input)), Some(code));
        let ended = ended(&run.tell(Input::Gone)).unwrap();
        assert_eq!((ended.code, ended.by_server), (code, true));
    }
}

#[test]
fn a_client_that_closes_is_let_go() {
    for (code, counted) in [(Some(1000), 1000), (None, 1005)] {
        let mut run = Run::new();
        assert!(run.tell(Input::Closed(code)).is_empty());
        assert!(!run.session.is_open());
        assert!(run.says(r#"{"type":"ping"}"#).is_empty());
        let ended = ended(&run.tell(Input::Gone)).unwrap();
        assert_eq!((ended.code, ended.by_server), (counted, false));
    }
}

#[test]
fn a_connection_that_breaks_is_over() {
    let mut run = Run::new();
    assert_eq!(ended(&run.tell(Input::Gone)).unwrap().code, 1006);
    assert_eq!(run.session.wake_at(), None);
    assert!(run.after(100).is_empty());
}

#[test]
fn who_takes_nothing_for_ten_seconds_is_told_to_come_back_and_resume() {
    let mut run = Run::new();
    run.tell(Input::Push(pushed("v1")));
    run.now += Duration::from_secs(9);
    run.tell(Input::Written);
    assert!(run.after(9).is_empty(), "it takes something now and then");
    let effects = run.after(1);
    assert_eq!(error(&effects), "SLOW_READER");
    assert_eq!(closed(&effects), Some(1013));
}

#[test]
fn who_asks_and_does_not_read_is_closed_at_a_bound_in_bytes() {
    let mut run = Run::new();
    let mut bytes = 0;
    let code = (0..).find_map(|number| {
        run.now += Duration::from_millis(if number % 100 == 0 { 1_000 } else { 0 });
        run.tell(Input::Written);
        let effects = run.says(r#"{"type":"ping"}"#);
        bytes += waiting(&effects);
        closed(&effects)
    });
    assert_eq!(code, Some(1013));
    assert!(bytes <= Limits::default().answers, "{bytes}");
}

#[test]
fn who_lags_behind_is_told_to_resync() {
    let effects = Run::new().tell(Input::Lagged);
    assert_eq!(error(&effects), "SLOW_READER");
    assert_eq!(closed(&effects), Some(1013));
}

#[test]
fn a_resync_begins_anew_and_pushes_wait_for_it() {
    let mut run = Run::new();
    let effects = run.says(r#"{"type":"resync","last_version":"abc123"}"#);
    let resync = |version: &str| Resync {
        last_version: version.into(),
        cursor: None,
    };
    assert_eq!(effects, [Effect::Resync(resync("abc123"))]);
    assert!(!run.session.wants_push());
    // another meanwhile waits for its turn
    assert!(run.says(r#"{"type":"resync"}"#).is_empty());
    assert_eq!(
        run.tell(Input::Resynced(Ok(()))),
        [Effect::Resync(resync(""))]
    );
    assert!(run.tell(Input::Resynced(Ok(()))).is_empty());
    assert!(run.session.wants_push());
}

#[test]
fn a_resync_that_fails_leaves_the_connection_as_it_was() {
    let mut run = Run::new();
    run.says(r#"{"type":"resync","cursor":"s:7.d.v1"}"#);
    let effects = run.tell(Input::Resynced(Err("away".into())));
    assert_eq!(error(&effects), "RESYNC_FAILED");
    run.tell(Input::Flushed);
    assert!(run.session.wants_push());
    assert_eq!(
        error(&run.says(r#"{"type":"resync","cursor":"?"}"#)),
        "INVALID_MESSAGE"
    );
}

#[test]
fn a_key_that_is_lost_closes() {
    for (lost, code, said) in [
        (Lost::Ended, 1008, "UNAUTHENTICATED"),
        (Lost::Unknown, 1013, "UNAVAILABLE"),
    ] {
        let effects = Run::new().tell(Input::Lost(lost, "revoked".into()));
        assert_eq!((&*error(&effects), closed(&effects)), (said, Some(code)));
    }
}

#[test]
fn a_drain_closes_each_at_its_own_time_and_says_when_to_come_back() {
    let spread = Duration::from_secs(10);
    for (jitter, leaves, wait) in [(0.0, 0, 3_000), (0.5, 5, 1_550), (1.0, 10, 100)] {
        let mut run = Run::with_jitter(jitter);
        let mut effects = run.tell(Input::Drain(spread));
        if leaves > 0 {
            assert!(effects.is_empty());
            assert!(run.after(leaves - 1).is_empty());
            // and is served meanwhile
            assert_eq!(sent(&run.tell(Input::Push(pushed("v1")))).len(), 1);
            effects = run.after(1);
        }
        assert_eq!(
            (&*error(&effects), closed(&effects)),
            ("DRAINING", Some(1001))
        );
        assert_eq!(sent(&effects)[0]["retry_after_ms"], wait);
    }
}

#[test]
fn a_watch_that_ends_says_why() {
    let effects = Run::new().tell(Input::WatchEnded("LABEL_NOT_FOUND: gone".into()));
    assert_eq!(
        (&*error(&effects), closed(&effects)),
        ("WATCH_ENDED", Some(1013))
    );
    assert_eq!(sent(&effects)[0]["message"], "LABEL_NOT_FOUND: gone");
}

#[test]
fn a_reason_is_cut_where_a_close_frame_ends() {
    let close = Close::new(CloseCode::Policy, &"ä".repeat(100));
    assert_eq!(close.reason, "ä".repeat(61));
}
