//! Frames, headers and messages of gRPC.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue};
use tokio::runtime;
use vortex_kit::{
    grpc::page,
    parts::{peeked, timeout, timeout_header},
};
use vortex_sketch::{Interpolation, Mapping, Parts, Sketch};

use super::{is_short, text};
use crate::Parser;

/// gRPC's prefix to a message.
const PREFIX: usize = 5;

pub(super) const MESSAGE: Parser = Parser {
    name: "grpc-message",
    tokens: &[
        b"\0\0\0\0\0",
        b"\0\0\0\0\x05hello",
        b"\x01",
        b"\xff\xff\xff\xff",
        b"\0\x01\0\0\0",
    ],
    check: |input| {
        let whole = peek(input, input.len());
        for piece in [1, 3, 64] {
            assert_eq!(peek(input, piece), whole, "in pieces of {piece}");
        }
        let Some(message) = whole else {
            return false;
        };
        // what is judged is what the decoder gets: the bytes behind the first prefix
        match input.split_first_chunk::<PREFIX>() {
            Some(([0, length @ ..], rest)) => {
                let length = u32::from_be_bytes(*length) as usize;
                assert_eq!(message, rest.get(..length).unwrap_or_default());
                rest.len() >= length
            }
            _ => {
                assert!(message.is_empty());
                false
            }
        }
    },
};

/// The first message of bytes that come in pieces; none if it is refused.
fn peek(input: &[u8], piece: usize) -> Option<Vec<u8>> {
    let frames: Vec<Bytes> = input
        .chunks(piece.max(1))
        .map(Bytes::copy_from_slice)
        .collect();
    let runtime = runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    match runtime.block_on(peeked(frames)) {
        Ok((message, all)) => {
            assert_eq!(all, input, "all of it is handed on");
            Some(message.to_vec())
        }
        Err(fault) => {
            is_short(&fault.message());
            None
        }
    }
}

pub(super) const TIMEOUT: Parser = Parser {
    name: "grpc-timeout",
    tokens: &[b"H", b"M", b"S", b"m", b"u", b"n", b"99999999", b"0"],
    check: |input| {
        let Ok(header) = HeaderValue::from_bytes(input) else {
            return false;
        };
        let read = |header| {
            timeout(&HeaderMap::from_iter([(
                "grpc-timeout".parse().expect("a name"),
                header,
            )]))
        };
        match read(header) {
            Ok(given) => {
                let given = given.expect("there is one");
                let passed = read(timeout_header(given))
                    .expect("it is read")
                    .expect("there is one");
                assert!(
                    passed <= given && given - passed <= given / 1_000 + Duration::from_nanos(1)
                );
                true
            }
            Err(error) => {
                is_short(&error);
                false
            }
        }
    },
};

pub(super) const PAGE_TOKEN: Parser = Parser {
    name: "page-token",
    tokens: &[b"0a", b"6d61696e", b"f", b"ff", b"31", b"2d31"],
    check: |input| {
        text(input, |text| {
            let one = page::after::<1>(text);
            let two = page::after::<2>(text);
            for fault in [one.as_ref().err(), two.as_ref().err()]
                .into_iter()
                .flatten()
            {
                is_short(&fault.message());
            }
            let written = |parts: &[String]| {
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                page::token(&parts)
            };
            if let Ok(Some(parts)) = &one {
                assert_eq!(written(parts), text.to_ascii_lowercase());
            }
            if let Ok(Some(parts)) = &two {
                assert_eq!(written(parts), text.to_ascii_lowercase());
            }
            let numbers = [page::before(text).is_ok(), page::after_number(text).is_ok()];
            assert_eq!(numbers[0], numbers[1]);
            one.is_ok() || two.is_ok()
        })
    },
};

pub(super) const SKETCH: Parser = Parser {
    name: "sketch",
    tokens: &[
        b"\0\0\0\0\0\0\xf0\x7f",
        b"\0\0\0\0\0\0\xf8\x7f",
        b"\0\0\0\0\0\0\xf0\x3f",
        b"\0\0\0\0\0\0\0\x80",
        b"\xff\xff\xff\xff\xff\xff\xef\x7f",
        b"\xff\xff\xff\x7f",
        b"\0\0\0\x80",
        b"\x01\0\0\0\0\0\0\0",
    ],
    check: |input| {
        let mut rest = input;
        let parts = Parts {
            unit: float(&mut rest),
            mapping: Mapping {
                gamma: float(&mut rest),
                index_offset: float(&mut rest),
                interpolation: match integer(&mut rest) % 4 {
                    0 => Interpolation::None,
                    1 => Interpolation::Linear,
                    2 => Interpolation::Quadratic,
                    _ => Interpolation::Cubic,
                },
            },
            zero: float(&mut rest),
            contiguous_first: integer(&mut rest),
            sparse: (0..integer(&mut rest).clamp(0, 8))
                .map(|_| (integer(&mut rest), float(&mut rest)))
                .collect(),
            contiguous: std::iter::from_fn(|| (!rest.is_empty()).then(|| float(&mut rest)))
                .collect(),
        };
        match Sketch::from_parts(&parts) {
            Ok(sketch) => {
                let count = sketch.count();
                assert!(count.is_finite() && count >= 0.0);
                for q in [0.0, 0.5, 0.99, 1.0] {
                    assert!(
                        sketch
                            .quantile(q)
                            .is_none_or(|value| value.is_finite() && value >= 0.0)
                    );
                }
                let again = Sketch::from_parts(&sketch.parts()).expect("what is sent is taken");
                assert!((again.count() - count).abs() <= count * 1e-9);
                true
            }
            Err(error) => {
                is_short(&error);
                false
            }
        }
    },
};

fn float(rest: &mut &[u8]) -> f64 {
    f64::from_le_bytes(take(rest))
}

fn integer(rest: &mut &[u8]) -> i32 {
    i32::from_le_bytes(take(rest))
}

/// The next bytes, with zeros where there are none.
fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    let (taken, after) = rest.split_at(N.min(rest.len()));
    *rest = after;
    let mut bytes = BytesMut::zeroed(N);
    bytes[..taken.len()].copy_from_slice(taken);
    bytes[..].try_into().expect("so many")
}
