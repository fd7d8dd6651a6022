//! What was asked for lately, so that a view is followed once it is asked for again.

use std::{sync::Arc, time::Duration};

use quick_cache::sync::Cache;
use vortex_kit::clock::Clock;
use vortex_views::{Content, Fleet};

/// Within how long a view has to be asked for twice.
const WITHIN: Duration = Duration::from_secs(10);
/// The most that are kept in mind; those that were asked for longest ago go first, roughly.
const MOST: usize = 10_000;

/// What was asked for once lately, and when.
#[derive(Debug)]
pub(super) struct Asked {
    clock: Arc<dyn Clock>,
    once: Cache<(Fleet, Content), Duration>,
}

impl Asked {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            once: Cache::new(MOST),
        }
    }

    /// Notes that a view is asked for; whether it was before, within 10 s.
    pub(super) fn is_again(&self, fleet: &Fleet, content: Content) -> bool {
        let (key, now) = ((fleet.clone(), content), self.clock.monotonic());
        let before = self.once.get(&key);
        match before.is_some_and(|before| now.saturating_sub(before) <= WITHIN) {
            true => {
                self.once.remove(&key);
                true
            }
            false => {
                self.once.insert(key, now);
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use vortex_kit::clock::Manual;

    use super::*;

    #[test]
    fn what_is_asked_for_twice_within_ten_seconds_is_asked_for_again() {
        let clock = Manual::starting_at(Timestamp::UNIX_EPOCH);
        let asked = Asked::new(Arc::new(clock.clone()));
        let fleet = |app: &str| Fleet::new(app, &["prod"], "").unwrap();
        let orders = |asked: &Asked| asked.is_again(&fleet("orders"), Content::Config);
        assert!(!orders(&asked));
        assert!(!asked.is_again(&fleet("billing"), Content::Config));
        let environment = Content::Environment { origins: false };
        assert!(!asked.is_again(&fleet("orders"), environment));
        clock.advance(WITHIN);
        assert!(orders(&asked));
        assert!(!orders(&asked));
        clock.advance(WITHIN + Duration::from_millis(1));
        assert!(!orders(&asked));
    }
}
