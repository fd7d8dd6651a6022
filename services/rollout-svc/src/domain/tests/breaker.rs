//! The breaker.

use std::time::Duration;

use super::sample::at;
use crate::domain::{Breaker, BreakerLimits, Reset, RolloutId};

const LIMITS: BreakerLimits = BreakerLimits {
    max_rollbacks: 3,
    window: Duration::from_secs(600),
};

fn counted(breaker: Breaker, seconds: &[u64]) -> Breaker {
    seconds.iter().fold(breaker, |breaker, second| {
        breaker.count(RolloutId::new(*second, 0), at(*second), LIMITS)
    })
}

#[test]
fn more_rollbacks_than_allowed_within_the_window_open_it() {
    assert!(!counted(Breaker::default(), &[0, 100, 200]).is_open());
    let open = counted(Breaker::default(), &[0, 100, 200, 599]);
    assert_eq!(open.opened(), Some(at(599)));
}

#[test]
fn rollbacks_that_are_far_apart_do_not_open_it() {
    let seconds: Vec<u64> = (0..100).map(|number| number * 200).collect();
    assert!(!counted(Breaker::default(), &seconds).is_open());
}

#[test]
fn it_stays_open_until_somebody_closes_it() {
    let open = counted(Breaker::default(), &[0, 1, 2, 3, 10_000]);
    assert_eq!(open.opened(), Some(at(3)));
    let closed = open.reset(Reset {
        by: "ada".to_owned(),
        at: at(10_001),
        reason: "looked at it".to_owned(),
    });
    assert!(!closed.is_open());
    assert_eq!(closed.rollbacks(at(10_001), LIMITS.window).count(), 0);
    assert!(!counted(closed, &[10_002]).is_open());
}

#[test]
fn a_limit_of_none_opens_it_with_the_first() {
    let limits = BreakerLimits {
        max_rollbacks: 0,
        ..LIMITS
    };
    let breaker = Breaker::default().count(RolloutId::new(0, 0), at(0), limits);
    assert!(breaker.is_open());
}

#[test]
fn what_it_remembers_is_bounded() {
    let breaker = counted(Breaker::default(), &[1; 1_000]);
    assert_eq!(breaker.rollbacks(at(1), LIMITS.window).count(), 100);
}
