//! Shortens and escapes foreign text for use in an error.

use std::fmt::{self, Debug, Display, Formatter};

/// Bytes of a name or value that an error shows.
const SHOWN: usize = 128;

/// The beginning of a text that may be of any length, and how long it is when more follows.
///
/// `{}` writes it as it is, `{:?}` in quotes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Excerpt<'a> {
    shown: &'a str,
    bytes: usize,
}

impl<'a> Excerpt<'a> {
    /// The first 128 bytes.
    pub fn of(text: &'a str) -> Self {
        Self::at_most(SHOWN, text)
    }

    /// The first `limit` bytes.
    pub fn at_most(limit: usize, text: &'a str) -> Self {
        let mut end = limit.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self {
            shown: &text[..end],
            bytes: text.len(),
        }
    }

    fn end(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.bytes > self.shown.len() {
            true => write!(f, "… ({} bytes)", self.bytes),
            false => Ok(()),
        }
    }
}

impl Display for Excerpt<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.shown)?;
        self.end(f)
    }
}

impl Debug for Excerpt<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Debug::fmt(self.shown, f)?;
        self.end(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_shown_whole_and_a_long_one_with_its_length() {
        assert_eq!(format!("{:?}", Excerpt::of("a b")), "\"a b\"");
        assert_eq!(Excerpt::of("").to_string(), "");
        let long = "é".repeat(1_000);
        assert_eq!(Excerpt::at_most(3, &long).to_string(), "é… (2000 bytes)");
        assert_eq!(
            format!("{:?}", Excerpt::at_most(4, &long)),
            "\"éé\"… (2000 bytes)"
        );
        assert!(Excerpt::of(&long).to_string().len() < 150);
    }
}
