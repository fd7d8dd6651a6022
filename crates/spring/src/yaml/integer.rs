//! YAML 1.1 integers: decimal, binary, octal, hexadecimal, base 60.

use num_bigint::BigInt;

use super::scalar::LONGEST_NUMBER;

/// Whether a plain scalar is an integer.
pub(super) fn matches(text: &str) -> bool {
    let text = unsigned(text).1;
    binary(text) || octal(text) || decimal(text) || hexadecimal(text) || sexagesimal(text)
}

/// The integer in decimal digits, for a text that [`matches`] or that a tag
/// says to be one. None when it is none after all, or too long to count.
pub(super) fn value(text: &str) -> Option<String> {
    if text.len() > LONGEST_NUMBER {
        return None;
    }
    let text = text.replace('_', "");
    let (is_negative, text) = unsigned(&text);
    let magnitude = if text.contains(':') {
        BigInt::from(from_base_60(text)?)
    } else if let Some(digits) = text.strip_prefix("0b") {
        parse(digits, 2)?
    } else if let Some(digits) = text.strip_prefix("0x") {
        parse(digits, 16)?
    } else if text != "0" && text.starts_with('0') {
        parse(&text[1..], 8)?
    } else {
        parse(text, 10)?
    };
    let value = if is_negative { -magnitude } else { magnitude };
    Some(value.to_string())
}

fn parse(digits: &str, radix: u32) -> Option<BigInt> {
    if !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    BigInt::parse_bytes(digits.as_bytes(), radix)
}

/// SnakeYAML counts base 60 in 32 bits, and so must we.
fn from_base_60(text: &str) -> Option<i32> {
    let (mut value, mut unit) = (0_i32, 1_i32);
    for part in text.rsplit(':') {
        let part: i64 = part.parse().ok()?;
        let sum = i64::from(value).wrapping_add(part.wrapping_mul(i64::from(unit)));
        // Keeps the low 32 bits, as a compound assignment does in Java.
        value = sum as i32;
        unit = unit.wrapping_mul(60);
    }
    Some(value)
}

pub(super) fn unsigned(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

fn binary(text: &str) -> bool {
    text.strip_prefix("0b")
        .is_some_and(|digits| digits_after_underscores(digits, |byte| matches!(byte, b'0' | b'1')))
}

fn octal(text: &str) -> bool {
    text.strip_prefix('0')
        .is_some_and(|digits| digits_after_underscores(digits, |byte| matches!(byte, b'0'..=b'7')))
}

fn hexadecimal(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|digits| digits_after_underscores(digits, |byte| byte.is_ascii_hexdigit()))
}

fn decimal(text: &str) -> bool {
    text == "0" || starts_decimal(text) && text.bytes().all(digit_or_underscore)
}

fn sexagesimal(text: &str) -> bool {
    let mut parts = text.split(':');
    let first = parts.next().unwrap_or("");
    starts_decimal(first)
        && first.bytes().all(digit_or_underscore)
        && text.contains(':')
        && parts.all(below_60)
}

/// One digit, or two of which the first is below six.
pub(super) fn below_60(part: &str) -> bool {
    match part.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => matches!(ten, b'0'..=b'5') && one.is_ascii_digit(),
        _ => false,
    }
}

fn starts_decimal(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'1'..=b'9'))
}

pub(super) fn digit_or_underscore(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'_'
}

/// At least one digit, underscores anywhere.
fn digits_after_underscores(text: &str, is_digit: fn(u8) -> bool) -> bool {
    text.bytes().any(is_digit) && text.bytes().all(|byte| is_digit(byte) || byte == b'_')
}
