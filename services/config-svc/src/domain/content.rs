//! Contents by their hash, and their possible defects.

use std::fmt;

use sha2::Digest as _;

/// The most bytes of a document.
pub(crate) const MAX_DOCUMENT_BYTES: usize = 1 << 20;

/// A SHA-256, which identifies a content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// The hash of `content`.
    pub fn of(content: &[u8]) -> Self {
        Self(sha2::Sha256::digest(content).into())
    }

    /// The hash of several parts, each preceded by its length.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = sha2::Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// The first `digits` hex digits.
    pub fn short(&self, digits: usize) -> String {
        let mut hex = hex::encode(self.0);
        hex.truncate(digits);
        hex
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Identifies a content, without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRef {
    /// Its hash.
    pub sha256: Sha256,
    /// Its length in bytes.
    pub size: u32,
}

/// Why a stored file is not valid configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// The line, from 1; 0 if the content stands in for the file, which is elsewhere.
    pub line: u32,
    /// The column, from 1; 0 if it is not known.
    pub column: u32,
    /// A description of the defect.
    pub message: String,
}

impl Defect {
    /// Of a content that stands in for the file, which is elsewhere. It has no line.
    pub(crate) fn of_stand_in(message: String) -> Self {
        Self {
            line: 0,
            column: 0,
            message,
        }
    }

    /// Whether the content only stands in for the file, so that it can't be read as text either.
    pub(crate) fn is_stand_in(&self) -> bool {
        self.line == 0
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => f.write_str(&self.message),
            (line, column) => write!(f, "line {line}, column {column}: {}", self.message),
        }
    }
}

/// The content of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A stored content. It can be read as plain text, unless it stands in for the file, and as
    /// configuration unless it has a defect.
    Present {
        /// The content.
        content: ContentRef,
        /// Why it is not valid configuration, or not the file. Only files of a source are stored with a defect.
        defect: Option<Defect>,
    },
    /// A source's file that is too large to be stored.
    Oversized {
        /// Its length in bytes.
        size: u64,
    },
    /// The document was deleted.
    Absent,
}

impl Content {
    /// A content without a defect.
    pub fn present(sha256: Sha256, size: u32) -> Self {
        Self::Present {
            content: ContentRef { sha256, size },
            defect: None,
        }
    }

    /// The stored content, if there is one.
    pub fn stored(&self) -> Option<ContentRef> {
        match self {
            Self::Present { content, .. } => Some(*content),
            Self::Oversized { .. } | Self::Absent => None,
        }
    }

    /// Whether the document exists.
    pub fn exists(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// Whether two versions have the same bytes, regardless of defects.
    pub fn same_bytes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Absent, Self::Absent) => true,
            (Self::Oversized { size: a }, Self::Oversized { size: b }) => a == b,
            _ => self.stored().is_some() && self.stored() == other.stored(),
        }
    }

    /// The bytes that go into a change set's digest.
    pub(super) fn fingerprint(&self) -> Vec<u8> {
        match self {
            Self::Present { content, .. } => content.sha256.0.to_vec(),
            Self::Oversized { size } => size.to_be_bytes().to_vec(),
            Self::Absent => Vec::new(),
        }
    }
}
