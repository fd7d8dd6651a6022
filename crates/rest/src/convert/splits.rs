//! Splits.

use vortex_proto::config::v1 as proto;

use super::mirror;
use crate::{ResolvedArm, ResolvedArms, Split, SplitAnswer, SplitState, Splits};

mirror! {
    enum SplitState <= proto::SplitState { Active, Released, Removed, Detached }
    struct Splits <= proto::ListSplitsResponse { splits, next_page_token, token }
    struct SplitAnswer <= proto::GetSplitResponse { split, token }
    struct Split <= proto::Split {
        unit(),
        state(),
        id,
        label,
        change,
        change_sequence,
        percentage,
        generation,
        paths,
        moved_at,
        ended_by,
        end_reason,
        include,
        exclude,
    }
    struct ResolvedArms <= proto::ResolveArmsResponse { unit(), arms, percentage, token }
    struct ResolvedArm <= proto::ResolvedArm { arm(), key, bucket, forced }
}
