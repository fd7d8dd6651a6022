//! Reads what happened to all rollouts, newest first.

use std::sync::Arc;

use jiff::{Span, Timestamp};

use super::{Error, Rollouts};
use crate::domain::{AuditEntry, Rollout, RolloutId, Spec};

/// The most rollouts whose audits one call reads.
const MAX_READ: usize = 1_000;
/// The most entries that are read of an audit at a time.
const PAGE: usize = 1_000;

/// Selects what is listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// What happened at this time or later.
    pub since: Option<Timestamp>,
    /// What happened before this time.
    pub until: Option<Timestamp>,
    /// Rollouts of what this application reads.
    pub app: Option<String>,
    /// Of these, what it reads in this profile.
    pub profile: Option<String>,
    /// Rollouts on this label.
    pub label: Option<String>,
    /// What this principal did.
    pub author: Option<String>,
}

/// A place in the list. A later one is greater.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub at: Timestamp,
    pub id: RolloutId,
    /// The number of the entry.
    pub number: u64,
}

/// An entry of a rollout's audit, and the rollout as it is now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transition {
    pub rollout: Arc<Rollout>,
    pub entry: AuditEntry,
}

/// A page of what happened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transitions {
    /// The transitions, newest first.
    pub items: Vec<Transition>,
    /// The place before which more may follow; none at the end.
    pub next: Option<Place>,
}

impl Wanted {
    fn takes_rollout(&self, rollout: &Rollout, before: Option<&Place>) -> bool {
        let (spec, standing) = (&rollout.spec, &rollout.standing);
        let until = before.map(|place| place.at);
        self.label.as_ref().is_none_or(|label| spec.label == *label)
            && self.app.as_ref().is_none_or(|app| spec.is_read_by(app))
            && self.is_read_in_profile(spec)
            && self
                .since
                .is_none_or(|since| standing.updated.wall >= since)
            && until.is_none_or(|until| spec.created.wall <= until)
            && self.until.is_none_or(|until| spec.created.wall < until)
    }

    fn is_read_in_profile(&self, spec: &Spec) -> bool {
        match (&self.app, &self.profile) {
            (Some(app), Some(profile)) => spec.is_read_in(app, profile),
            _ => true,
        }
    }

    fn takes(&self, entry: &AuditEntry) -> bool {
        self.since.is_none_or(|since| entry.at >= since)
            && self.until.is_none_or(|until| entry.at < until)
            && self.author.as_ref().is_none_or(|by| entry.principal == *by)
    }
}

impl Transition {
    pub(crate) fn place(&self) -> Place {
        Place {
            at: self.entry.at,
            id: self.rollout.id().clone(),
            number: self.entry.number,
        }
    }
}

impl Rollouts {
    /// A page of what happened to those rollouts that are `seen`, newest first. It may have fewer than `size` and not be
    /// the last one.
    ///
    /// # Errors
    /// Fails if an audit can't be read.
    pub(crate) async fn transitions(
        &self,
        wanted: &Wanted,
        seen: impl Fn(&Rollout) -> bool,
        size: usize,
        before: Option<&Place>,
    ) -> Result<Transitions, Error> {
        let rollouts = self.entries().into_iter().map(|entry| entry.rollout());
        let mut rollouts: Vec<_> = rollouts
            .filter(|rollout| wanted.takes_rollout(rollout, before) && seen(rollout))
            .collect();
        rollouts.sort_by_key(|rollout| std::cmp::Reverse(rollout.standing.updated.wall));
        let mut newest = Newest::new(size);
        for (read, rollout) in rollouts.into_iter().enumerate() {
            // nothing happened to this one or those after it since
            let last = rollout.standing.updated.wall;
            if newest.is_all_after(last) {
                break;
            }
            // further on than the page before, or the pages would not end
            let goes_on = before.is_none_or(|before| last < before.at);
            if read >= MAX_READ && goes_on {
                return Ok(newest.all_after(last));
            }
            let entries = self.whole_audit(&rollout).await?.into_iter();
            let entries = entries.filter(|entry| wanted.takes(entry));
            let transitions = entries.map(|entry| Transition {
                rollout: rollout.clone(),
                entry,
            });
            let is_before = |place: Place| before.is_none_or(|before| place < *before);
            newest.add(transitions.filter(|transition| is_before(transition.place())));
        }
        Ok(newest.page())
    }

    async fn whole_audit(&self, rollout: &Rollout) -> Result<Vec<AuditEntry>, Error> {
        let mut audit: Vec<AuditEntry> = Vec::new();
        loop {
            let after = audit.last().map_or(0, |last| last.number);
            let page = self.inner.store.audit(rollout.id(), after, PAGE).await?;
            // a page is shorter where its entries are large
            let is_empty = page.is_empty();
            audit.extend(page);
            let last = audit.last().map_or(0, |last| last.number);
            if is_empty || last >= rollout.standing.audits {
                return Ok(audit);
            }
        }
    }
}

/// The newest transitions that were found, one more than the page has.
struct Newest {
    found: Vec<Transition>,
    size: usize,
}

impl Newest {
    fn new(size: usize) -> Self {
        Self {
            found: Vec::new(),
            size,
        }
    }

    fn add(&mut self, transitions: impl Iterator<Item = Transition>) {
        self.found.extend(transitions);
        self.found
            .sort_by_cached_key(|found| std::cmp::Reverse(found.place()));
        self.found.truncate(self.size + 1);
    }

    /// Whether there is a page, and what follows it, after `time`.
    fn is_all_after(&self, time: Timestamp) -> bool {
        let beyond = self.found.get(self.size);
        beyond.is_some_and(|beyond| beyond.entry.at > time)
    }

    fn page(mut self) -> Transitions {
        let more = self.found.len() > self.size;
        self.found.truncate(self.size);
        let next = self.found.last().filter(|_| more).map(Transition::place);
        Transitions {
            items: self.found,
            next,
        }
    }

    /// The page as far as it is after `time`; what is not was not looked at.
    fn all_after(mut self, time: Timestamp) -> Transitions {
        self.found.retain(|found| found.entry.at > time);
        let page = self.page();
        Transitions {
            next: page.next.or_else(|| Place::right_after(time)),
            ..page
        }
    }
}

impl Place {
    /// The first place after all of a time.
    fn right_after(time: Timestamp) -> Option<Self> {
        Some(Self {
            at: time.checked_add(Span::new().nanoseconds(1)).ok()?,
            // no id comes before it
            id: "-".parse().ok()?,
            number: 0,
        })
    }
}
