//! Texts for people.

/// The beginning of a text, at most so many bytes of it.
pub(crate) fn shortened(mut text: String, most: usize) -> String {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_two_characters() {
        let cut = |text: &str, most| shortened(text.to_owned(), most);
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abc", 2), "ab");
        assert_eq!(cut("aö", 2), "a");
        assert_eq!(cut("ö", 0), "");
    }
}
