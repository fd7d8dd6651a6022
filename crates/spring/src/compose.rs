//! Turns the files that were found into property sources.

use std::fmt;

use serde_json::Value;

use crate::document::{Document, File};

/// A file that was found, by the path to show for it.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The path, as the names of sources show it.
    pub path: &'a str,
    /// What was read there.
    pub file: &'a File,
}

/// A property source: one active document of a file.
///
/// Displays as its name, `orders.yml`, or `orders.yml (document #1)` where
/// the file has several documents.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The path of its file.
    pub path: &'a str,
    /// Its content.
    pub document: &'a Document,
    /// Whether the file has several documents, active or not.
    pub is_one_of_several: bool,
}

impl<'a> Source<'a> {
    /// The nested value, for [`effective`](crate::effective).
    pub fn tree(&self) -> &'a Value {
        &self.document.tree
    }
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path)?;
        if self.is_one_of_several {
            write!(f, " (document #{})", self.document.index)?;
        }
        Ok(())
    }
}

/// The property sources of the found files, in Spring's order: the files as
/// given (highest precedence first, as by [`candidates`](crate::candidates)),
/// within a file the later document first, without the documents that are not
/// active for these profiles.
pub fn compose<'a>(
    found: impl IntoIterator<Item = Found<'a>>,
    profiles: &[&str],
) -> Vec<Source<'a>> {
    let mut sources = Vec::new();
    for Found { path, file } in found {
        let active = file
            .documents
            .iter()
            .rev()
            .filter(|document| document.activation.is_active(profiles));
        sources.extend(active.map(|document| Source {
            path,
            document,
            is_one_of_several: file.documents.len() > 1,
        }));
    }
    sources
}
