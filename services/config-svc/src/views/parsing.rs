//! Parses small documents on the calling thread, and larger ones on a compute thread.

use vortex_kit::compute;
use vortex_spring::{Allowance, ErrorKind, File, Format, ParseError, parse_within};

/// The largest document that is parsed on the calling thread, in bytes.
const AT_ONCE: usize = 16 << 10;

/// Why a document was not parsed.
#[derive(Debug, thiserror::Error)]
pub enum Unparsed {
    /// It does not parse.
    #[error(transparent)]
    Parse(ParseError),
    /// The compute threads are busy, or the deadline passed.
    #[error(transparent)]
    Refused(#[from] compute::Refused),
}

impl From<ParseError> for Unparsed {
    fn from(error: ParseError) -> Self {
        match error.kind {
            ErrorKind::GivenUp => Self::Refused(compute::Refused::TooLate),
            _ => Self::Parse(error),
        }
    }
}

/// Parses a document on the calling thread. None if it is large, or large once its aliases are
/// expanded.
pub(crate) fn parse_at_once(format: Format, content: &[u8]) -> Option<Result<File, ParseError>> {
    if content.len() > AT_ONCE {
        return None;
    }
    match parse_within(format, content, Allowance::at_once()) {
        Err(error) if error.is_of_allowance() => None,
        parsed => Some(parsed),
    }
}
