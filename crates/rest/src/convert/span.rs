//! Spans of time.

use std::time::Duration;

use vortex_proto::time::{duration, from_duration};

use crate::Span;

impl Span {
    /// A span as services send it; `None` if it is negative.
    pub fn of(span: Option<prost_types::Duration>) -> Option<Self> {
        from_duration(span?).map(Self::from)
    }

    /// A measured span, to the microsecond.
    pub fn measured(span: Option<prost_types::Duration>) -> Option<Self> {
        let span = from_duration(span?)?;
        let below = Duration::from_nanos(u64::from(span.subsec_nanos() % 1_000));
        Some(span.saturating_sub(below).into())
    }

    /// A span as services accept it; one beyond the range of their type becomes the longest.
    pub fn to_proto(self) -> prost_types::Duration {
        duration(self.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_least_of_all_spans_is_none() {
        let least = prost_types::Duration {
            seconds: i64::MIN,
            nanos: i32::MIN,
        };
        assert_eq!(Span::of(Some(least)), None);
        assert_eq!(Span::measured(Some(least)), None);
    }

    proptest! {
        #[test]
        fn any_span_comes_back_from_the_services_type(nanos in any::<u64>()) {
            let span = Span::from(Duration::from_nanos(nanos));
            prop_assert_eq!(Span::of(Some(span.to_proto())), Some(span));
        }
    }

    #[test]
    fn what_is_measured_is_told_to_the_microsecond() {
        let measured = prost_types::Duration {
            seconds: 0,
            nanos: 12_345_678,
        };
        let measured = Span::measured(Some(measured)).unwrap();
        assert_eq!(measured.to_string(), "12345us");
    }
}
