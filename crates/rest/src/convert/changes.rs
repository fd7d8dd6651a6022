//! Change sets.

use vortex_proto::config::v1 as proto;

use super::mirror;
use crate::{AppliedChange, Change, ChangeAnswer, ChangeState, ChangedDocument, Changes, Released};

mirror! {
    enum ChangeState <=> proto::ChangeState { Staged, Released, Discarded, RolledBack }
    struct Changes <= proto::ListChangesResponse { changes, next_page_token }
    struct Change <= proto::Change {
        state(),
        change = name,
        label,
        rolled_back_by,
        digest,
        author,
        principal,
        message,
        written_at,
        sequence,
        documents,
        document_count,
    }
    struct ChangedDocument <= proto::ChangedDocument { path, version, digest, deleted }
    struct ChangeAnswer <= proto::GetChangeResponse { change, token }
    struct ChangeAnswer <= proto::DiscardChangeResponse { change, token }
    struct Released <= proto::ReleaseChangeResponse { change, token, moved, ended_rollouts }
    struct AppliedChange <= proto::ApplyChangeResponse { change, digest, token, created, documents }
}
