//! YAML 1.1, as SnakeYAML reads it for Spring's server.
//!
//! The grammar is the parser's; what scalars mean, tags, aliases, merges and
//! the check for duplicate keys are here.

use crate::document::{self, File};
use crate::error::{ErrorKind, ParseError};
use crate::limits::{self, Allowance, Budget};

mod compose;
mod construct;
mod decode;
mod float;
mod integer;
mod mapping;
mod place;
mod scalar;

pub(crate) use scalar::is_text as reads_as_text;

/// Reads a YAML file.
pub(crate) fn parse(bytes: &[u8], allowance: Allowance<'_>) -> Result<File, ParseError> {
    let text = decode::decode(bytes)?;
    let (mut composing, mut flattening) = (Budget::new(allowance), Budget::new(allowance));
    let mut composer = compose::Composer::new(&text);
    let mut documents = Vec::new();
    while let Some(root) = composer.next_document(&mut composing)? {
        flattening.continues(&composing);
        if documents.len() == limits::DOCUMENTS {
            let limit = limits::DOCUMENTS;
            return Err(ParseError::new(
                ErrorKind::TooManyDocuments { limit },
                root.origin,
            ));
        }
        documents.extend(document::flatten(&root, documents.len(), &mut flattening)?);
    }
    Ok(File { documents })
}
