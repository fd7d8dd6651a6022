//! Converts a view to what is sent of it.

use std::sync::Arc;

use vortex_kit::error::Fault;
use vortex_proto::config::v1 as pb;

use super::super::{convert, reads};
use super::asked::{Asked, Content};
use crate::{
    domain::Split,
    error::read_error,
    views::{ReadError, Variants, View},
};

/// A view's state, without its number, its position, its age and its history.
pub(super) fn state(asked: &Asked, variants: &Variants) -> pb::ViewState {
    let views = variants.views.iter().flatten();
    pb::ViewState {
        splits: variants.splits.iter().map(|known| split(known)).collect(),
        variants: views.map(|view| variant(asked.content, view)).collect(),
        resolved_only: variants.views.is_none(),
        ..pb::ViewState::default()
    }
}

fn split(split: &Split) -> pb::ViewSplit {
    pb::ViewSplit {
        id: split.id.to_string(),
        change: split.name.to_string(),
        generation: split.generation,
        share: split.share.hundredths().into(),
        seed: split.seed.bits(),
        unit: convert::unit(split.unit).into(),
        include: split.forced.include().map(str::to_owned).collect(),
        exclude: split.forced.exclude().map(str::to_owned).collect(),
        moved_at: Some(convert::timestamp(split.moved_at)),
    }
}

fn variant(content: Content, view: &Result<Arc<View>, ReadError>) -> pb::ViewVariant {
    let view = match view {
        Ok(view) => view,
        Err(error) => {
            return pb::ViewVariant {
                fault: Some(fault(&read_error(error))),
                ..pb::ViewVariant::default()
            };
        }
    };
    let effective = view.rendered.effective();
    let mut variant = pb::ViewVariant {
        version: view.rendered.version().to_owned(),
        digest: effective.digest.clone(),
        sources: reads::contributing(&view.basis),
        environment_version: view.environment_version().to_owned(),
        ..pb::ViewVariant::default()
    };
    match content {
        Content::Versions => {}
        Content::Config => variant.config = effective.json.clone(),
        Content::Environment { origins } => {
            variant.property_sources = reads::property_sources(view, origins);
            variant.etag = view.environment_etag(origins).to_owned();
            variant.environment_digest = view.rendered.digest().to_owned();
        }
    }
    variant
}

/// Why something can't be served. Its number is for the caller to add.
pub(super) fn fault(fault: &Fault) -> pb::ViewFault {
    pb::ViewFault {
        number: 0,
        reason: fault.reason().name().to_owned(),
        message: fault.message().to_owned(),
    }
}
