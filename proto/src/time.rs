//! Points and spans of time, between the types of messages and those of Rust code.

use std::time::Duration;

use jiff::Timestamp;

const NANOS_PER_SECOND: u32 = 1_000_000_000;

/// A point in time for a message. Its nanoseconds count forward, before 1970 too.
pub fn timestamp(time: Timestamp) -> prost_types::Timestamp {
    let (seconds, nanos) = (time.as_second(), time.subsec_nanosecond());
    match nanos < 0 {
        true => prost_types::Timestamp {
            seconds: seconds - 1,
            nanos: nanos + NANOS_PER_SECOND.cast_signed(),
        },
        false => prost_types::Timestamp { seconds, nanos },
    }
}

/// The point in time that a message holds; none if it is out of range.
pub fn from_timestamp(given: prost_types::Timestamp) -> Option<Timestamp> {
    Timestamp::new(given.seconds, given.nanos).ok()
}

/// A span for a message, which can hold no more than the seconds of an `i64`.
pub fn duration(span: Duration) -> prost_types::Duration {
    match i64::try_from(span.as_secs()) {
        Ok(seconds) => prost_types::Duration {
            seconds,
            nanos: span.subsec_nanos().cast_signed(),
        },
        Err(_) => prost_types::Duration {
            seconds: i64::MAX,
            nanos: 0,
        },
    }
}

/// The span that a message holds; none if it is negative or not valid.
// not by prost's conversion, which overflows for the least of all durations
pub fn from_duration(given: prost_types::Duration) -> Option<Duration> {
    let seconds = u64::try_from(given.seconds).ok()?;
    let nanos = u32::try_from(given.nanos).ok()?;
    (nanos < NANOS_PER_SECOND).then(|| Duration::new(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_as_they_went() {
        for time in [
            "2026-01-02T03:04:05.678901234Z",
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:58.5Z",
        ] {
            let time: Timestamp = time.parse().unwrap();
            let sent = timestamp(time);
            assert!((0..1_000_000_000).contains(&sent.nanos), "{sent:?}");
            assert_eq!(from_timestamp(sent), Some(time));
        }
        for time in [Timestamp::MIN, Timestamp::MAX] {
            assert_eq!(from_timestamp(timestamp(time)), Some(time));
        }
    }

    #[test]
    fn times_out_of_range_are_none() {
        let time = |seconds, nanos| from_timestamp(prost_types::Timestamp { seconds, nanos });
        assert_eq!(time(i64::MAX, 0), None);
        assert_eq!(time(i64::MIN, i32::MIN), None);
        assert_eq!(time(0, 1_000_000_000), None);
    }

    #[test]
    fn spans_come_back_as_they_went() {
        for span in [Duration::ZERO, Duration::new(3, 999_999_999)] {
            assert_eq!(from_duration(duration(span)), Some(span));
        }
        let longest = Duration::from_secs(i64::MAX.cast_unsigned());
        assert_eq!(from_duration(duration(Duration::MAX)), Some(longest));
    }

    #[test]
    fn spans_that_are_negative_or_not_valid_are_none() {
        let span = |seconds, nanos| from_duration(prost_types::Duration { seconds, nanos });
        assert_eq!(span(-1, 0), None);
        assert_eq!(span(0, -1), None);
        assert_eq!(span(i64::MIN, i32::MIN), None);
        assert_eq!(span(0, 1_000_000_000), None);
        assert_eq!(span(1, 500_000_000), Some(Duration::from_millis(1_500)));
    }
}
