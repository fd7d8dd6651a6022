//! Reads views from messages.

use std::sync::Arc;

use vortex_bucket::{Forced, InvalidForced, InvalidShare, Seed, Share};
use vortex_proto::{config::v1 as pb, time::from_timestamp};

use super::{Arms, Fault, History, Served, SourceAge, Split, Unit, Variant, View};
use crate::{Fleet, InvalidToken, Token};

/// The bits of what was served to arms that are no more.
const GONE: u32 = 1 << 31;

/// A view that can't be understood: a newer config-svc sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidView {
    /// Its position.
    #[error("its token can't be read")]
    Token(#[from] InvalidToken),
    /// A split's share.
    #[error("a split's share can't be read: {0}")]
    Share(#[from] InvalidShare),
    /// A split's forced keys.
    #[error("a split's forced keys can't be read: {0}")]
    Forced(#[from] InvalidForced),
    /// A split's unit.
    #[error("a split has a unit that is not known")]
    Unit,
    /// There are not as many variants as combinations of arms.
    #[error("it has {variants} variants for {splits} splits")]
    Variants {
        /// The variants.
        variants: usize,
        /// The splits.
        splits: usize,
    },
}

impl View {
    /// Reads a fleet's view. `before` is what was sent of it before on the same stream, if anything
    /// was: later states have only what joined the history since.
    ///
    /// # Errors
    /// It can't be understood.
    pub fn read(
        state: pb::ViewState,
        fleet: &Fleet,
        before: Option<&Self>,
    ) -> Result<Self, InvalidView> {
        let token: Token = state.token.parse()?;
        let splits = state.splits.into_iter().map(Split::try_from);
        let splits: Vec<Split> = splits.collect::<Result<_, _>>()?;
        let expected = match state.resolved_only {
            true => Some(0),
            false => 1_usize.checked_shl(u32::try_from(splits.len()).unwrap_or(u32::MAX)),
        };
        if expected != Some(state.variants.len()) {
            return Err(InvalidView::Variants {
                variants: state.variants.len(),
                splits: splits.len(),
            });
        }
        let own = fleet.own_stem();
        let variants = state.variants.into_iter();
        let joined = state.history.into_iter().map(Served::from).collect();
        let history = match before {
            Some(before) if has_splits(before, &splits) => before.history.joined_by(joined),
            _ => History::new(joined),
        };
        Ok(Self {
            position: token.position,
            store: token.store,
            splits,
            variants: variants
                .map(|variant| read_variant(variant, &own))
                .collect(),
            resolved_only: state.resolved_only,
            history,
            source_age: state.source_age.map(SourceAge::from),
            fault: None,
        })
    }

    /// This view once it can't be served any more: all that is left of it is what was served.
    #[must_use]
    pub fn failed(&self, fault: Fault) -> Self {
        Self {
            variants: Vec::new(),
            fault: Some(fault),
            ..self.clone()
        }
    }
}

/// Whether a view has these splits, and so its history the arms of these.
fn has_splits(view: &View, splits: &[Split]) -> bool {
    let (ours, theirs) = (view.splits.iter(), splits.iter());
    ours.map(|split| &split.id)
        .eq(theirs.map(|split| &split.id))
}

impl TryFrom<pb::ViewSplit> for Split {
    type Error = InvalidView;

    fn try_from(split: pb::ViewSplit) -> Result<Self, InvalidView> {
        let unit = match split.unit() {
            pb::SplitUnit::Instance => Unit::Instance,
            pb::SplitUnit::Subject => Unit::Subject,
            pb::SplitUnit::Unspecified => return Err(InvalidView::Unit),
        };
        let share = u16::try_from(split.share).map_err(|_| InvalidShare::TooLarge)?;
        Ok(Self {
            id: split.id.into(),
            change: split.change.into(),
            generation: split.generation,
            share: Share::from_hundredths(share)?,
            seed: Seed::from_bits(split.seed),
            unit,
            forced: Forced::new(split.include, split.exclude)?,
            moved_at: split.moved_at.and_then(from_timestamp),
        })
    }
}

fn read_variant(variant: pb::ViewVariant, own: &str) -> Variant {
    let is_own = |source: &&pb::ContributingSource| vortex_names::stem(&source.path) == own;
    let document = variant.sources.iter().find(is_own);
    let document_version = document.map(|source| source.version.as_str().into());
    // who follows versions alone needs no more of it
    let sources = match variant.config.is_empty() {
        true => Vec::new(),
        false => variant.sources,
    };
    Variant {
        document_version,
        sources,
        property_sources: variant.property_sources,
        environment_digest: variant.environment_digest.into(),
        etag: variant.etag.into(),
        version: variant.version.into(),
        digest: variant.digest.into(),
        environment_version: variant.environment_version.into(),
        config: variant.config,
        fault: variant.fault.map(Fault::from),
    }
}

impl From<pb::ServedVersion> for Served {
    fn from(served: pb::ServedVersion) -> Self {
        Self {
            names: served.names.into_iter().map(Arc::from).collect(),
            digest: served.digest.into(),
            since: served.since,
            at: served.at.and_then(from_timestamp),
            arms: (served.arms & GONE == 0).then(|| Arms::from_bits(served.arms)),
        }
    }
}

impl From<pb::ViewFault> for Fault {
    fn from(fault: pb::ViewFault) -> Self {
        Self {
            reason: fault.reason.into(),
            message: fault.message.into(),
        }
    }
}
