//! Escapes foreign text, so that it can't control the terminal.

use serde_json::Value;

/// The widest a value is shown in a table.
const WIDEST: usize = 60;

/// The text without control characters, in one line.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines();
    out.extend(lines.next());
    for line in lines {
        out.push(' ');
        out.push_str(line.trim_start());
    }
    if out.contains(steers) {
        out = out.replace(steers, "\u{fffd}");
    }
    out
}

/// Control characters, and those that reverse what is read.
fn steers(char: char) -> bool {
    char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The beginning of a digest or a long name, enough to tell one from another.
pub(crate) fn short(text: &str) -> String {
    match text.len() > 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => text[..12].to_owned(),
        false => text.to_owned(),
    }
}

/// A time to the second, as tables show it; empty when there is none.
pub(crate) fn moment(time: Option<&str>) -> String {
    let time = time.unwrap_or_default();
    match (time.split_once('.'), time.strip_suffix('Z')) {
        (Some((seconds, _)), Some(_)) => format!("{seconds}Z"),
        _ => time.to_owned(),
    }
}

/// A time to the minute without its year, in UTC, for tables of what happened lately; empty when
/// there is none.
pub(crate) fn recent(time: Option<&str>) -> String {
    let time = time.unwrap_or_default();
    match (time.get(5..10), time.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute}"),
        _ => time.to_owned(),
    }
}

/// A text in one line of at most `width` characters.
pub(crate) fn shortened(text: &str, width: usize) -> String {
    let text = printable(text);
    match text.char_indices().nth(width) {
        Some(_) => {
            let kept: String = text.chars().take(width.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
        None => text,
    }
}

/// A value in a table: text as it is, all else as JSON; long ones are cut.
pub(crate) fn cell(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{recent, shortened};

    #[test]
    fn a_text_is_cut_to_its_column() {
        assert_eq!(shortened("abcdef", 6), "abcdef");
        assert_eq!(shortened("abc\ndef", 5), "abc…");
    }

    #[test]
    fn a_time_of_late_is_told_to_the_minute() {
        assert_eq!(recent(Some("2026-11-27T01:22:33.5Z")), "11-27 01:22");
        assert_eq!(recent(None), "");
    }

    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        assert_eq!(
            printable("a\u{1b}[31mb\u{7}\u{202e}"),
            "a\u{fffd}[31mb\u{fffd}\u{fffd}"
        );
        assert_eq!(printable("hint:\n  two\r\nlines"), "hint: two lines");
    }

    #[test]
    fn digests_are_cut_and_names_are_not() {
        assert_eq!(short(&"ab".repeat(32)), "abababababab");
        assert_eq!(
            short("a-long-name-of-a-release"),
            "a-long-name-of-a-release"
        );
        assert_eq!(short("v2"), "v2");
    }

    #[test]
    fn a_time_is_shown_to_the_second() {
        for (time, shown) in [
            (Some("2026-01-02T03:04:05.678Z"), "2026-01-02T03:04:05Z"),
            (Some("2026-01-02T03:04:05Z"), "2026-01-02T03:04:05Z"),
            (
                Some("2026-01-02T03:04:05.678+01:00"),
                "2026-01-02T03:04:05.678+01:00",
            ),
            (None, ""),
        ] {
            assert_eq!(moment(time), shown);
        }
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(cell(&json!("ü".repeat(61))), format!("{}…", "ü".repeat(60)));
        assert_eq!(cell(&json!([1, "a"])), "[1,\"a\"]");
    }
}
