//! The cache of one view: the splits that concern it, and one rendering for each recently read set
//! of arms.

use std::sync::Arc;

use super::{Rendered, View, read_counts::ViewCounts};
use crate::domain::{Arm, Arms, Basis, Scope, Split, State, Subject, ViewKey};

/// The most forms of a view that are cached; the oldest go first.
const MAX_FORMS: usize = 16;

/// A view as one reader gets it.
#[derive(Clone)]
pub struct Reading {
    pub view: Arc<View>,
    scope: Arc<Scope>,
    counts: ViewCounts,
    arms: Arms,
}

impl Reading {
    /// The splits that concern it, by id.
    pub fn splits(&self) -> &[Arc<Split>] {
        self.scope.splits()
    }

    /// Counts it as a read by `subject`.
    #[inline]
    pub(super) fn count(&self, subject: &Subject<'_>) {
        self.counts.count(self.scope.splits(), subject);
    }

    /// The splits that concern it and the arm each gave the reader, by id.
    pub fn assigned(&self) -> impl Iterator<Item = (&Arc<Split>, Arm)> {
        self.scope.assigned(&self.arms)
    }
}

/// A view at the state it was last read at.
#[derive(Clone)]
pub(super) struct CachedView {
    scope: Arc<Scope>,
    counts: ViewCounts,
    /// Newest first.
    forms: Vec<Form>,
}

#[derive(Clone)]
struct Form {
    /// The arms that it was rendered for. None for a form of an earlier state, which may still be
    /// made of the same documents.
    arms: Option<Arms>,
    view: Arc<View>,
}

impl CachedView {
    pub(super) fn new(scope: Scope, counts: ViewCounts) -> Self {
        Self {
            scope: Arc::new(scope),
            counts,
            forms: Vec::new(),
        }
    }

    /// The same view at a newer state, at which its documents may have changed.
    pub(super) fn moved_to(&self, scope: Scope, counts: ViewCounts) -> Self {
        let earlier = self.forms.iter().map(|form| Form {
            arms: None,
            view: form.view.clone(),
        });
        Self {
            scope: Arc::new(scope),
            counts,
            forms: earlier.collect(),
        }
    }

    pub(super) fn is_current(&self, state: &State, key: &ViewKey) -> bool {
        self.scope.is_current(state, key)
    }

    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(super) fn arms(&self, subject: &Subject<'_>) -> Arms {
        self.scope.arms(subject)
    }

    /// The view as a reader gets it, if that form is cached.
    pub(super) fn reading(&self, subject: &Subject<'_>) -> Option<Reading> {
        let arms = self.arms(subject);
        let view = self.form(&arms)?;
        Some(self.reading_of(arms, view))
    }

    /// The view for some arms, if that form is cached.
    pub(super) fn form(&self, arms: &Arms) -> Option<Arc<View>> {
        let form = self.forms.iter().find(|f| f.arms.as_ref() == Some(arms))?;
        Some(form.view.clone())
    }

    pub(super) fn reading_of(&self, arms: Arms, view: Arc<View>) -> Reading {
        Reading {
            view,
            scope: self.scope.clone(),
            counts: self.counts.clone(),
            arms,
        }
    }

    /// The form that was rendered from the same parts, if one is cached.
    pub(super) fn rendered(&self, basis: &Basis) -> Option<Arc<Rendered>> {
        let same = |form: &&Form| form.view.basis.same_parts(basis);
        let form = self.forms.iter().find(same)?;
        Some(form.view.rendered.clone())
    }

    /// Adds a form, and drops the one it replaces and those that are too many: there can't be more
    /// than combinations of arms.
    pub(super) fn with(&self, arms: &Arms, view: &Arc<View>) -> Self {
        let mut forms = vec![Form {
            arms: Some(arms.clone()),
            view: view.clone(),
        }];
        let others = self.forms.iter().filter(|form| match &form.arms {
            Some(theirs) => theirs != arms,
            None => !Arc::ptr_eq(&form.view.rendered, &view.rendered),
        });
        forms.extend(others.cloned());
        let combinations = 1_usize
            .checked_shl(self.scope.splits().len() as u32)
            .unwrap_or(MAX_FORMS);
        forms.truncate(combinations.min(MAX_FORMS));
        Self {
            scope: self.scope.clone(),
            counts: self.counts.clone(),
            forms,
        }
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> u64 {
        let forms = self.forms.iter();
        forms.map(|form| form.view.rendered.weight()).sum()
    }
}
