//! Cuts texts off.

/// The beginning of a text: at most so many bytes, and no part of a character.
pub(crate) fn cut(text: &str, longest: usize) -> &str {
    if text.len() <= longest {
        return text;
    }
    // a text has a boundary at 0
    let end = (0..=longest).rev().find(|&at| text.is_char_boundary(at));
    &text[..end.unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_is_cut_in_two() {
        assert_eq!(cut("äöü", 6), "äöü");
        assert_eq!(cut("äöü", 5), "äö");
        assert_eq!(cut("äöü", 1), "");
        assert_eq!(cut("", 5), "");
    }
}
