//! Durations as people write them, within the range that a process can use.

use std::time::Duration;

/// The longest span a setting may have, far below where sums of times overflow.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The text is not a time that a setting may have.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidDuration {
    /// It cannot be read as a time.
    #[error("{0}; expected a time such as 500ms, 10s or 1h 30m")]
    Unreadable(#[from] humantime::DurationError),
    /// It is nothing.
    #[error("must be longer than zero")]
    Zero,
    /// It is beyond all use.
    #[error("must be at most {}", humantime::format_duration(LONGEST))]
    TooLong,
}

/// Reads a span of time of at most seven days, as a parser for clap.
///
/// # Errors
/// Says what is wrong with it.
pub fn duration(text: &str) -> Result<Duration, InvalidDuration> {
    let duration = humantime::parse_duration(text)?;
    if duration > LONGEST {
        return Err(InvalidDuration::TooLong);
    }
    Ok(duration)
}

/// Like [`duration`], for what would spin or fail at once if it were zero.
///
/// # Errors
/// Says what is wrong with it.
pub fn positive_duration(text: &str) -> Result<Duration, InvalidDuration> {
    let duration = duration(text)?;
    if duration.is_zero() {
        return Err(InvalidDuration::Zero);
    }
    Ok(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_days_are_the_longest() {
        assert_eq!(duration("7days"), Ok(LONGEST));
        assert_eq!(duration("7days 1ns"), Err(InvalidDuration::TooLong));
        assert_eq!(duration("550000000000y"), Err(InvalidDuration::TooLong));
    }

    #[test]
    fn zero_is_refused_only_where_it_has_no_meaning() {
        assert_eq!(duration("0s"), Ok(Duration::ZERO));
        assert_eq!(positive_duration("0s"), Err(InvalidDuration::Zero));
        assert_eq!(positive_duration("1ms"), Ok(Duration::from_millis(1)));
    }

    #[test]
    fn what_is_no_time_is_refused_with_an_example() {
        let error = duration("soon").unwrap_err().to_string();
        assert!(error.contains("500ms"), "{error}");
    }
}
