//! Since when somebody who is asked is away, in words and in `/health`.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use vortex_kit::health::Health;

/// How it stands with somebody who is asked.
pub(super) struct Standing {
    /// The name of the degradation.
    name: String,
    health: Health,
    /// Since when there was no answer.
    since: Mutex<Option<Timestamp>>,
}

impl Standing {
    pub(super) fn new(name: String, health: Health) -> Self {
        Self {
            name,
            health,
            since: Mutex::default(),
        }
    }

    /// There was no answer at `now`. Answers the reason with the time since when that is so.
    pub(super) fn is_away(&self, now: Timestamp, why: &str) -> String {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        let since = *since.get_or_insert(now);
        let told = format!("it has not answered since {since:.0}: {why}");
        self.health.degrade(&self.name, told.clone());
        told
    }

    /// There was an answer.
    pub(super) fn is_there(&self) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.take().is_some() {
            self.health.recover(&self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_since_when_somebody_is_away() {
        let health = Health::new("rollout-svc", "0.1.0");
        let standing = Standing::new("provider main".to_owned(), health.clone());
        let told = || health.snapshot().degradations.get("provider main").cloned();
        let first = "1970-01-01T00:00:00Z";
        let at = |second| Timestamp::from_second(second).unwrap();
        let why = standing.is_away(at(0), "refused");
        assert_eq!(why, format!("it has not answered since {first}: refused"));
        let why = standing.is_away(at(60), "no whole answer");
        assert_eq!(
            why,
            format!("it has not answered since {first}: no whole answer")
        );
        assert_eq!(told(), Some(why));
        standing.is_there();
        assert_eq!(told(), None);
    }
}
