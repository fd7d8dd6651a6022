//! Who fails often waits; who does not, doesn't.

#![allow(clippy::unwrap_used)] // all of this is test code

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use proptest::prelude::*;
use vortex_access::{MAX_ADDRESSES, MAX_DELAY, Throttle};

fn address(given: &str) -> IpAddr {
    given.parse().unwrap()
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn ten_failures_a_second_are_forgiven_and_the_next_ones_wait() {
    let mut throttle = Throttle::default();
    let (guest, other) = (address("192.0.2.1"), address("192.0.2.2"));
    let now = millis(60_000);
    for _ in 0..10 {
        assert_eq!(throttle.delay(guest, now), Duration::ZERO);
        throttle.failed(guest, now);
    }
    assert_eq!(throttle.delay(guest, now), Duration::ZERO);
    throttle.failed(guest, now);
    assert_eq!(throttle.delay(guest, now), millis(100));
    throttle.failed(guest, now);
    assert_eq!(throttle.delay(guest, now), millis(200));
    assert_eq!(throttle.delay(other, now), Duration::ZERO);
    assert_eq!(throttle.delay(guest, now + millis(150)), millis(50));
    assert_eq!(throttle.delay(guest, now + millis(200)), Duration::ZERO);
}

#[test]
fn nobody_waits_for_ever_and_all_is_forgiven() {
    let mut throttle = Throttle::default();
    let guest = address("192.0.2.1");
    for _ in 0..100_000 {
        throttle.failed(guest, millis(5));
    }
    assert_eq!(throttle.delay(guest, millis(5)), MAX_DELAY);
    let later = millis(5) + MAX_DELAY + millis(1_000);
    throttle.failed(address("192.0.2.2"), later);
    assert_eq!(
        (throttle.len(), throttle.delay(guest, later)),
        (1, Duration::ZERO)
    );
}

#[test]
fn a_network_of_ipv6_is_one_address_and_a_mapped_one_is_itself() {
    let mut throttle = Throttle::default();
    for host in 0..20_u16 {
        throttle.failed(address(&format!("2001:db8:0:1::{host:x}")), millis(0));
        throttle.failed(address("::ffff:192.0.2.1"), millis(0));
    }
    assert_eq!(
        throttle.delay(address("2001:db8:0:1:ffff::1"), millis(0)),
        millis(1_000)
    );
    assert_eq!(
        throttle.delay(address("2001:db8:0:2::1"), millis(0)),
        Duration::ZERO
    );
    assert_eq!(
        throttle.delay(address("192.0.2.1"), millis(0)),
        millis(1_000)
    );
    assert_eq!(throttle.len(), 2);
}

#[test]
fn the_map_is_bounded_and_forgets_the_least_guilty() {
    let mut throttle = Throttle::default();
    let guilty = address("203.0.113.1");
    for _ in 0..50 {
        throttle.failed(guilty, millis(0));
    }
    let many = u32::try_from(3 * MAX_ADDRESSES).unwrap();
    for host in 0..many {
        throttle.failed(Ipv4Addr::from(host).into(), millis(0));
    }
    assert_eq!(throttle.len(), MAX_ADDRESSES);
    assert_eq!(throttle.delay(guilty, millis(0)), millis(4_000));
}

proptest! {
    /// However failures come, who waits as told makes ten and ten more a second at most.
    #[test]
    fn who_waits_as_told_never_fails_more_than_ten_times_a_second(
        pauses in proptest::collection::vec(0_u64..300, 1..200),
    ) {
        let mut throttle = Throttle::default();
        let guest = address("192.0.2.1");
        let mut now = Duration::ZERO;
        let mut failures = Vec::new();
        for pause in pauses {
            now += millis(pause);
            now += throttle.delay(guest, now);
            throttle.failed(guest, now);
            failures.push(now);
        }
        for (index, begin) in failures.iter().enumerate() {
            let within = failures[index..].iter().filter(|at| **at < *begin + millis(5_000)).count();
            prop_assert!(within <= 61, "{within} in five seconds");
        }
    }

    #[test]
    fn a_delay_is_bounded_and_only_shrinks_with_time(
        failures in proptest::collection::vec((0_u8..4, 0_u64..500), 0..300),
        wait in 0_u64..10_000,
    ) {
        let mut throttle = Throttle::default();
        let mut now = Duration::ZERO;
        for (host, pause) in failures {
            now += millis(pause);
            throttle.failed(Ipv4Addr::new(192, 0, 2, host).into(), now);
            prop_assert!(throttle.len() <= 4);
            let delay = throttle.delay(Ipv4Addr::new(192, 0, 2, host).into(), now);
            prop_assert!(delay <= MAX_DELAY);
            let later = throttle.delay(Ipv4Addr::new(192, 0, 2, host).into(), now + millis(wait));
            prop_assert_eq!(later, delay.saturating_sub(millis(wait)));
        }
    }
}
