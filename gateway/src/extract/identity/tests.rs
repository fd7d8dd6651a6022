use std::net::SocketAddr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::{HeaderValue, Request, header};
use vortex_kit::error::Reason;

use super::*;

/// A request's parts with these headers, from 192.0.2.1.
fn request(headers: &[(HeaderName, &[u8])]) -> Parts {
    let (mut parts, ()) = Request::new(()).into_parts();
    for (name, value) in headers {
        let value = HeaderValue::from_bytes(value).unwrap();
        parts.headers.append(name, value);
    }
    let peer = SocketAddr::from(([192, 0, 2, 1], 4711));
    parts.extensions.insert(PeerAddr(peer));
    parts
}

fn read(headers: &[(HeaderName, &[u8])]) -> Result<Reader, Fault> {
    Reader::of(&request(headers), &IdentityRules::default())
}

/// Where each instance has a user of its own.
fn read_by_user(headers: &[(HeaderName, &[u8])]) -> Result<Reader, Fault> {
    let identity_rules = IdentityRules {
        basic_user: true,
        ..IdentityRules::default()
    };
    Reader::of(&request(headers), &identity_rules)
}

fn instance(headers: &[(HeaderName, &[u8])]) -> (String, KeyFrom) {
    let instance = read(headers).unwrap().instance;
    (instance.text, instance.from)
}

fn basic(credentials: &str) -> Vec<u8> {
    format!("Basic {}", BASE64_STANDARD.encode(credentials)).into_bytes()
}

#[test]
fn an_instance_is_its_header_else_the_address() {
    let orders = basic("orders:secret");
    let both = [(INSTANCE, &b"i-1"[..]), (header::AUTHORIZATION, &*orders)];
    assert_eq!(instance(&both), ("i-1".to_owned(), KeyFrom::Instance));
    let address = ("192.0.2.1".to_owned(), KeyFrom::Address);
    // all pods of a team may have the same user
    assert_eq!(instance(&both[1..]), address);
    assert_eq!(instance(&[]), address);
    assert_eq!(instance(&[(INSTANCE, b"")]), address);
    assert_eq!(instance(&[(header::AUTHORIZATION, b"Basic !!!")]), address);
}

#[test]
fn where_it_is_asked_for_the_basic_user_goes_before_the_address() {
    let orders = basic("orders:secret");
    let instance = |headers: &[(HeaderName, &[u8])]| {
        let instance = read_by_user(headers).unwrap().instance;
        (instance.text, instance.from)
    };
    let of = |text: &str, from| (text.to_owned(), from);
    let both = [(INSTANCE, &b"i-1"[..]), (header::AUTHORIZATION, &*orders)];
    assert_eq!(instance(&both), of("i-1", KeyFrom::Instance));
    assert_eq!(instance(&both[1..]), of("orders", KeyFrom::BasicUser));
    for value in [&b"Bearer abc"[..], b"Basic", b"", &basic(":secret")] {
        let other = instance(&[(header::AUTHORIZATION, value)]);
        assert_eq!(other, of("192.0.2.1", KeyFrom::Address));
    }
    let unpadded = instance(&[(header::AUTHORIZATION, b"basic  YTpi")]);
    assert_eq!(unpadded, of("a", KeyFrom::BasicUser));
}

#[test]
fn a_key_is_its_header_and_nothing_else() {
    let reader = read(&[(KEY, "ü-7".as_bytes())]).unwrap();
    assert_eq!(reader.key, Identity::new("ü-7", KeyFrom::KeyHeader));
    assert_eq!(read(&[]).unwrap().key, Identity::default());
}

#[test]
fn the_query_goes_before_all_else() {
    let reader = read(&[(INSTANCE, b"i-1"), (KEY, b"k-1")]).unwrap();
    let other = reader.clone();
    let other = other.with_query(Some("i-2".into()), Some("k-2".into()));
    let other = other.unwrap();
    assert_eq!(other.instance, Identity::new("i-2", KeyFrom::Query));
    assert_eq!(other.key, Identity::new("k-2", KeyFrom::Query));
    let same = reader.clone().with_query(None, Some(String::new()));
    assert_eq!(same.unwrap(), reader);
}

#[test]
fn what_cannot_be_taken_is_refused_by_its_name() {
    let long = vec![b'x'; MAX_BYTES + 1];
    let fits = &long[..MAX_BYTES];
    assert!(read(&[(INSTANCE, fits), (KEY, fits)]).is_ok());
    let field = |result: Result<Reader, Fault>| {
        let fault = result.unwrap_err();
        assert_eq!(fault.reason(), Reason::InvalidArgument);
        fault.fields()[0].field.clone()
    };
    for bad in [&long[..], b"\xff"] {
        assert_eq!(field(read(&[(INSTANCE, bad)])), "X-Vortex-Instance");
        assert_eq!(field(read(&[(KEY, bad)])), "X-Vortex-Key");
    }
    assert_eq!(field(read(&[(KEY, b"a"), (KEY, b"b")])), "X-Vortex-Key");
    let user = basic(&"x".repeat(MAX_BYTES + 1));
    for bad in [&*user, b"Basic !!!", b"Basic //8="] {
        assert_eq!(
            field(read_by_user(&[(header::AUTHORIZATION, bad)])),
            "Authorization"
        );
    }
    let long = String::from_utf8(long).unwrap();
    let reader = Reader::default();
    let instance = reader.clone().with_query(Some(long.clone()), None);
    assert_eq!(field(instance), "instance");
    assert_eq!(field(reader.with_key(Some(long))), "key");
}
