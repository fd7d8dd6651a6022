//! Reads rollouts.

use std::{ops::Bound, sync::Arc};

use tokio::sync::watch;

use super::{Entry, Error, Reported, Rollouts};
use crate::{
    domain::{AuditEntry, Measured, Moment, Report, RequestId, Rollout, RolloutId},
    splits::Reads,
};

/// The page that is requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageAfter<K> {
    /// The maximum number of items.
    pub size: usize,
    /// The last item of the page before.
    pub after: Option<K>,
}

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// Whether more items follow.
    pub more: bool,
}

/// The state of an analysis.
#[derive(Debug, Clone)]
pub(crate) struct AnalysisView {
    /// The measurements; `None` before the start.
    pub measured: Option<Arc<Measured>>,
    /// Why the rollout does not go on by itself.
    pub holds_because: String,
    /// The reads of what it concerns, as far as they are known.
    pub reads: Reads,
}

impl Rollouts {
    /// The rollout with this id.
    ///
    /// # Errors
    /// Fails if it does not exist.
    pub(crate) fn get(&self, id: &RolloutId) -> Result<Arc<Rollout>, Error> {
        Ok(self.entry(id)?.rollout())
    }

    /// The entry of a rollout in memory.
    ///
    /// # Errors
    /// Fails if it does not exist.
    pub(crate) fn entry(&self, id: &RolloutId) -> Result<Arc<Entry>, Error> {
        let found = self.inner.directory.get(id);
        found.ok_or_else(|| Error::NotFound(id.clone()))
    }

    /// All rollouts.
    pub(crate) fn entries(&self) -> Vec<Arc<Entry>> {
        self.inner.directory.all()
    }

    /// A page of rollouts, newest first.
    pub(crate) fn list(
        &self,
        wanted: impl Fn(&Rollout) -> bool,
        page: &PageAfter<RolloutId>,
    ) -> Page<Arc<Rollout>> {
        let all = self.inner.directory.snapshot();
        let end = page
            .after
            .as_ref()
            .map_or(Bound::Unbounded, Bound::Excluded);
        let found = all.range::<_, RolloutId>((Bound::Unbounded, end)).rev();
        let found = found.map(|(_, entry)| entry.rollout());
        let mut found = found.filter(|rollout| wanted(rollout));
        let items = found.by_ref().take(page.size).collect();
        let more = found.next().is_some();
        Page { items, more }
    }

    /// A page of a rollout's audit, oldest first.
    ///
    /// # Errors
    /// Fails if the rollout does not exist, or if it can't be read.
    pub(crate) async fn audit(
        &self,
        id: &RolloutId,
        page: &PageAfter<u64>,
    ) -> Result<Page<AuditEntry>, Error> {
        let known = self.get(id)?.standing.audits;
        let after = page.after.unwrap_or_default();
        let items = self.inner.store.audit(id, after, page.size).await?;
        let more = items.last().is_some_and(|last| last.number < known);
        Ok(Page { items, more })
    }

    /// The state of a rollout's analysis.
    ///
    /// # Errors
    /// Fails if the rollout does not exist, or if it can't be read.
    pub(crate) async fn analysis(&self, id: &RolloutId) -> Result<AnalysisView, Error> {
        let entry = self.entry(id)?;
        let reads = self.reads(&entry).await;
        if let Some(view) = self.view(&entry) {
            return Ok(AnalysisView { reads, ..view });
        }
        let measured = self.inner.store.measured(id).await?;
        Ok(AnalysisView {
            measured: measured.map(Arc::new),
            holds_because: String::new(),
            reads,
        })
    }

    /// The analysis of a rollout that has started and not ended.
    fn view(&self, entry: &Entry) -> Option<AnalysisView> {
        let now = self.now();
        let breaker_open = self.inner.shown_breaker.load().is_open();
        entry.measured(|rollout, measured| {
            let measured = measured?;
            Some(AnalysisView {
                holds_because: self
                    .inner
                    .frozen_because(rollout)
                    .unwrap_or_else(|| measured.holds_because(rollout, now, breaker_open)),
                measured: Some(Arc::new(measured.clone())),
                reads: Reads::default(),
            })
        })
    }

    /// Follows a rollout: each change of it and of its analysis.
    ///
    /// # Errors
    /// Fails if it does not exist.
    pub(crate) fn watch(&self, id: &RolloutId) -> Result<watch::Receiver<Arc<Rollout>>, Error> {
        Ok(self.entry(id)?.subscribe())
    }

    /// Takes figures in. All or none are counted, and nothing is written or waited for.
    ///
    /// # Errors
    /// The rollout takes no such figures.
    pub(crate) fn report(
        &self,
        entry: &Entry,
        request: Option<&RequestId>,
        reports: Vec<Report>,
        now: Moment,
    ) -> Result<Reported, Error> {
        let (taken, generation) = entry.report(reports, request, now)?;
        if taken.closed {
            self.inner.controller.push(entry.rollout().id());
        }
        Ok(Reported {
            repeated: taken.repeated,
            generation,
        })
    }
}
