//! Decodes bytes to the text of a YAML stream.

use std::borrow::Cow;

use crate::document::Origin;
use crate::error::{ErrorKind, ParseError};

/// The text, without its byte-order mark, which also tells UTF-16 from UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest)?,
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        _ => utf8(bytes)?,
    };
    match text.char_indices().find(|&(_, c)| !is_allowed(c)) {
        None => Ok(text),
        Some((at, c)) => {
            let kind = ErrorKind::ForbiddenCharacter(c);
            Err(ParseError::new(kind, end_of(&text[..at])))
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, ParseError> {
    std::str::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|fault| {
            let valid = String::from_utf8_lossy(&bytes[..fault.valid_up_to()]);
            ParseError::new(ErrorKind::InvalidEncoding("UTF-8"), end_of(&valid))
        })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, ParseError> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let mut text = String::with_capacity(bytes.len());
    for decoded in char::decode_utf16(units) {
        match decoded {
            Ok(c) => text.push(c),
            Err(_) => return Err(invalid_utf16(&text)),
        }
    }
    if !odd.is_empty() {
        return Err(invalid_utf16(&text));
    }
    Ok(Cow::Owned(text))
}

fn invalid_utf16(before: &str) -> ParseError {
    ParseError::new(ErrorKind::InvalidEncoding("UTF-16"), end_of(before))
}

/// The place right after a text.
fn end_of(text: &str) -> Origin {
    let line = 1 + text.bytes().filter(|byte| *byte == b'\n').count();
    let last = text.rsplit('\n').next().unwrap_or(text);
    Origin::from_marker(line, last.chars().count())
}

/// What YAML calls printable.
fn is_allowed(c: char) -> bool {
    matches!(c,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{D7FF}'
        | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_marks_are_no_part_of_the_text() {
        assert_eq!(decode(b"\xEF\xBB\xBFa").as_deref(), Ok("a"));
        assert_eq!(decode(b"\xFF\xFEa\0").as_deref(), Ok("a"));
        assert_eq!(decode(b"\xFE\xFF\0a").as_deref(), Ok("a"));
    }

    #[test]
    fn faults_name_their_place() {
        let fault = decode(b"a: 1\nb: \xFF").expect_err("invalid");
        assert_eq!((fault.line, fault.column), (2, 4));
        let fault = decode(b"a: \x01").expect_err("forbidden");
        assert_eq!(fault.kind, ErrorKind::ForbiddenCharacter('\u{1}'));
        assert_eq!((fault.line, fault.column), (1, 4));
    }
}
