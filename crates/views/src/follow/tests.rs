//! The table of views, without a stream.

use std::sync::Arc;

use jiff::Timestamp;
use vortex_kit::clock::Manual;
use vortex_proto::config::v1::{self as pb, watch_views_request::Request};

use super::{Content, Duration, Options, table::Table};
use crate::Fleet;

fn table(most: usize) -> (Table, Manual) {
    let clock = Manual::starting_at(Timestamp::UNIX_EPOCH);
    let options = Options {
        content: Content::Versions,
        history: true,
        most,
    };
    (Table::new(options, Arc::new(clock.clone())), clock)
}

fn fleet(n: usize) -> Fleet {
    Fleet::new(&format!("app{n}"), &["prod"], "").unwrap()
}

/// What a stream would be told.
fn told(table: &Table) -> Vec<String> {
    let requests = std::iter::from_fn(|| table.request()?.request);
    let said = requests.map(|request| match request {
        Request::Add(add) => format!("add {} {}", add.number, add.view.unwrap().apps[0]),
        Request::Remove(remove) => format!("remove {}", remove.number),
    });
    said.collect()
}

fn state(number: u32, version: &str) -> pb::ViewState {
    let variant = pb::ViewVariant {
        version: version.to_owned(),
        ..pb::ViewVariant::default()
    };
    pb::ViewState {
        number,
        token: "0123456789abcdef0123456789abcdef:42".to_owned(),
        variants: vec![variant],
        ..pb::ViewState::default()
    }
}

fn version(table: &Table, n: usize) -> Option<String> {
    let view = table.entry(&fleet(n)).view()?;
    Some(view.variants.first()?.version.to_string())
}

#[test]
fn a_view_is_followed_from_the_first_time_it_is_asked_for() {
    let (table, _) = table(10);
    assert_eq!(version(&table, 1), None);
    assert_eq!(version(&table, 1), None);
    assert_eq!(told(&table), ["add 0 app1"]);
    table.take(state(0, "v1"));
    table.take(state(7, "nobody's"));
    assert_eq!(version(&table, 1).as_deref(), Some("v1"));
    assert_eq!(table.take_changed(), [fleet(1)]);
    assert_eq!(table.take_changed(), []);
    assert!(told(&table).is_empty());
}

#[test]
fn those_that_nobody_asked_for_longest_are_let_go() {
    let (table, _) = table(3);
    for n in 0..3 {
        table.entry(&fleet(n));
    }
    assert_eq!(told(&table).len(), 3);
    table.entry(&fleet(0));
    table.entry(&fleet(3));
    assert_eq!(table.len(), 3);
    assert_eq!(told(&table), ["remove 1", "add 3 app3"]);
    // what was let go is no change
    table.take(state(1, "v1"));
    assert_eq!(table.take_changed(), []);
    // and is followed again when it is asked for
    assert_eq!(version(&table, 1), None);
    assert_eq!(told(&table), ["remove 2", "add 4 app1"]);
}

#[test]
fn what_was_never_told_needs_no_taking_back() {
    let (table, _) = table(10);
    table.entry(&fleet(1));
    table.forget(&fleet(1));
    assert!(told(&table).is_empty());
    assert_eq!(table.len(), 0);
}

#[test]
fn a_new_stream_is_told_of_all_and_what_is_known_stays() {
    let (table, _) = table(10);
    table.entry(&fleet(1));
    table.entry(&fleet(2));
    told(&table);
    table.take(state(0, "v1"));
    table.forget(&fleet(2));
    table.restart();
    assert_eq!(version(&table, 1).as_deref(), Some("v1"));
    assert_eq!(told(&table), ["add 0 app1"]);
}

#[test]
fn a_view_that_fails_is_known_to() {
    let (table, _) = table(10);
    table.entry(&fleet(1));
    table.take(state(0, "v1"));
    table.take_fault(pb::ViewFault {
        number: 0,
        reason: "LABEL_NOT_FOUND".to_owned(),
        message: "there is no label x".to_owned(),
    });
    let view = table.entry(&fleet(1)).view().unwrap();
    assert_eq!(&*view.fault.as_ref().unwrap().reason, "LABEL_NOT_FOUND");
    assert!(view.expected("pod").is_none());
    table.take(state(0, "v2"));
    assert_eq!(version(&table, 1).as_deref(), Some("v2"));
}

#[test]
fn config_svc_is_away_when_nothing_was_heard_for_three_seconds() {
    let (table, clock) = table(10);
    assert!(!table.is_current());
    table.hear();
    clock.advance(Duration::from_secs(3));
    assert!(table.is_current());
    clock.advance(Duration::from_millis(1));
    assert!(!table.is_current());
    assert_eq!(table.token(), None);
    table.take_progress("0123456789abcdef0123456789abcdef:7".parse().unwrap());
    assert_eq!(table.token().map(|token| token.position), Some(7));
}

#[test]
fn who_never_takes_what_has_changed_holds_no_more_than_is_followed() {
    let (table, _) = table(8);
    for n in 0..100 {
        let number = table.entry(&fleet(n)).number;
        table.take(state(number, "v1"));
        table.take(state(number, "v2"));
    }
    assert!(table.take_changed().len() <= 8);
}
