//! Documents and their versions.

use vortex_proto::config::v1 as proto;

use super::mirror;
use crate::{Deleted, Diff, Document, Documents, Json, Version, Versions, Written};

mirror! {
    struct Documents <= proto::ListDocumentsResponse { documents, next_page_token }
    struct Document <= proto::Document {
        label,
        path,
        app,
        profile,
        media_type,
        version,
        digest,
        size,
        written_at,
        defect,
        versions,
    }
    struct Versions <= proto::ListVersionsResponse { versions, next_page_token }
    struct Version <= proto::Version {
        state(),
        version = name,
        digest,
        size,
        deleted,
        stable,
        rolled_back_by,
        written_at,
        author,
        principal,
        message,
        sequence,
        released_at,
        released_by,
        release_author,
        rollout,
    }
}

impl From<proto::PutDocumentResponse> for Written {
    fn from(reply: proto::PutDocumentResponse) -> Self {
        let document = reply.document.unwrap_or_default();
        Self {
            app: document.app,
            profile: document.profile,
            label: document.label,
            path: reply.path,
            version: reply.version,
            digest: reply.digest,
            token: reply.token,
            created: reply.created,
        }
    }
}

impl From<proto::DeleteDocumentResponse> for Deleted {
    fn from(reply: proto::DeleteDocumentResponse) -> Self {
        let document = reply.document.unwrap_or_default();
        Self {
            app: document.app,
            profile: document.profile,
            label: document.label,
            version: reply.version,
            token: reply.token,
        }
    }
}

/// Fails when the patch is not valid JSON.
impl TryFrom<proto::DiffVersionsResponse> for Diff {
    type Error = serde_json::Error;

    fn try_from(reply: proto::DiffVersionsResponse) -> Result<Self, Self::Error> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Self {
            patch: Json::from_slice(&reply.patch)?,
            from: reply.from,
            to: reply.to,
            from_content: text(&reply.from_content),
            to_content: text(&reply.to_content),
        })
    }
}
