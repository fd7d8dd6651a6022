//! Parses numbers and times from the command line.

use std::path::Path;

use vortex_rest::Span;

use crate::{error::Error, file};

/// A finite number.
pub(super) fn finite(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => Err("must be a number".to_owned()),
    }
}

/// A ratio, as one or in percent.
pub(super) fn ratio(text: &str) -> Result<f64, String> {
    match text.strip_suffix('%') {
        Some(percent) => Ok(finite(percent)? / 100.0),
        None => finite(text),
    }
}

/// A span of time.
pub(super) fn time(text: &str) -> Result<Span, String> {
    match humantime::parse_duration(text) {
        Ok(span) => Ok(span.into()),
        Err(error) => Err(format!("{error}; such as 500ms, 30s or 5m")),
    }
}

/// The lines of a file, or of standard input when `path` is `-`, without blank ones and without the
/// space around them.
pub(super) fn lines(path: &Path) -> Result<Vec<String>, Error> {
    let text = file::text(path, file::read(path)?)?;
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_may_be_given_in_percent() {
        assert_eq!(ratio("2%"), Ok(0.02));
        assert_eq!(ratio("0.99"), Ok(0.99));
        for text in ["NaN", "inf", "", "%", "2%%"] {
            assert!(ratio(text).is_err(), "{text}");
        }
    }
}
