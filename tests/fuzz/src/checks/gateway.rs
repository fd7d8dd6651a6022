//! What the gateway reads of a request.

use std::{collections::BTreeMap, net::SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue, Request};
use serde::Deserialize;
use vortex_gateway::{Network, SpringPrefix, parts};
use vortex_kit::http::PeerAddr;
use vortex_rest::{ArmReports, NewChange, NewRollout, RolloutEdit};

use super::{is_short, text};
use crate::Parser;

pub(super) const SPRING_PATH: Parser = Parser {
    name: "spring-path",
    tokens: &[
        b"/",
        b"%2f",
        b"%2e",
        b"..",
        b"(_)",
        b"-",
        b".yml",
        b".properties",
        b",",
        b"%",
        b"%00",
        b"%25",
        b"api",
        b"\\",
        b"main",
        b"%c3%a9",
    ],
    check: |input| {
        text(input, |raw| match parts::spring_path(raw) {
            Ok(decoded) => {
                for part in decoded {
                    let leaves = part.split('/').any(|part| matches!(part, "." | ".."));
                    let odd = part.starts_with('/') || part.contains('\\');
                    let control = part.bytes().any(|byte| byte.is_ascii_control());
                    assert!(!leaves && !odd && !control, "{part:?}");
                    assert!(part.len() <= 4_096);
                }
                true
            }
            Err(fault) => {
                // the path is repeated in what is wrong with it, and 4 KiB at most
                assert!(fault.message().len() < 40_000);
                let _ = raw.parse::<SpringPrefix>();
                false
            }
        })
    },
};

/// Parameters of every kind that routes have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // what is of interest is whether it is read
struct Parameters {
    label: Option<String>,
    key: Option<String>,
    page_size: Option<u32>,
    page_token: Option<String>,
    force: Option<bool>,
    since: Option<String>,
}

pub(super) const QUERY: Parser = Parser {
    name: "query",
    tokens: &[
        b"&",
        b"=",
        b"%",
        b"+",
        b"%26",
        b"%3d",
        b"%00",
        b"%ff",
        b"label=",
        b"token=",
        b"%74oken=",
        b"page_size=",
        b"force=",
        b"true",
        b";",
        b"[]",
        b"?",
    ],
    check: |input| {
        text(input, |query| {
            let all = parts::lenient_query::<BTreeMap<String, String>>(query);
            let known = parts::query::<Parameters>(query);
            if let Err(fault) = &known {
                is_short(&fault.message());
            }
            let Ok(all) = all else {
                assert!(known.is_err(), "what can't be read has no parameters");
                return false;
            };
            let written = serde_urlencoded::to_string(&all).expect("pairs can be written");
            let again = parts::lenient_query::<BTreeMap<String, String>>(&written);
            assert_eq!(again.expect("what is written is read"), all);
            let (tokens, rest) = parts::url_tokens(query);
            let rest = parts::lenient_query::<BTreeMap<String, String>>(&rest);
            let mut others = all;
            let held = others.remove("token").is_some();
            assert_eq!(held, !tokens.is_empty(), "what its decoder reads is taken");
            assert_eq!(rest.expect("a part of a query is one"), others);
            true
        })
    },
};

pub(super) const JSON_BODY: Parser = Parser {
    name: "json-body",
    tokens: &[
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b":",
        b",",
        b"\"documents\":",
        b"\"strategy\":",
        b"null",
        b"1e999",
        b"-1",
        b"\"stages\":",
        b"\"instance_id\":",
        b"\"metrics\":",
        b"\"sketch\":",
        b"\\ud800",
        b"\"x\":1,",
        b"true",
    ],
    check: |input| {
        let read = [
            fault_of(parts::json::<NewChange>(input)),
            fault_of(parts::json::<NewRollout>(input)),
            fault_of(parts::json::<RolloutEdit>(input)),
            fault_of(parts::json::<ArmReports>(input)),
            fault_of(parts::heartbeat(input)),
        ];
        read.contains(&true)
    },
};

/// Whether there is none; what there is, is short.
fn fault_of<T>(read: Result<T, vortex_kit::error::Fault>) -> bool {
    if let Err(fault) = &read {
        is_short(&fault.message());
    }
    read.is_ok()
}

/// The headers of lines such as `forwarded: for=10.0.0.1`.
fn headers(input: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let name = HeaderName::from_bytes(&line[..colon]);
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}

pub(super) const READER: Parser = Parser {
    name: "reader",
    tokens: &[
        b"\nforwarded: ",
        b"\nx-forwarded-for: ",
        b"for=",
        b";",
        b",",
        b"\"",
        b"\\",
        b"[::1]",
        b"10.0.0.1",
        b":80",
        b"unknown",
        b"_hidden",
        b"\nx-vortex-instance: ",
        b"\nx-vortex-key: ",
        b"\nauthorization: Basic ",
        b"cG9kLTc6",
        b"=",
        b"192.0.2.7",
        b"::ffff:10.0.0.1",
        b"\n",
    ],
    check: |input| {
        let mut request = Request::new(());
        *request.headers_mut() = headers(input);
        let has_headers = !request.headers().is_empty();
        let peer: SocketAddr = "10.0.0.9:1000".parse().expect("an address");
        request.extensions_mut().insert(PeerAddr(peer));
        let (request, ()) = request.into_parts();
        let proxies: Vec<Network> = vec!["10.0.0.0/8".parse().expect("a network")];
        let trusting = parts::reader(&request, &proxies);
        let wary = parts::reader(&request, &[]);
        match (&trusting, &wary) {
            (Ok(read), Ok(other)) => {
                assert!(read.iter().chain(other).all(|text| text.len() <= 256));
                assert!(!read[0].is_empty(), "a connection has an address");
            }
            (Err(one), Err(other)) => {
                is_short(&one.message());
                assert_eq!(one.message(), other.message());
            }
            differ => panic!("proxies make no request malformed: {differ:?}"),
        }
        let _ = std::str::from_utf8(input).map(|text| text.parse::<Network>());
        has_headers && trusting.is_ok()
    },
};

pub(super) const CONDITIONS: Parser = Parser {
    name: "conditions",
    tokens: &[
        b"\nif-match: ",
        b"\nif-none-match: ",
        b"\ncontent-type: ",
        b"\"",
        b"W/",
        b"*",
        b",",
        b"\"abc\"",
        b"application/json",
        b"+json",
        b";charset=utf-8",
        b"\n",
    ],
    check: |input| {
        let headers = headers(input);
        let _ = parts::says_json(&headers);
        let _ = parts::holds(&headers, "abc");
        match parts::if_match(&headers) {
            Ok(tag) => {
                assert!(!tag.contains(['"', ',', ' ']), "{tag}");
                !headers.is_empty()
            }
            Err(fault) => {
                assert!(fault.message().len() < 20_000);
                false
            }
        }
    },
};
