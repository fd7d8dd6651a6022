//! YAML 1.1 floating-point numbers.

use super::integer::{below_60, digit_or_underscore, unsigned};

/// Whether a plain scalar that is not an integer is a float.
pub(super) fn matches(text: &str) -> bool {
    let (_, magnitude) = unsigned(text);
    if matches!(magnitude, ".inf" | ".Inf" | ".INF") {
        return true;
    }
    matches!(text, ".nan" | ".NaN" | ".NAN") || decimal(magnitude) || sexagesimal(magnitude)
}

/// The number, for a text that [`matches`] or that a tag says to be one. None
/// when it is none after all.
pub(super) fn value(text: &str) -> Option<f64> {
    let text = text.replace('_', "");
    let (is_negative, magnitude) = unsigned(&text);
    let value = match magnitude.to_ascii_lowercase().as_str() {
        ".inf" => f64::INFINITY,
        ".nan" => f64::NAN,
        _ if magnitude.contains(':') => from_base_60(magnitude)?,
        _ => parse(magnitude)?,
    };
    Some(if is_negative { -value } else { value })
}

fn parse(text: &str) -> Option<f64> {
    // Rust also knows "inf" and "nan", which are not numbers here.
    let is_number = |byte: u8| byte.is_ascii_digit() || b".eE+-".contains(&byte);
    text.bytes().all(is_number).then(|| text.parse().ok())?
}

fn from_base_60(text: &str) -> Option<f64> {
    let (mut value, mut unit) = (0.0, 1.0);
    for part in text.rsplit(':') {
        value += parse(part)? * unit;
        unit *= 60.0;
    }
    Some(value)
}

/// Digits with a point or an exponent; with a point alone before digits.
fn decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    if !exponent.is_none_or(is_exponent) {
        return false;
    }
    match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && fraction.bytes().all(digit_or_underscore),
        Some((whole, fraction)) => is_whole(whole) && fraction.bytes().all(digit_or_underscore),
        None => exponent.is_some() && is_whole(mantissa),
    }
}

fn is_whole(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_digit) && text.bytes().all(digit_or_underscore)
}

fn is_exponent(text: &str) -> bool {
    let digits = unsigned(text).1;
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `190:20:30.15`: the point is needed, or it would be an integer.
fn sexagesimal(text: &str) -> bool {
    let Some((places, fraction)) = text.split_once('.') else {
        return false;
    };
    let mut places = places.split(':');
    let first = places.next().unwrap_or("");
    let mut others = places.peekable();
    is_whole(first)
        && others.peek().is_some()
        && others.all(below_60)
        && fraction.bytes().all(digit_or_underscore)
}
