//! Strict percent-decoding: malformed input is refused, where libraries would guess.

use std::borrow::Cow;

use vortex_kit::error::Fault;

/// Decodes `raw`, a part of the request line that errors call `field`.
///
/// Fails with `INVALID_ARGUMENT` when an escape is malformed, or the text is not UTF-8 or holds a
/// control character.
pub(crate) fn decode<'a>(field: &str, raw: &'a str) -> Result<Cow<'a, str>, Fault> {
    let text = match raw.contains('%') {
        true => Cow::Owned(unescape(field, raw)?),
        false => Cow::Borrowed(raw),
    };
    match text.bytes().any(|byte| byte.is_ascii_control()) {
        true => Err(Fault::invalid(field, "holds a control character")),
        false => Ok(text),
    }
}

fn unescape(field: &str, raw: &str) -> Result<String, Fault> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => byte_of(rest.next(), rest.next())
                .ok_or_else(|| Fault::invalid(field, "holds a malformed percent escape"))?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| Fault::invalid(field, "is not UTF-8"))
}

fn byte_of(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let high = char::from(high?).to_digit(16)?;
    let low = char::from(low?).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}
