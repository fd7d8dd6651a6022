//! How connections end.

/// Bytes of a close frame's reason (RFC 6455, 5.5: 125 with the code).
const MAX_REASON: usize = 123;

/// Why the server closes a connection (RFC 6455, 7.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CloseCode {
    /// The server shuts down.
    GoingAway,
    /// What came is not the protocol.
    Protocol,
    /// A binary message came.
    Unsupported,
    /// A text came that is not UTF-8.
    InvalidText,
    /// The client abuses the connection, may not have it any more, or does not answer.
    Policy,
    /// A frame or message came that is over the limit.
    TooLarge,
    /// The client is too slow, or the server can't serve it now: connect again and resume.
    TryAgainLater,
}

impl CloseCode {
    /// Every code.
    pub const ALL: [Self; 7] = [
        Self::GoingAway,
        Self::Protocol,
        Self::Unsupported,
        Self::InvalidText,
        Self::Policy,
        Self::TooLarge,
        Self::TryAgainLater,
    ];

    /// The number.
    pub const fn code(self) -> u16 {
        match self {
            Self::GoingAway => 1001,
            Self::Protocol => 1002,
            Self::Unsupported => 1003,
            Self::InvalidText => 1007,
            Self::Policy => 1008,
            Self::TooLarge => 1009,
            Self::TryAgainLater => 1013,
        }
    }
}

/// A close frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// Its code.
    pub code: CloseCode,
    /// Why, for people; 123 bytes at most.
    pub reason: String,
}

impl Close {
    pub(super) fn new(code: CloseCode, reason: &str) -> Self {
        let mut end = reason.len().min(MAX_REASON);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        Self {
            code,
            reason: reason[..end].to_owned(),
        }
    }
}

/// How a connection ended, as metrics count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The code of the first close frame; 1005 of one without, 1006 where there was none
    /// (RFC 6455, 7.1.5).
    pub code: u16,
    /// Whether the server closed it.
    pub by_server: bool,
}

impl Ended {
    /// Without a word.
    pub(super) const BROKEN: Self = Self {
        code: 1006,
        by_server: false,
    };

    pub(super) fn by_client(code: Option<u16>) -> Self {
        Self {
            code: code.unwrap_or(1005),
            by_server: false,
        }
    }

    pub(super) fn by_server(code: CloseCode) -> Self {
        Self {
            code: code.code(),
            by_server: true,
        }
    }
}
