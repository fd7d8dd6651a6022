//! When to connect again: pure. Times are since the client's start.

use std::time::Duration;

use vortex_backoff::{Backoff, Jitter};

/// Within which time a stream is taken up again that was lost: at random, so that all who lost it
/// with a gateway don't come back at once.
pub(crate) const WITHIN: Duration = Duration::from_secs(5);
/// Pauses after tries that failed.
const BACKOFF: Backoff = Backoff::new(
    Duration::from_secs(1),
    Duration::from_secs(60),
    Jitter::Full,
);
/// How long a connection has to last for a loss of it to be the first one again. A gateway that
/// takes connections and drops them is not one that is back.
const PROVEN: Duration = Duration::from_secs(10);

/// The tries of one stream.
#[derive(Clone, Debug)]
pub(crate) struct Reconnect {
    within: Duration,
    backoff: Backoff,
    /// Since when it is connected.
    connected: Option<Duration>,
    /// Whether it was lost since it was proven.
    lost: bool,
}

impl Reconnect {
    /// A stream that was never connected, and is taken up within this time after it is lost.
    pub(crate) fn new(within: Duration) -> Self {
        Self {
            within,
            backoff: BACKOFF,
            connected: None,
            lost: false,
        }
    }

    /// The stream is connected, or still is.
    pub(crate) fn connected(&mut self, now: Duration) {
        self.connected.get_or_insert(now);
    }

    /// The stream is lost, or could not be connected: how long to wait before the next try.
    pub(crate) fn lost(&mut self, now: Duration, random: f64) -> Duration {
        let connected = self.connected.take();
        if connected.is_some_and(|since| now.saturating_sub(since) >= PROVEN) {
            self.backoff.reset();
            self.lost = false;
        }
        match std::mem::replace(&mut self.lost, true) || connected.is_none() {
            true => self.backoff.pause(random),
            false => self.within.mul_f64(random),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    #[test]
    fn a_lost_stream_is_back_within_five_seconds_then_ever_later() {
        let mut reconnect = Reconnect::new(WITHIN);
        reconnect.connected(NOW);
        let now = NOW + PROVEN;
        let pauses = (0..9).map(|_| reconnect.lost(now, 1.0).as_secs());
        assert_eq!(pauses.collect::<Vec<_>>(), [5, 1, 2, 4, 8, 16, 32, 60, 60]);
        // it is proven by how long it lasts, however often something is heard
        reconnect.connected(now);
        reconnect.connected(now + PROVEN / 2);
        assert_eq!(reconnect.lost(now + PROVEN, 0.5), WITHIN / 2);
    }

    #[test]
    fn who_was_never_connected_begins_with_a_second() {
        let mut reconnect = Reconnect::new(WITHIN);
        assert_eq!(reconnect.lost(NOW, 1.0), Duration::from_secs(1));
    }

    #[test]
    fn a_gateway_that_drops_what_it_takes_is_not_hammered() {
        let mut reconnect = Reconnect::new(WITHIN);
        let pauses = (0..5).map(|_| {
            reconnect.connected(NOW);
            reconnect.lost(NOW, 1.0).as_secs()
        });
        assert_eq!(pauses.collect::<Vec<_>>(), [5, 1, 2, 4, 8]);
    }
}
