//! Says in `/health` that a sink takes nothing while events wait for it.

use std::time::Duration;

use jiff::Timestamp;
use vortex_kit::health::Health;

/// How it stands with a sink. Times are those of a clock that never goes back.
pub(crate) struct Standing {
    name: String,
    health: Health,
    late: Duration,
    /// Since when events wait and none was taken.
    since: Option<Duration>,
}

impl Standing {
    pub(crate) fn new(sink: &str, health: Health, late: Duration) -> Self {
        Self {
            name: format!("notify {sink}"),
            health,
            late,
            since: None,
        }
    }

    /// An event waits. Answers when it is late to be taken.
    pub(crate) fn waits(&mut self, now: Duration) -> Duration {
        self.since.get_or_insert(now).saturating_add(self.late)
    }

    /// The event that happened at `oldest` still waits, because of `why`.
    pub(crate) fn look(&self, now: Duration, oldest: Timestamp, why: &str) {
        let Some(since) = self.since else { return };
        let waited = now.saturating_sub(since);
        if waited >= self.late {
            let minutes = waited.as_secs() / 60;
            let told = format!(
                "it has taken nothing for {minutes} min, and events since {oldest:.0} wait: {why}"
            );
            self.health.degrade(&self.name, told);
        }
    }

    /// An event was taken.
    pub(crate) fn takes(&mut self) {
        self.since = None;
        self.health.recover(&self.name);
    }

    /// An event was given up because of `why`. This is told until one is taken: it may be that the
    /// sink takes none at all.
    pub(crate) fn refuses(&self, event: &str, why: &str) {
        let told = format!("it has refused the event {event}, which is lost to it: {why}");
        self.health.degrade(&self.name, told);
    }

    /// No event waits.
    pub(crate) fn rests(&mut self) {
        self.since = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_sink_that_takes_nothing_for_too_long_is_told_until_it_does() {
        let health = Health::new("rollout-svc", "0.1.0");
        let mut standing = Standing::new("chat", health.clone(), 5 * MINUTE);
        let told = || health.snapshot().degradations.get("notify chat").cloned();
        let oldest = Timestamp::UNIX_EPOCH;
        assert_eq!(standing.waits(MINUTE), 6 * MINUTE);
        // the next attempt, and the next event, change nothing
        assert_eq!(standing.waits(2 * MINUTE), 6 * MINUTE);
        standing.look(5 * MINUTE, oldest, "it is away");
        assert_eq!(told(), None);
        standing.look(7 * MINUTE, oldest, "it is away");
        assert_eq!(
            told().unwrap(),
            "it has taken nothing for 6 min, and events since 1970-01-01T00:00:00Z wait: it is away"
        );
        standing.takes();
        assert_eq!(told(), None);
        standing.look(20 * MINUTE, oldest, "nothing waits");
        assert_eq!(told(), None);
    }

    #[test]
    fn what_is_lost_to_a_sink_is_told_until_it_takes_something() {
        let health = Health::new("rollout-svc", "0.1.0");
        let mut standing = Standing::new("chat", health.clone(), 5 * MINUTE);
        standing.waits(MINUTE);
        standing.refuses("rollout/r1/3", "the answer was 410 Gone");
        standing.rests();
        assert_eq!(
            health.snapshot().degradations["notify chat"],
            "it has refused the event rollout/r1/3, which is lost to it: the answer was 410 Gone"
        );
        standing.takes();
        assert!(health.snapshot().degradations.is_empty());
    }
}
