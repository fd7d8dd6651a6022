//! Sources.

use vortex_proto::config::v1 as proto;

use super::{from_replies, mirror};
use crate::{
    Detached, Notified, ReleasePolicy, Source, SourceDefect, SourceLabel, SourceState, Sources,
};

mirror! {
    enum ReleasePolicy <= proto::ReleasePolicy { Auto, Stage, Rollout }
    enum SourceState <= proto::SourceState { Configured, NotConfigured }
    struct Sources <= proto::ListSourcesResponse { sources, next_page_token }
    struct Source <= proto::Source {
        state(),
        release(),
        name,
        kind,
        location,
        last_success,
        last_attempt,
        error,
        labels,
        defects,
        more_defects,
    }
    struct SourceLabel <= proto::SourceLabel {
        label,
        commit,
        served_commit,
        awaits_rollout,
        pending_commit,
        pending_reason,
        pending_detail,
        pending_rollout,
        pending_freeze,
    }
    struct SourceDefect <= proto::SourceDefect { label, path, reason, detail }
    struct Detached <= proto::DetachSourceResponse { labels }
    struct Notified <= proto::NotifySourcesResponse { sources = names }
}

from_replies!(Source = source of GetSourceResponse, SyncSourceResponse, ApproveSourceResponse);
