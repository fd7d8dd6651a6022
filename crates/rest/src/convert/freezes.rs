//! Freezes.

use vortex_proto::config::v1 as proto;

use super::mirror;
use crate::{Freeze, FreezeSet, Freezes, FreezesEnded};

mirror! {
    struct Freezes <= proto::ListFreezesResponse { freezes, next_page_token, token }
    struct Freeze <= proto::Freeze {
        id, all, apps, label, reason, principal, author, since, until,
    }
    struct FreezeSet <= proto::SetFreezeResponse { freeze, token }
    struct FreezesEnded <= proto::EndFreezeResponse { ids, token }
}
