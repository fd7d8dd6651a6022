//! Finds the last byte of a chunked body (RFC 9112, 7.1). hyper decodes it.

/// Digits of the longest length that is taken.
const DIGITS: u8 = 16;

/// How far a body has been followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chunks(State);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Within a chunk's length, of so many digits up to here.
    Size {
        size: u64,
        digits: u8,
    },
    /// Behind it, up to the line's end.
    Extension {
        size: u64,
    },
    SizeLf {
        size: u64,
    },
    Data {
        left: u64,
    },
    DataCr,
    DataLf,
    /// Within the trailers, at a line's beginning or not.
    Trailers {
        line: bool,
    },
    TrailersLf {
        last: bool,
    },
    Ended,
}

impl Default for State {
    fn default() -> Self {
        Self::Size { size: 0, digits: 0 }
    }
}

/// The body is not chunked as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl Chunks {
    /// How many of the next bytes are the body's.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<usize, Malformed> {
        let mut at = 0;
        while at < bytes.len() && !self.ended() {
            if let State::Data { left } = self.0 {
                let skipped = left.min((bytes.len() - at) as u64);
                // no more than there are bytes
                at += usize::try_from(skipped).unwrap_or(usize::MAX);
                self.0 = match left - skipped {
                    0 => State::DataCr,
                    left => State::Data { left },
                };
                continue;
            }
            self.0 = self.0.after(bytes[at])?;
            at += 1;
        }
        Ok(at)
    }

    /// Whether the body is whole.
    pub(super) fn ended(self) -> bool {
        self.0 == State::Ended
    }
}

impl State {
    fn after(self, byte: u8) -> Result<Self, Malformed> {
        Ok(match (self, byte) {
            (Self::Size { size, digits }, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F')
                if digits < DIGITS =>
            {
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                Self::Size {
                    size: size << 4 | u64::from(digit),
                    digits: digits + 1,
                }
            }
            (Self::Size { digits: 0, .. }, _) => return Err(Malformed),
            (Self::Size { size, .. } | Self::Extension { size }, b'\r') => Self::SizeLf { size },
            (Self::Size { size, .. }, b';' | b' ' | b'\t') => Self::Extension { size },
            (Self::Extension { .. }, b'\n') => return Err(Malformed),
            (Self::Extension { size }, _) => Self::Extension { size },
            (Self::SizeLf { size: 0 }, b'\n') => Self::Trailers { line: true },
            (Self::SizeLf { size }, b'\n') => Self::Data { left: size },
            (Self::DataCr, b'\r') => Self::DataLf,
            (Self::DataLf, b'\n') => Self::default(),
            (Self::Trailers { line }, b'\r') => Self::TrailersLf { last: line },
            (Self::Trailers { .. }, b'\n') => return Err(Malformed),
            (Self::Trailers { .. }, _) => Self::Trailers { line: false },
            (Self::TrailersLf { last: true }, b'\n') => Self::Ended,
            (Self::TrailersLf { last: false }, b'\n') => Self::Trailers { line: true },
            _ => return Err(Malformed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_ends_where_its_last_line_does() {
        for body in [
            "0\r\n\r\n",
            "3\r\nabc\r\n0\r\n\r\n",
            "0a ;x=\"1\"\r\n0123456789\r\n000\r\na: b\r\nc: d\r\n\r\n",
        ] {
            let stream = format!("{body}GET / HTTP/1.1");
            let mut chunks = Chunks::default();
            assert_eq!(chunks.take(stream.as_bytes()), Ok(body.len()), "{body}");
            assert!(chunks.ended());
        }
    }

    #[test]
    fn what_is_not_chunked_is_malformed() {
        for body in [
            "\r\n",
            "x\r\n",
            "-1\r\n",
            "3\nabc",
            "3\r\nabcd\r\n",
            "3;\n",
            "00000000000000001\r\n",
            "0\r\nx: y\n\r\n",
            "0\r\n\rx",
        ] {
            assert_eq!(
                Chunks::default().take(body.as_bytes()),
                Err(Malformed),
                "{body}"
            );
        }
    }
}
