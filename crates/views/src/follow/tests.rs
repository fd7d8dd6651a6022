//! The table of views, without a stream.

use std::sync::Arc;

use jiff::Timestamp;
use vortex_kit::clock::Manual;
use vortex_proto::config::v1::{self as pb, watch_views_request::Request};

use super::{Content, Duration, Options, entry::Entry, table::Table};
use crate::Fleet;

fn table(most: usize) -> (Arc<Table>, Manual) {
    table_of(most, usize::MAX)
}

fn table_of(most: usize, bytes: usize) -> (Arc<Table>, Manual) {
    let clock = Manual::starting_at(Timestamp::UNIX_EPOCH);
    let options = Options {
        content: Content::Versions,
        history: true,
        most,
        bytes,
        for_anybody: false,
    };
    let table = Table::new(options, Arc::new(clock.clone()));
    (Arc::new(table), clock)
}

const OF: Content = Content::Versions;

fn entry(table: &Table, n: usize) -> Arc<Entry> {
    table.entry(&fleet(n), OF).unwrap()
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
        Request::Answered(answered) => format!("{answered:?}"),
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
    let view = entry(table, n).view()?;
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
        entry(&table, n);
    }
    assert_eq!(told(&table).len(), 3);
    entry(&table, 0);
    entry(&table, 3);
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
    entry(&table, 1);
    table.forget(&fleet(1), OF);
    assert!(told(&table).is_empty());
    assert_eq!(table.len(), 0);
}

#[test]
fn a_new_stream_is_told_of_all_and_what_is_known_stays() {
    let (table, _) = table(10);
    entry(&table, 1);
    entry(&table, 2);
    told(&table);
    table.take(state(0, "v1"));
    table.forget(&fleet(2), OF);
    table.restart();
    assert_eq!(version(&table, 1).as_deref(), Some("v1"));
    assert_eq!(told(&table), ["add 0 app1"]);
}

#[test]
fn a_view_that_fails_is_known_to() {
    let (table, _) = table(10);
    entry(&table, 1);
    table.take(state(0, "v1"));
    table.take_fault(pb::ViewFault {
        number: 0,
        reason: "LABEL_NOT_FOUND".to_owned(),
        message: "there is no label x".to_owned(),
    });
    let view = entry(&table, 1).view().unwrap();
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
        let number = entry(&table, n).number;
        table.take(state(number, "v1"));
        table.take(state(number, "v2"));
    }
    assert!(table.take_changed().len() <= 8);
}

const STORE: &str = "0123456789abcdef0123456789abcdef";

fn progress(position: u64) -> crate::Token {
    format!("{STORE}:{position}").parse().unwrap()
}

/// Up to where the view of a fleet is known to be right.
fn fresh(table: &Table, n: usize) -> Option<u64> {
    Some(table.fresh(&fleet(n), OF)?.token.position)
}

#[test]
fn a_view_is_right_up_to_what_was_heard_on_its_stream() {
    let (table, clock) = table(10);
    table.restart();
    table.hear();
    entry(&table, 1);
    table.take(state(0, "v1"));
    assert_eq!(fresh(&table, 1), None, "nothing was heard of all views");
    table.take_progress(progress(41));
    assert_eq!(fresh(&table, 1), Some(42), "its own position is later");
    table.take_progress(progress(50));
    assert_eq!(fresh(&table, 1), Some(50));
    // another stream says nothing of what it was not asked for yet
    table.restart();
    assert_eq!(fresh(&table, 1), Some(50));
    table.take_progress(progress(60));
    assert_eq!(fresh(&table, 1), None);
    table.take(state(0, "v1"));
    assert_eq!(fresh(&table, 1), Some(60));
    clock.advance(Duration::from_millis(3_001));
    assert_eq!(fresh(&table, 1), None, "it has gone silent");
    table.hear();
    assert_eq!(fresh(&table, 1), Some(60));
}

#[test]
fn what_another_store_says_is_not_taken_for_this_one() {
    let (table, _) = table(10);
    table.restart();
    table.hear();
    entry(&table, 1);
    table.take(state(0, "v1"));
    let other = "fedcba9876543210fedcba9876543210:99".parse().unwrap();
    table.take_progress(other);
    assert_eq!(fresh(&table, 1), None);
}

#[test]
fn what_is_held_is_never_let_go_and_what_nobody_holds_any_more_is() {
    let (table, _) = table(2);
    let first = table.hold(&fleet(1), OF).unwrap();
    let second = table.hold(&fleet(2), OF).unwrap();
    assert!(table.hold(&fleet(3), OF).is_none(), "there is no room");
    assert!(table.entry(&fleet(3), OF).is_none());
    assert_eq!(told(&table), ["add 0 app1", "add 1 app2"]);
    table.hold(&fleet(1), OF).unwrap();
    table.release(&first);
    assert!(table.follows(&fleet(1), OF), "another holds it");
    table.release(&first);
    assert!(!table.follows(&fleet(1), OF));
    entry(&table, 2);
    table.release(&second);
    assert!(table.follows(&fleet(2), OF), "it is read");
    assert_eq!(told(&table), ["remove 0"]);
}

/// A state whose content has so many bytes.
fn heavy(number: u32, bytes: usize) -> pb::ViewState {
    let mut state = state(number, "v1");
    state.variants[0].config = vec![b' '; bytes].into();
    state
}

#[test]
fn views_that_are_too_large_together_are_let_go_and_those_held_stay() {
    let (table, _) = table_of(10, 100_000);
    let held = table.hold(&fleet(0), OF).unwrap();
    table.take(heavy(0, 50_000));
    entry(&table, 1);
    table.take(heavy(1, 30_000));
    assert_eq!(table.len(), 2);
    entry(&table, 2);
    table.take(heavy(2, 30_000));
    assert!(!table.follows(&fleet(1), OF) && table.follows(&fleet(2), OF));
    // what grows while it is held stays, and then nothing else has room
    table.take(heavy(0, 150_000));
    assert_eq!(table.len(), 1);
    assert!(table.hold(&fleet(3), OF).is_none());
    assert_eq!(table.len(), 1);
    table.release(&held);
    assert!(table.hold(&fleet(3), OF).is_some());
}

#[test]
fn contents_of_a_fleet_are_views_of_their_own() {
    let (table, _) = table(10);
    let environment = Content::Environment { origins: true };
    entry(&table, 1);
    table.entry(&fleet(1), environment).unwrap();
    assert_eq!(told(&table), ["add 0 app1", "add 1 app1"]);
    table.forget(&fleet(1), OF);
    assert!(table.follows(&fleet(1), environment));
    assert_eq!(told(&table), ["remove 0"]);
}

#[test]
fn when_a_source_was_read_is_what_was_told_last() {
    let (table, _) = table(10);
    let age = |seconds| pb::SourceAge {
        source: "git".to_owned(),
        last_success: Timestamp::from_second(seconds)
            .ok()
            .map(vortex_proto::time::timestamp),
    };
    entry(&table, 1);
    table.take(pb::ViewState {
        source_age: Some(age(100)),
        ..state(0, "v1")
    });
    let read = || {
        let view = entry(&table, 1).view().unwrap();
        table.age(&view).unwrap().last_success.unwrap().as_second()
    };
    assert_eq!(read(), 100);
    table.take_age(age(130).into());
    assert_eq!(read(), 130);
    table.take(pb::ViewState {
        source_age: Some(age(160)),
        ..state(0, "v2")
    });
    assert_eq!(read(), 160);
}
