//! What holds of any session, whatever comes in whatever order.

use std::time::Duration;

use proptest::prelude::*;

use super::{super::*, at, pushed};

/// What comes, and how much later.
#[derive(Clone, Debug)]
enum Come {
    Text(String),
    Binary,
    Ping,
    Pong,
    Closed,
    Broken,
    Gone,
    Push,
    Resynced(bool),
    Written,
    Flushed,
    Lagged,
    WatchEnded,
    Lost,
    Drain(u16),
    Tick,
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(r#"{"type":"ping"}"#.to_owned()),
        Just(r#"{"type":"pong"}"#.to_owned()),
        Just(r#"{"type":"resync"}"#.to_owned()),
        "[a-c*]{0,2}(:[a-c*]{0,2}){0,3}"
            .prop_map(|pattern| format!(r#"{{"type":"subscribe","patterns":["{pattern}"]}}"#)),
        (0_u8..200).prop_map(|number| format!(
            r#"{{"type":"subscribe","patterns":["x{number}","y{number}"]}}"#
        )),
        ".{0,20}",
    ]
}

fn come() -> impl Strategy<Value = (u16, Come)> {
    let come = prop_oneof![
        20 => text().prop_map(Come::Text),
        1 => Just(Come::Binary),
        4 => Just(Come::Ping),
        4 => Just(Come::Pong),
        1 => Just(Come::Closed),
        1 => Just(Come::Broken),
        1 => Just(Come::Gone),
        10 => Just(Come::Push),
        4 => any::<bool>().prop_map(Come::Resynced),
        6 => Just(Come::Written),
        10 => Just(Come::Flushed),
        1 => Just(Come::Lagged),
        1 => Just(Come::WatchEnded),
        1 => Just(Come::Lost),
        1 => any::<u16>().prop_map(Come::Drain),
        4 => Just(Come::Tick),
    ];
    (prop_oneof![0_u16..20, 0_u16..15_000], come)
}

fn input(come: &Come) -> Input<'_> {
    match come {
        Come::Text(text) => Input::Text(text),
        Come::Binary => Input::Binary,
        Come::Ping => Input::Ping,
        Come::Pong => Input::Pong,
        Come::Closed => Input::Closed(Some(1000)),
        Come::Broken => Input::Broken(Broken::Frames),
        Come::Gone => Input::Gone,
        Come::Push => Input::Push(pushed("v1")),
        Come::Resynced(true) => Input::Resynced(Ok(())),
        Come::Resynced(false) => Input::Resynced(Err("away".into())),
        Come::Written => Input::Written,
        Come::Flushed => Input::Flushed,
        Come::Lagged => Input::Lagged,
        Come::WatchEnded => Input::WatchEnded("gone".into()),
        Come::Lost => Input::Lost(Lost::Ended, "revoked".into()),
        Come::Drain(ms) => Input::Drain(Duration::from_millis((*ms).into())),
        Come::Tick => Input::Tick,
    }
}

/// What was seen of a session's effects.
#[derive(Default)]
struct Seen {
    waits: usize,
    closed: bool,
    ended: bool,
}

impl Seen {
    fn look(&mut self, effects: &[Effect]) -> Result<(), TestCaseError> {
        for effect in effects {
            prop_assert!(!self.ended, "nothing comes after the end");
            match effect {
                Effect::Send(outgoing) => {
                    prop_assert!(!self.closed, "nothing is sent after a close frame");
                    prop_assert!(
                        serde_json::from_slice::<serde_json::Value>(&outgoing.bytes).is_ok()
                    );
                    let is_answer = outgoing.kind != MessageKind::Change;
                    self.waits += if is_answer { outgoing.bytes.len() } else { 0 };
                }
                Effect::Ping | Effect::Resync(_) => prop_assert!(!self.closed),
                Effect::Close(close) => {
                    prop_assert!(!self.closed, "there is one close frame");
                    prop_assert!(close.reason.len() <= 123);
                    self.closed = true;
                }
                Effect::End(_) => self.ended = true,
            }
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn a_session_keeps_its_bounds_and_ends_when_nobody_is_there_any_more(
        jitter in 0.0..1.0_f64,
        coming in proptest::collection::vec(come(), 0..200),
    ) {
        let limits = Limits::default();
        let mut now = Duration::ZERO;
        let mut session = Session::new("u-1", jitter, limits, at(now));
        let mut seen = Seen::default();
        for (later, come) in &coming {
            now += Duration::from_millis((*later).into());
            if matches!(come, Come::Push) && !session.wants_push() {
                continue;
            }
            seen.look(&session.step(at(now), input(come)))?;
            if matches!(come, Come::Flushed) {
                seen.waits = 0;
            }
            prop_assert!(seen.waits <= limits.answers);
            prop_assert!(session.patterns.len() <= limits.patterns);
            prop_assert_eq!(session.wake_at().is_none(), seen.ended);
            prop_assert_eq!(session.is_open(), !seen.closed && !seen.ended && session.is_open());
        }
        // the client says nothing any more
        let mut wakes = 0;
        while let Some(wake) = session.wake_at() {
            now = now.max(wake);
            seen.look(&session.step(at(now), Input::Tick))?;
            wakes += 1;
            prop_assert!(wakes < 10, "it would wake for ever");
        }
        prop_assert!(seen.ended);
    }
}
