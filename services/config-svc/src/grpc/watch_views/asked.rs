//! A view as it was asked for.

use vortex_kit::{access::Access, error::Fault};
use vortex_proto::config::v1 as pb;

use super::super::{parse, reads};
use crate::domain::ViewKey;

/// A view as it was asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) key: ViewKey,
    pub(super) content: Content,
    pub(super) history: bool,
    pub(super) min_token: String,
}

/// What is sent of each variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Versions,
    Config,
    Environment {
        /// With the place of each value.
        origins: bool,
    },
}

impl Asked {
    /// Parses what is asked for. What is refused stays so.
    pub(super) fn parse(access: &Access, add: pb::AddView) -> Result<Self, Fault> {
        let content = match add.content() {
            pb::ViewContent::Unspecified => {
                return Err(Fault::invalid("add.content", "it must be given"));
            }
            pb::ViewContent::Versions => Content::Versions,
            pb::ViewContent::Config => Content::Config,
            pb::ViewContent::Environment => Content::Environment {
                origins: add.origins,
            },
        };
        let view = add.view.unwrap_or_default();
        let key = parse::view(&view.apps, &view.profiles, &view.labels)?;
        let is_single = key.apps.len() == 1 && key.labels.len() == 1;
        if !is_single && !matches!(content, Content::Environment { .. }) {
            let why = "it must name one application and one label at most";
            return Err(Fault::invalid("add.view", why));
        }
        parse::token("add.min_token", &add.min_token)?;
        reads::require_view(access, &key)?;
        Ok(Self {
            key,
            content,
            history: add.history,
            min_token: add.min_token,
        })
    }
}
