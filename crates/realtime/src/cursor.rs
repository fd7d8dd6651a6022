//! Where a client is: what it holds and up to where it was told.

use std::{fmt, str::FromStr};

/// Bytes of a cursor.
const MAX_CURSOR: usize = 1024;

/// A position in the log, with the configuration that is held there. Its text stands in URLs as it
/// is: `TOKEN.DIGEST.VERSION`, in which a byte of the version that is no letter, digit, `_` or `-`
/// is `~` and two hex digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The log's position.
    pub token: String,
    /// SHA-256 of the configuration, in hex; empty when it is not known.
    pub digest: String,
    /// Its version; empty when it is not known.
    pub version: String,
}

/// The text is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a cursor: give back one that a message had, as it was")]
pub struct InvalidCursor;

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(given: &str) -> Result<Self, InvalidCursor> {
        let mut parts = given.split('.');
        let token = parts.next().filter(|token| is_token(token));
        let digest = parts.next().unwrap_or_default();
        let version = parts.next().map_or(Some(String::new()), unescape);
        let plain = digest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match (token, version, parts.next()) {
            (Some(token), Some(version), None) if plain && given.len() <= MAX_CURSOR => Ok(Self {
                token: token.to_owned(),
                digest: digest.to_owned(),
                version,
            }),
            _ => Err(InvalidCursor),
        }
    }
}

/// `STORE:SEQUENCE`.
fn is_token(token: &str) -> bool {
    token.split_once(':').is_some_and(|(store, sequence)| {
        let of_store = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !store.is_empty() && store.bytes().all(of_store) && sequence.parse::<u64>().is_ok()
    })
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut given = text.bytes();
    while let Some(byte) = given.next() {
        bytes.push(match byte {
            b'~' => {
                let mut digit = || char::from(given.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte if is_plain(byte) => byte,
            _ => return None,
        });
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.token)?;
        if self.digest.is_empty() {
            return Ok(());
        }
        write!(f, ".{}.", self.digest)?;
        for byte in self.version.bytes() {
            match is_plain(byte) {
                true => write!(f, "{}", char::from(byte))?,
                false => write!(f, "~{byte:02x}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_stands_in_a_url_as_it_is() {
        let cursor = Cursor {
            token: "store:7".into(),
            digest: "ab12".into(),
            version: "v1+12dd".into(),
        };
        assert_eq!(cursor.to_string(), "store:7.ab12.v1~2b12dd");
    }

    #[test]
    fn a_token_alone_is_a_position_without_what_is_held() {
        let cursor: Cursor = "store:7".parse().unwrap();
        assert_eq!((&*cursor.token, &*cursor.digest), ("store:7", ""));
        assert_eq!(cursor.to_string(), "store:7");
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let long = format!("s:1.{}.v", "a".repeat(MAX_CURSOR));
        for given in [
            "",
            "x",
            "s:",
            "s:x",
            ":1",
            "s:-1",
            "s:1.a!",
            "s:1.a.v+",
            "s:1.a.~2",
            "s:1.a.~zz",
            "s:1.a.~ff",
            "s:1.a.b.c",
            "s 1:1",
            "s:1.ä",
            &long,
        ] {
            assert_eq!(given.parse::<Cursor>(), Err(InvalidCursor), "{given}");
        }
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back(seq: u64, digest in "[0-9a-f]{1,64}", version in "\\PC{0,40}") {
            let cursor = Cursor { token: format!("0f3a:{seq}"), digest, version };
            prop_assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        }

        #[test]
        fn no_text_is_a_panic(text in ".{0,100}") {
            let _ = text.parse::<Cursor>();
        }
    }
}
