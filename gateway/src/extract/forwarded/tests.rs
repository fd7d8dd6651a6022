use http::{HeaderName, HeaderValue, header};
use proptest::prelude::*;

use super::*;

const PROXY: &str = "10.0.0.1";
const REAL: &str = "198.51.100.7";
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn headers(lines: &[(HeaderName, &str)]) -> HeaderMap {
    let lines = lines.iter().cloned();
    let lines = lines.map(|(name, value)| (name, HeaderValue::from_str(value).unwrap()));
    lines.collect()
}

/// The client that a request from `peer` has, where 10.0.0.0/8 and fd00::/8 are proxies.
fn found(peer: &str, lines: &[(HeaderName, &str)]) -> String {
    let trusted = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
    client(ip(peer), &headers(lines), &trusted).to_string()
}

fn x_forwarded_for(value: &str) -> String {
    found(PROXY, &[(X_FORWARDED_FOR, value)])
}

fn forwarded(value: &str) -> String {
    found(PROXY, &[(header::FORWARDED, value)])
}

#[test]
fn the_last_hop_that_is_no_proxy_is_the_client() {
    assert_eq!(x_forwarded_for(REAL), REAL);
    assert_eq!(x_forwarded_for("1.1.1.1, 198.51.100.7"), REAL);
    assert_eq!(x_forwarded_for("1.1.1.1,198.51.100.7 , 10.9.9.9"), REAL);
    assert_eq!(x_forwarded_for("10.0.0.3, 10.0.0.2"), "10.0.0.3");
    assert_eq!(forwarded("for=1.1.1.1, for=198.51.100.7;proto=https"), REAL);
    assert_eq!(
        forwarded("For=\"[2001:db8::1]:4711\";by=10.0.0.2 , for=10.0.0.3"),
        "2001:db8::1"
    );
    let lines = [(X_FORWARDED_FOR, "1.1.1.1"), (X_FORWARDED_FOR, REAL)];
    assert_eq!(found(PROXY, &lines), REAL);
}

#[test]
fn addresses_come_in_many_forms_and_go_in_one() {
    assert_eq!(x_forwarded_for("198.51.100.7:4711"), REAL);
    assert_eq!(x_forwarded_for("::ffff:198.51.100.7"), REAL);
    assert_eq!(x_forwarded_for("[2001:DB8:0::1]"), "2001:db8::1");
    assert_eq!(x_forwarded_for("[2001:db8::1]:80"), "2001:db8::1");
    assert_eq!(forwarded("for=[2001:db8::1]:80"), "2001:db8::1");
    assert_eq!(found("::ffff:10.0.0.1", &[(X_FORWARDED_FOR, REAL)]), REAL);
    assert_eq!(found("::ffff:198.51.100.7", &[]), REAL);
}

#[test]
fn a_hop_that_cannot_be_read_ends_the_way() {
    for value in ["", "unknown", "1.1.1.1, x", "1.1.1.1,", "1.1.1.1, ,"] {
        assert_eq!(x_forwarded_for(value), PROXY, "{value:?}");
    }
    assert_eq!(x_forwarded_for("1.1.1.1, x, 10.0.0.2"), "10.0.0.2");
    for value in [
        "for=unknown",
        "for=_hidden",
        "for=1.1.1.1, proto=https",
        "for=1.1.1.1;for=2.2.2.2",
        "for=1.1.1.1;x=\"",
        "for=1.1.1.1 proto=https",
        "for=\"1.1.1.1\"x",
        "=1.1.1.1",
        "for = 1.1.1.1",
    ] {
        assert_eq!(forwarded(value), PROXY, "{value:?}");
    }
}

#[test]
fn headers_that_lead_to_different_clients_are_not_believed() {
    let both = |one, other| found(PROXY, &[(X_FORWARDED_FOR, one), (header::FORWARDED, other)]);
    assert_eq!(both(REAL, "for=198.51.100.7"), REAL);
    assert_eq!(both(REAL, "proto=https"), PROXY);
    assert_eq!(both(REAL, "for=1.1.1.1"), PROXY);
    assert_eq!(both("1.1.1.1", "for=198.51.100.7"), PROXY);
}

/// What somebody who wants another address may send in a header.
fn made_up() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("for=1.1.1.1"),
        Just("1.1.1.1"),
        Just("10.0.0.2"),
        Just("for="),
        Just("host="),
        Just(","),
        Just(";"),
        Just("\""),
        Just("\\"),
        Just("="),
        Just(" "),
        Just("x"),
    ];
    let some = proptest::collection::vec(parts, 0..10).prop_map(|parts| parts.concat());
    prop_oneof![some, "[ -~]{0,40}"]
}

proptest! {
    #[test]
    fn who_connects_itself_has_its_own_address(one in made_up(), other in made_up()) {
        let headers = headers(&[(X_FORWARDED_FOR, &one), (header::FORWARDED, &other)]);
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        prop_assert_eq!(client(ip(REAL), &headers, &trusted), ip(REAL));
        prop_assert_eq!(client(ip(PROXY), &headers, &[]), ip(PROXY));
    }

    #[test]
    fn behind_a_proxy_nobody_chooses_an_address(
        one in made_up(), other in made_up(), host in "[a-z0-9,;=.:-]{0,20}",
        in_a_line_of_its_own: bool, writes_forwarded: bool,
    ) {
        let (name, appended) = match writes_forwarded {
            true => (header::FORWARDED, format!("for={REAL};host=\"{host}\"")),
            false => (X_FORWARDED_FOR, REAL.to_owned()),
        };
        let mut headers = headers(&[(X_FORWARDED_FOR, &one), (header::FORWARDED, &other)]);
        if in_a_line_of_its_own {
            headers.append(name, HeaderValue::from_str(&appended).unwrap());
        } else {
            let sent = headers[&name].to_str().unwrap();
            let both = HeaderValue::from_str(&format!("{sent}, {appended}")).unwrap();
            headers.insert(name, both);
        }
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let found = client(ip(PROXY), &headers, &trusted);
        prop_assert!(found == ip(REAL) || found == ip(PROXY), "{found}");
    }
}
