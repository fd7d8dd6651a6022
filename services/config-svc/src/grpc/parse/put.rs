//! Parses writes and deletions of single documents.

use super::{document, media_type, precondition, text, version, writable_label};
use crate::domain::{
    Content, DocumentKey, DocumentWrite, MediaType, Path, Precondition, VersionName, WriteChange,
};
use bytes::Bytes;
use vortex_kit::error::Fault;
use vortex_proto::config::v1 as pb;

/// A change of one document, without its path and its new content.
pub(in crate::grpc) struct Draft {
    pub(in crate::grpc) document: DocumentKey,
    name: Option<VersionName>,
    message: String,
    author: String,
    stage_only: bool,
    precondition: Option<Precondition>,
}

/// A document that is to be written.
pub(in crate::grpc) struct Put {
    pub(in crate::grpc) draft: Draft,
    pub(in crate::grpc) media_type: Option<MediaType>,
    pub(in crate::grpc) content: Bytes,
}

/// The document that is to be written.
pub(in crate::grpc) fn put(request: pb::PutDocumentRequest) -> Result<Put, Fault> {
    let document = writable(request.document)?;
    let media_type = media_type(&request.media_type)?;
    let draft = Draft {
        document,
        name: version(&request.version)?,
        message: text("message", request.message)?,
        author: text("author", request.author)?,
        stage_only: request.stage_only,
        precondition: precondition(&request.if_match, &request.if_none_match)?,
    };
    Ok(Put {
        draft,
        media_type,
        content: request.content,
    })
}

/// The document that is to be deleted.
pub(in crate::grpc) fn delete(request: pb::DeleteDocumentRequest) -> Result<Draft, Fault> {
    Ok(Draft {
        document: writable(request.document)?,
        name: version(&request.version)?,
        message: text("message", request.message)?,
        author: text("author", request.author)?,
        stage_only: request.stage_only,
        precondition: precondition(&request.if_match, "")?,
    })
}

impl Draft {
    /// The change that makes the document hold `content` at `path`.
    pub(in crate::grpc) fn write(self, path: Path, content: Content) -> WriteChange {
        WriteChange {
            label: self.document.label,
            name: self.name,
            message: self.message,
            author: self.author,
            documents: vec![DocumentWrite {
                path,
                content,
                written_for: Some(self.document.written_for),
            }],
            stage_only: self.stage_only,
            precondition: self.precondition,
        }
    }
}

fn writable(given: Option<pb::DocumentRef>) -> Result<DocumentKey, Fault> {
    let key = document(given)?;
    writable_label(key.label.as_str())?;
    Ok(key)
}
