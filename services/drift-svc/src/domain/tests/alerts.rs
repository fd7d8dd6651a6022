//! When alerts begin, and when they are over.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::{
    Acknowledged, Alert, AlertId, AlertState, Book, Cause, Event, FleetName, Limits, Pulse,
    Reading, Resolved, Tenths, Turn,
};

fn limits() -> Limits {
    Limits::new(0.1, Duration::from_secs(60), Duration::from_secs(300))
}

fn reading(drifted: u64) -> Reading {
    Reading {
        drifted,
        silent: 0,
        total: 100,
        expected: "v2".to_owned(),
        is_protected: false,
    }
}

fn alert(cause: Cause, id: u64) -> Alert {
    Alert {
        id: AlertId::new(id, 0),
        fleet: FleetName::new("orders", ["prod"], "main"),
        cause,
        state: AlertState::Firing,
        expected: "v2".to_owned(),
        worst: 12,
        instances: 12,
        total: 100,
        started_at: Timestamp::UNIX_EPOCH,
        acknowledged: None,
    }
}

/// What is decided second by second, while a service has run for long.
fn course(
    pulse: &mut Pulse,
    firing: Option<&Alert>,
    readings: &[Reading],
    from: u32,
) -> Option<u32> {
    let cause = firing.map_or(Cause::Drift, |alert| alert.cause);
    let mut seconds = (from..).zip(readings);
    let turned = seconds.find(|(second, reading)| {
        let now = (Tenths(10 * second), 1_000_000);
        pulse.turn(cause, reading, firing, now, &limits()).is_some()
    });
    turned.map(|(second, _)| second - from)
}

#[test]
fn an_alert_begins_once_it_is_over_the_threshold_for_a_minute() {
    let mut pulse = Pulse::default();
    assert_eq!(course(&mut pulse, None, &vec![reading(10); 300], 0), None);
    assert_eq!(
        course(&mut pulse, None, &vec![reading(11); 300], 1_000),
        Some(60)
    );
    // a dip begins the minute anew
    let mut dipped = vec![reading(11); 300];
    dipped[40] = reading(10);
    let mut pulse = Pulse::default();
    assert_eq!(course(&mut pulse, None, &dipped, 0), Some(101));
}

#[test]
fn an_alert_is_over_once_it_is_below_half_the_threshold_for_a_minute() {
    let firing = alert(Cause::Drift, 1);
    let mut pulse = Pulse::default();
    assert_eq!(
        course(&mut pulse, Some(&firing), &vec![reading(5); 300], 0),
        None
    );
    let mut calm = vec![reading(4); 300];
    calm[30] = reading(5);
    assert_eq!(course(&mut pulse, Some(&firing), &calm, 1_000), Some(91));
}

#[test]
fn nothing_is_over_before_all_could_have_reported() {
    let firing = alert(Cause::Silence, 1);
    let mut pulse = Pulse::default();
    for second in 0..359 {
        let now = (Tenths(10 * second), 10 * second);
        let turn = pulse.turn(Cause::Silence, &reading(0), Some(&firing), now, &limits());
        assert_eq!(turn, None, "{second}");
    }
    let now = (Tenths(3_600), 3_600);
    let turn = pulse.turn(Cause::Silence, &reading(0), Some(&firing), now, &limits());
    assert_eq!(turn, Some(Turn::Resolve));
}

#[test]
fn an_alert_is_about_one_expected_version() {
    let firing = alert(Cause::Drift, 1);
    let other = Reading {
        expected: "v3".to_owned(),
        ..reading(50)
    };
    let mut pulse = Pulse::default();
    assert_eq!(
        course(&mut pulse, Some(&firing), std::slice::from_ref(&other), 0),
        Some(0)
    );
    // while it is not known, as after a restart, that says nothing
    let unknown = Reading {
        expected: String::new(),
        ..reading(50)
    };
    assert_eq!(
        course(&mut pulse, Some(&firing), &vec![unknown; 99], 0),
        None
    );
    // the minute is that of one version
    let mut readings = vec![reading(50); 40];
    readings.extend(vec![other; 100]);
    assert_eq!(course(&mut Pulse::default(), None, &readings, 0), Some(100));
}

#[test]
fn a_silent_fleet_alerts_at_once_and_its_drift_says_nothing_meanwhile() {
    let silent = Reading {
        silent: 90,
        is_protected: true,
        ..reading(10)
    };
    let now = (Tenths(0), 1_000_000);
    let mut pulse = Pulse::default();
    let turn = pulse.turn(Cause::Silence, &silent, None, now, &limits());
    assert_eq!(turn, Some(Turn::Fire));
    assert_eq!(silent.counts(Cause::Silence), (90, 100));
    let drift = alert(Cause::Drift, 1);
    let quiet = Reading {
        drifted: 0,
        ..silent.clone()
    };
    assert_eq!(course(&mut pulse, Some(&drift), &vec![quiet; 300], 0), None);
    assert_eq!(course(&mut pulse, None, &vec![silent; 300], 0), None);
}

#[test]
fn a_book_has_one_firing_alert_for_a_fleet_and_a_cause() {
    let mut book = Book::default();
    let first = alert(Cause::Drift, 1);
    book.fold(Event::Stands(first.clone()));
    book.fold(Event::Stands(alert(Cause::Silence, 2)));
    assert_eq!(book.firing(&first.fleet, Cause::Drift), Some(&first));
    assert_eq!(book.all_firing().count(), 2);
    assert!(book.recount(&first.id, (30, 90)));
    assert!(!book.recount(&first.id, (30, 90)));
    let counted = book.get(&first.id).unwrap().clone();
    assert_eq!(
        (counted.worst, counted.instances, counted.total),
        (30, 30, 90)
    );
    let Resolved(over) = Resolved::at(&counted, Timestamp::UNIX_EPOCH, (2, 90));
    book.fold(Event::Stands(over));
    assert_eq!(book.firing(&first.fleet, Cause::Drift), None);
    assert!(!book.recount(&first.id, (5, 90)));
    let listed: Vec<u64> = book.before(None).map(|alert| alert.instances).collect();
    assert_eq!(listed, [12, 2]);
    let month = Timestamp::from_second(31 * 24 * 3_600).unwrap();
    assert_eq!(book.outdated(month), [Event::Forgotten(first.id)]);
}

#[test]
fn the_first_acknowledgement_stays() {
    let by = |name: &str| Acknowledged {
        by: name.to_owned(),
        at: Timestamp::UNIX_EPOCH,
        comment: String::new(),
    };
    let first = alert(Cause::Drift, 1);
    let Some(seen) = Book::acknowledge(&first, by("ann")) else {
        panic!();
    };
    assert_eq!(seen.acknowledged, Some(by("ann")));
    assert_eq!(Book::acknowledge(&seen, by("bob")), None);
}

#[test]
fn the_oldest_resolved_alerts_make_room() {
    let mut book = Book::default();
    for id in 0..10_000 {
        let mut kept = alert(Cause::Drift, id);
        if id != 0 {
            kept.state = AlertState::Resolved(Timestamp::UNIX_EPOCH);
        }
        book.fold(Event::Stands(kept));
    }
    assert_eq!(book.room(0), Some(Some(AlertId::new(1, 0))));
    assert_eq!(book.room(2), Some(Some(AlertId::new(3, 0))));
    assert_eq!(book.room(9_999), None);
}
