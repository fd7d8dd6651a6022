//! The versions of a view that were served, from what is remembered of its documents, its overrides
//! and the commits of its labels.

mod ring;
mod tracks;

use std::sync::Arc;

use jiff::Timestamp;

use super::{Seq, Split, SplitId, State, ViewKey};
use ring::Ring;
use tracks::Tracks;

/// Versions that are told of each combination of arms.
const MAX_SERVED: usize = 16;
/// The most splits of which each combination of arms is told apart.
const MAX_SPLITS: usize = 3;

/// A version of a view that was served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Served {
    /// The effective version. Empty where no document took part.
    pub version: String,
    /// Every name that it was served under, with the position from which on; that of the effective
    /// version first.
    pub names: Vec<(Seq, String)>,
    /// The position from which on it was served.
    pub since: Seq,
    /// When that was, if it is known.
    pub at: Option<Timestamp>,
    /// Whom it was served to.
    pub to: ServedTo,
}

/// Whom a version was served to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServedTo {
    /// To those who have these arms of the view's splits now, as bits: 0 is stable on all.
    Arms(u32),
    /// To a canary of a split that has ended without its release.
    Gone,
}

/// The versions of the view `key` that were served up to `state`, newest first for each combination
/// of the arms of `splits`, which are those that concern it now. Of more than three splits, what
/// stable was served alone.
///
/// What a combination was served before its splits began is what was stable then. It goes back no
/// further than every document of the view is remembered.
pub(crate) fn served(state: &State, key: &ViewKey, splits: &[Arc<Split>]) -> Vec<Served> {
    let Some(tracks) = Tracks::of(state, key) else {
        return Vec::new();
    };
    let combinations = match splits.len() <= MAX_SPLITS {
        true => 1_u32 << splits.len(),
        false => 1,
    };
    let mut rings: Vec<Ring> = (0..combinations)
        .map(|bits| Ring::new(ServedTo::Arms(bits)))
        .collect();
    let mut gone = Ring::new(ServedTo::Gone);
    let mut until = None;
    for (since, at) in tracks.positions() {
        if rings.iter().all(Ring::is_full) {
            break;
        }
        let present = tracks.canaries_at(since);
        let span = (since, until);
        for (bits, ring) in (0_u32..).zip(&mut rings) {
            let canaries = chosen(splits, bits);
            ring.add(tracks.version(span, &canaries), span, at);
        }
        let ended = present
            .iter()
            .filter(|id| !splits.iter().any(|split| split.id == ***id))
            .take(MAX_SPLITS);
        let ended: Vec<&SplitId> = ended.copied().collect();
        for of_ended in 1..1_u32 << ended.len() {
            for bits in 0..combinations {
                let mut canaries = pick(&ended, of_ended);
                canaries.extend(
                    chosen(splits, bits)
                        .into_iter()
                        .filter(|id| present.contains(id)),
                );
                gone.add_once(tracks.version(span, &canaries), span, at);
            }
        }
        until = Some(since);
    }
    // what was released has become stable's
    gone.drop_those_of(&rings[0]);
    rings.push(gone);
    rings.into_iter().flat_map(Ring::into_served).collect()
}

/// The splits whose bit is set.
fn chosen(splits: &[Arc<Split>], bits: u32) -> Vec<&SplitId> {
    let ids: Vec<&SplitId> = splits
        .iter()
        .take(MAX_SPLITS)
        .map(|split| &split.id)
        .collect();
    pick(&ids, bits)
}

fn pick<'a>(ids: &[&'a SplitId], bits: u32) -> Vec<&'a SplitId> {
    let ids = ids.iter().enumerate();
    ids.filter(|(index, _)| bits >> index & 1 == 1)
        .map(|(_, id)| *id)
        .collect()
}
