//! Parses fields that requests of every service have. What is not valid is refused by the field's
//! name.

use std::time::Duration;

use jiff::Timestamp;
use vortex_kit::{
    error::{Fault, Reason},
    grpc::bounds,
};
use vortex_names::InvalidName;
use vortex_proto::time;

/// The longest reason for doing something, in bytes.
pub const MAX_REASON: usize = 1_024;

/// A point in time.
///
/// # Errors
/// When it is out of range.
pub fn timestamp(
    field: impl Into<String>,
    given: prost_types::Timestamp,
) -> Result<Timestamp, Fault> {
    let time = time::from_timestamp(given);
    time.ok_or_else(|| Fault::invalid(field, "it is not a valid time"))
}

/// A span of time.
///
/// # Errors
/// When it is negative or not valid.
pub fn duration(field: impl Into<String>, given: prost_types::Duration) -> Result<Duration, Fault> {
    let span = time::from_duration(given);
    span.ok_or_else(|| Fault::invalid(field, "it must be a valid duration and not negative"))
}

/// A text of at most so many bytes.
///
/// # Errors
/// When it is longer.
pub fn text(field: impl Into<String>, given: String, longest: usize) -> Result<String, Fault> {
    bounds::bytes(field, &given, longest)?;
    Ok(given)
}

/// The fault for a name that is not valid.
pub fn invalid_name(error: &InvalidName) -> Fault {
    let reason = match error {
        InvalidName::Reserved { .. } => Reason::NameReserved,
        InvalidName::Empty { .. } | InvalidName::TooLong { .. } | InvalidName::Malformed { .. } => {
            Reason::InvalidName
        }
    };
    Fault::new(reason, error.to_string()).field(error.field(), error.to_string())
}

/// Why something is done, for people: at most [`MAX_REASON`] bytes.
///
/// # Errors
/// When it is longer.
pub fn reason(given: String) -> Result<String, Fault> {
    text("reason", given, MAX_REASON)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field<T: std::fmt::Debug>(refused: Result<T, Fault>) -> String {
        refused.unwrap_err().fields()[0].field.clone()
    }

    #[test]
    fn what_is_not_valid_is_refused_by_its_field() {
        let seconds = i64::MIN;
        let never = prost_types::Timestamp { seconds, nanos: 0 };
        let negative = prost_types::Duration { seconds, nanos: 0 };
        assert_eq!(
            field(timestamp("reports[1].window_end", never)),
            "reports[1].window_end"
        );
        assert_eq!(
            field(duration("analysis.interval", negative)),
            "analysis.interval"
        );
        assert_eq!(field(text("author", "äöü".to_owned(), 5)), "author");
        assert_eq!(field(reason("x".repeat(MAX_REASON + 1))), "reason");
    }

    #[test]
    fn what_is_valid_is_given_back() {
        let given = "2026-01-02T03:04:05Z".parse().unwrap();
        assert_eq!(timestamp("at", time::timestamp(given)), Ok(given));
        let given = Duration::from_millis(1_500);
        assert_eq!(duration("interval", time::duration(given)), Ok(given));
        let longest = "x".repeat(MAX_REASON);
        assert_eq!(reason(longest.clone()), Ok(longest));
        assert_eq!(text("author", "äöü".to_owned(), 6), Ok("äöü".to_owned()));
    }
}
