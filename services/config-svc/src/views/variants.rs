//! A view for all who read it.

use std::sync::Arc;

use vortex_kit::compute::Compute;

use super::{ReadError, View, Views};
use crate::domain::{Arms, Split, State, ViewKey};

/// The most splits that a view may have.
pub(crate) const MAX_SPLITS: usize = 3;

/// A view for all who read it.
pub struct Variants {
    /// The splits that concern it, by id.
    pub splits: Vec<Arc<Split>>,
    /// What each combination of their arms is served, in the order of the numbers that the arms
    /// make as bits. None if there are too many splits.
    pub views: Option<Vec<Result<Arc<View>, ReadError>>>,
}

impl Views {
    /// What each combination of arms is served of a view.
    pub(crate) async fn variants(
        &self,
        state: &State,
        key: &ViewKey,
        compute: &Compute,
    ) -> Result<Variants, ReadError> {
        let mut kept = self.current(state, key, self.cache.get(key))?;
        let splits = kept.scope().splits().to_vec();
        if splits.len() > MAX_SPLITS {
            return Ok(Variants {
                splits,
                views: None,
            });
        }
        let mut views = Vec::with_capacity(1 << splits.len());
        for bits in 0..1 << splits.len() {
            let arms = Arms::from_bits(bits);
            let view = match kept.form(&arms) {
                Some(view) => Ok(view),
                // boxed: it is large, and seldom needed
                None => match Box::pin(self.form(state, key, &kept, &arms, compute)).await {
                    Ok((view, with)) => {
                        kept = with;
                        Ok(view)
                    }
                    Err(error) => Err(error),
                },
            };
            views.push(view);
        }
        Ok(Variants {
            splits,
            views: Some(views),
        })
    }
}
