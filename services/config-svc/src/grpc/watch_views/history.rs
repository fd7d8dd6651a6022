//! What was served of a view before, as far as its caller was not told.

use vortex_proto::config::v1 as pb;

use super::super::convert;
use super::followed::Sent;
use crate::{
    domain::{Seq, Served, ServedTo, SplitId, State, ViewKey, served},
    views::Variants,
};

/// The arms of what was served to the canary of a split that has ended without its release.
const GONE: u32 = 1 << 31;

/// What has joined the history of a view since it was sent; all of it where its splits, whose arms
/// it names, are others since.
pub(super) fn since(
    sent: &Sent,
    state: &State,
    key: &ViewKey,
    variants: &Variants,
    message: &pb::ViewState,
) -> Vec<pb::ServedVersion> {
    let ids = variants.splits.iter().map(|split| &split.id);
    let has_these = |splits: &[SplitId]| splits.iter().eq(ids);
    let told = match &sent.history {
        Some((told, splits)) if has_these(splits) => Some(*told),
        _ => None,
    };
    if told == Some(state.head) {
        return Vec::new();
    }
    let served = served(state, key, &variants.splits);
    let joined = served.into_iter().filter_map(|served| joined(served, told));
    let mut joined: Vec<pb::ServedVersion> = joined.collect();
    for (bits, variant) in (0_u32..).zip(&message.variants) {
        let is_it = |served: &&mut pb::ServedVersion| {
            served.arms == bits && served.names.first() == Some(&variant.version)
        };
        if let Some(served) = joined.iter_mut().find(is_it) {
            served.digest.clone_from(&variant.digest);
        }
    }
    joined
}

/// A version with the names that it has since what was told: none if it has no new ones.
fn joined(served: Served, told: Option<Seq>) -> Option<pb::ServedVersion> {
    let is_new = |since: Seq| told.is_none_or(|told| since > told);
    let mut names = served.names.into_iter();
    let (since, first) = names.next()?;
    let others = names
        .filter(|(since, _)| is_new(*since))
        .map(|(_, name)| name);
    let others: Vec<String> = others.collect();
    if !is_new(since) && others.is_empty() {
        return None;
    }
    let mut names = vec![first];
    names.extend(others);
    Some(pb::ServedVersion {
        names,
        digest: String::new(),
        since: served.since.0,
        arms: match served.to {
            ServedTo::Arms(bits) => bits,
            ServedTo::Gone => GONE,
        },
        at: served.at.map(convert::timestamp),
    })
}
