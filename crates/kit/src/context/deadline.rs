//! `grpc-timeout`, as the gRPC protocol over HTTP/2 writes it: up to eight digits and a unit.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use vortex_names::Excerpt;

use super::GRPC_TIMEOUT;

const MAX_DIGITS: usize = 8;
const MAX_VALUE: u128 = 99_999_999;

/// The header is not of the protocol's form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("grpc-timeout {0:?} is not one to eight digits and one of H, M, S, m, u, n")]
pub struct InvalidTimeout(String);

pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Option<Duration>, InvalidTimeout> {
    let Some(header) = headers.get(GRPC_TIMEOUT) else {
        return Ok(None);
    };
    match header.to_str().ok().and_then(parse) {
        Some(timeout) => Ok(Some(timeout)),
        None => {
            let given = String::from_utf8_lossy(header.as_bytes());
            Err(InvalidTimeout(Excerpt::of(&given).to_string()))
        }
    }
}

fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > MAX_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

/// The header for `timeout`, in the finest unit whose eight digits hold it, rounded down.
pub(crate) fn to_header(timeout: Duration) -> HeaderValue {
    let units = [
        (timeout.as_nanos(), 'n'),
        (timeout.as_micros(), 'u'),
        (timeout.as_millis(), 'm'),
        (u128::from(timeout.as_secs()), 'S'),
        (u128::from(timeout.as_secs() / 60), 'M'),
    ];
    let hours = (u128::from(timeout.as_secs() / 3600).min(MAX_VALUE), 'H');
    let fits = |(value, _): &(u128, char)| *value <= MAX_VALUE;
    let (value, unit) = units.into_iter().find(fits).unwrap_or(hours);
    HeaderValue::from_str(&format!("{value}{unit}"))
        .unwrap_or_else(|_| HeaderValue::from_static("0n"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(header: HeaderValue) -> Result<Option<Duration>, InvalidTimeout> {
        from_headers(&HeaderMap::from_iter([(GRPC_TIMEOUT, header)]))
    }

    proptest! {
        #[test]
        fn a_timeout_is_passed_on_rounded_down_and_never_longer(nanos in 0_u64..) {
            let timeout = Duration::from_nanos(nanos);
            let passed = read(to_header(timeout)).unwrap().unwrap();
            prop_assert!(passed <= timeout);
            prop_assert!(timeout - passed <= timeout / 1_000);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[ -~]{0,12}") {
            let _ = read(HeaderValue::from_str(&text).unwrap());
        }
    }

    #[test]
    fn what_the_protocol_does_not_allow_is_refused() {
        for text in ["", "S", "1", "123456789S", "-1S", "1s", "1.5S", "+1S"] {
            assert!(read(HeaderValue::from_static(text)).is_err(), "{text}");
        }
    }
}
