//! Limits the total size of the documents of one configuration.

use crate::domain::Basis;
use vortex_spring::{Document, File};

/// The most bytes that the documents of a configuration may have together, as they are stored.
const MAX_CONTENT_BYTES: u64 = 16 << 20;
/// The most bytes that their flat keys and values may have: aliases and long keys can turn a small
/// document into a large one.
const MAX_FLAT_BYTES: usize = 32 << 20;
/// The most bytes of an answer, as of any message.
pub(crate) const MAX_ANSWER_BYTES: usize = vortex_kit::grpc::MAX_MESSAGE_BYTES;
/// The most bytes of flat keys and values that are worked on outside compute threads.
const AT_ONCE: usize = 64 << 10;

/// An answer, or the documents it is made of, would be too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} have more than {limit} bytes together")]
pub struct TooHeavy {
    /// What is too large.
    pub what: &'static str,
    /// How many bytes are allowed.
    pub limit: usize,
}

/// Refuses, before any is read, documents that are too large together.
pub(super) fn check_contents(basis: &Basis) -> Result<(), TooHeavy> {
    let bytes = basis
        .entries
        .iter()
        .map(|entry| u64::from(entry.content.size));
    match bytes.sum::<u64>() > MAX_CONTENT_BYTES {
        true => Err(TooHeavy {
            what: "the documents of the configuration",
            limit: MAX_CONTENT_BYTES as usize,
        }),
        false => Ok(()),
    }
}

/// The bytes of the files that were read so far.
#[derive(Debug, Default)]
pub(super) struct Weighed(usize);

impl Weighed {
    pub(super) fn add(&mut self, file: &File) -> Result<(), TooHeavy> {
        self.0 += flat_bytes(file);
        match self.0 > MAX_FLAT_BYTES {
            true => Err(TooHeavy {
                what: "the keys and values of the configuration",
                limit: MAX_FLAT_BYTES,
            }),
            false => Ok(()),
        }
    }
}

/// Whether work on so many bytes of keys and values belongs on a compute thread.
pub(crate) fn is_large(flat_bytes: usize) -> bool {
    flat_bytes > AT_ONCE
}

/// About how many bytes a file's flat keys and values have as JSON.
pub(crate) fn flat_bytes(file: &File) -> usize {
    file.documents.iter().map(of_document).sum()
}

fn of_document(document: &Document) -> usize {
    let properties = document.properties.iter();
    properties
        .map(|property| 16 + property.key.len() + property.value.as_str().map_or(8, str::len))
        .sum()
}
