//! The newest position that callers of this gateway were told: no answer from memory may be older.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::AcqRel, Ordering::Acquire},
};

use arc_swap::ArcSwapOption;
use vortex_views::Token;

/// The newest position that was told. A clone is a pointer.
///
/// Some answers tell of what has happened without a token: that a rollout has moved, say. What that
/// means for positions is in doubt then, until config-svc has answered a read that began later.
#[derive(Clone, Debug, Default)]
pub(crate) struct Floor(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    told: ArcSwapOption<Told>,
    /// How often there was a doubt, and how many of these are settled.
    doubts: AtomicU64,
    settled: AtomicU64,
}

/// The doubts of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Doubts(u64);

#[derive(Debug)]
struct Told {
    /// The first one of its store.
    token: Token,
    newest: AtomicU64,
}

impl Floor {
    /// Notes a token that is about to be told. What is none is passed over.
    pub(crate) fn note(&self, token: &str) {
        if let Ok(token) = token.parse() {
            self.raise(token);
        }
    }

    /// Notes a position that is about to be told.
    pub(crate) fn raise(&self, token: Token) {
        loop {
            let told = self.0.told.load();
            if let Some(told) = told.as_ref().filter(|told| told.token.store == token.store) {
                // mostly it is no news, and then no cache line has to be had for writing
                if told.newest.load(Acquire) < token.position {
                    told.newest.fetch_max(token.position, AcqRel);
                }
                return;
            }
            // the store is another one after a restore
            let new = Arc::new(Told {
                token,
                newest: AtomicU64::new(token.position),
            });
            let before = self.0.told.compare_and_swap(&*told, Some(new));
            if same(&told, &before) {
                return;
            }
        }
    }

    /// Notes that something is about to be told that may have moved positions.
    pub(crate) fn doubt(&self) {
        self.0.doubts.fetch_add(1, AcqRel);
    }

    /// The doubts that there are now.
    pub(crate) fn doubts(&self) -> Doubts {
        Doubts(self.0.doubts.load(Acquire))
    }

    /// Settles these: config-svc has answered a read that began after they were there, and its token
    /// was noted.
    pub(crate) fn settle(&self, doubts: Doubts) {
        self.0.settled.fetch_max(doubts.0, AcqRel);
    }

    /// Whether an answer at this position is as new as all that was told.
    pub(crate) fn allows(&self, token: &Token) -> bool {
        if self.0.settled.load(Acquire) < self.0.doubts.load(Acquire) {
            return false;
        }
        let told = self.0.told.load();
        told.as_ref().is_none_or(|told| {
            told.token.store == token.store && told.newest.load(Acquire) <= token.position
        })
    }
}

fn same(one: &Option<Arc<Told>>, other: &Option<Arc<Told>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(store: char, position: u64) -> Token {
        let store: String = std::iter::repeat_n(store, 32).collect();
        format!("{store}:{position}").parse().unwrap()
    }

    #[test]
    fn what_was_told_is_the_least_that_may_be_answered() {
        let floor = Floor::default();
        assert!(floor.allows(&token('a', 0)));
        floor.note("no token");
        floor.raise(token('a', 7));
        floor.note(&token('a', 5).to_string());
        let allowed = [6, 7, 8].map(|position| floor.allows(&token('a', position)));
        assert_eq!(allowed, [false, true, true]);
    }

    #[test]
    fn a_doubt_stays_until_a_read_that_began_after_it_is_answered() {
        let floor = Floor::default();
        floor.raise(token('a', 7));
        let before = floor.doubts();
        floor.doubt();
        assert!(!floor.allows(&token('a', 9)));
        // one that began earlier may have been answered with what was then
        floor.settle(before);
        assert!(!floor.allows(&token('a', 9)));
        let now = floor.doubts();
        floor.raise(token('a', 8));
        floor.settle(now);
        assert!(floor.allows(&token('a', 8)) && !floor.allows(&token('a', 7)));
    }

    #[test]
    fn no_position_of_another_store_is_as_new() {
        let floor = Floor::default();
        floor.raise(token('a', 7));
        assert!(!floor.allows(&token('b', 9)));
        floor.raise(token('b', 2));
        assert!(floor.allows(&token('b', 2)) && !floor.allows(&token('a', 9)));
    }
}
