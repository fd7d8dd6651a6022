//! What the instances of a fleet should run, and what they should have run lately.

use std::{sync::Arc, time::Duration};

use vortex_views::{Expected, View};

use crate::domain::Standing;

/// How long an instance may take until it runs what it should since that has changed.
const GRACE: Duration = Duration::from_secs(60);
/// Earlier views that are kept of a grace's time; of more, the oldest go.
const EARLIER: usize = 16;

/// What a fleet is served, with what it was served within the grace.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    view: Option<Arc<View>>,
    /// Newest first, each with when it ended to be so.
    earlier: Vec<(Option<Arc<View>>, Duration)>,
}

/// What an instance says of itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runs<'a> {
    /// Its id.
    pub(crate) instance: &'a str,
    /// The version that it runs.
    pub(crate) version: &'a str,
    /// The log's position of that; 0 if it is not known.
    pub(crate) position: u64,
    /// The version that it refused; empty if there is none.
    pub(crate) refused: &'a str,
}

impl Seen {
    /// What is known of it first, perhaps nothing.
    pub(crate) fn first(view: Option<Arc<View>>, now: Duration) -> Self {
        Self::default().then_perhaps(view, now)
    }

    /// What follows after this.
    pub(crate) fn then(&self, view: Arc<View>, now: Duration) -> Self {
        self.then_perhaps(Some(view), now)
    }

    fn then_perhaps(&self, view: Option<Arc<View>>, now: Duration) -> Self {
        let before = std::iter::once((self.view.clone(), now));
        let recent = |(_, ended): &(_, Duration)| now.saturating_sub(*ended) <= GRACE;
        let earlier = before.chain(self.earlier.iter().filter(|one| recent(one)).cloned());
        Self {
            view,
            earlier: earlier.take(EARLIER).collect(),
        }
    }

    /// The view, if it is known.
    pub(crate) fn view(&self) -> Option<&View> {
        self.view.as_deref()
    }

    /// Whether an instance runs another version than it should, for longer than it may.
    pub(crate) fn drifts(
        &self,
        view: &View,
        expected: &Expected<'_>,
        runs: Runs<'_>,
        now: Duration,
    ) -> bool {
        let is_right = expected.is_right(runs.version);
        if is_right && runs.refused.is_empty() {
            return false;
        }
        let standing = Standing {
            has_none: runs.version.is_empty(),
            refuses: expected.is_right(runs.refused),
            is_right,
            was_served: view.served(runs.version).next().is_some(),
            is_ahead: runs.position > view.position,
            is_settled: self.is_settled(expected.version(), runs.instance, now),
        };
        standing.drifts()
    }

    /// Whether an instance should have run this version for all of the grace. What was not known
    /// may have been another.
    fn is_settled(&self, version: &str, instance: &str, now: Duration) -> bool {
        let within = |ended: Duration| now.saturating_sub(ended) <= GRACE;
        let earlier = self.earlier.iter().filter(|(_, ended)| within(*ended));
        earlier.into_iter().all(|(view, _)| {
            let expected = view.as_deref().and_then(|view| view.expected(instance));
            expected.is_some_and(|expected| expected.version() == version)
        })
    }
}

#[cfg(test)]
mod tests {
    use vortex_views::{Arms, History, Served, Variant};

    use super::*;

    fn view(position: u64, version: &str) -> Arc<View> {
        let served = ["v1", "v2"].map(|name| Served {
            names: vec![name.into()],
            digest: name.into(),
            since: 1,
            at: None,
            arms: Some(Arms::STABLE),
        });
        Arc::new(View {
            position,
            variants: vec![Variant {
                version: version.into(),
                ..Variant::default()
            }],
            history: History::new(served.into()),
            ..View::default()
        })
    }

    fn second(second: u64) -> Duration {
        Duration::from_secs(1_000 + second)
    }

    fn drifts(seen: &Seen, version: &str, now: u64) -> bool {
        let view = seen.view().unwrap();
        let runs = Runs {
            instance: "pod-1",
            version,
            position: 0,
            refused: "",
        };
        seen.drifts(view, &view.expected("pod-1").unwrap(), runs, second(now))
    }

    #[test]
    fn who_is_behind_has_a_minute_from_when_that_changed() {
        let seen = Seen::first(Some(view(5, "v1")), second(0)).then(view(6, "v2"), second(100));
        assert!(!drifts(&seen, "v2", 100));
        assert!(!drifts(&seen, "v1", 160));
        assert!(drifts(&seen, "v1", 161));
        // what changes without another version gives no more time
        let moved = seen.then(view(7, "v2"), second(150));
        assert!(drifts(&moved, "v1", 165));
    }

    #[test]
    fn what_was_not_known_for_a_minute_may_have_been_another() {
        let seen = Seen::first(Some(view(5, "v2")), second(0));
        assert!(!drifts(&seen, "v1", 60));
        assert!(drifts(&seen, "v1", 61));
        assert!(drifts(&seen, "v0", 0), "it was never served");
    }

    #[test]
    fn only_what_was_right_within_the_grace_is_kept() {
        let mut seen = Seen::first(Some(view(5, "v1")), second(0));
        for change in 1..100 {
            seen = seen.then(view(5 + change, "v1"), second(change));
            assert!(seen.earlier.len() <= EARLIER);
        }
        seen = seen.then(view(200, "v2"), second(300));
        assert_eq!(seen.earlier.len(), 1);
    }
}
