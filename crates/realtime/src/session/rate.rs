//! How many messages a client may send.

use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(1);
/// Messages over the limit, in seconds that follow each other, after which a client is closed.
const ABUSE: u32 = 100;

/// Counts what comes in windows of a second.
#[derive(Debug, Default)]
pub(super) struct Rate {
    began: Option<Duration>,
    count: u32,
    /// Of this window and those before it that had any.
    excess: u32,
    excess_now: u32,
}

/// Whether a message is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is.
    Yes,
    /// It is the first of this second that is not: say so.
    FirstNot,
    /// It is not, like others before.
    Not,
    /// It is not, and the client does not care.
    Abuse,
}

impl Rate {
    /// Counts a message.
    pub(super) fn take(&mut self, now: Duration, limit: u32) -> Taken {
        if self.began.is_none_or(|began| now >= began + WINDOW) {
            let recent = self.began.is_some_and(|began| now < began + WINDOW * 2);
            if !recent || self.excess_now == 0 {
                self.excess = 0;
            }
            (self.began, self.count, self.excess_now) = (Some(now), 0, 0);
        }
        self.count = self.count.saturating_add(1);
        if self.count <= limit {
            return Taken::Yes;
        }
        self.excess = self.excess.saturating_add(1);
        self.excess_now += 1;
        match (self.excess > ABUSE, self.excess_now) {
            (true, _) => Taken::Abuse,
            (false, 1) => Taken::FirstNot,
            (false, _) => Taken::Not,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_hundred_are_taken_in_a_second_and_the_first_of_the_others_is_answered() {
        let mut rate = Rate::default();
        for second in 0..5 {
            for number in 0..100 {
                assert_eq!(rate.take(ms(second * 1000 + number), 100), Taken::Yes);
            }
        }
        assert_eq!(rate.take(ms(4500), 100), Taken::FirstNot);
        assert_eq!(rate.take(ms(4501), 100), Taken::Not);
        assert_eq!(rate.take(ms(5000), 100), Taken::Yes);
    }

    #[test]
    fn who_sends_too_many_over_and_over_abuses_it() {
        let mut rate = Rate::default();
        let mut not = 0;
        let ended = (0..).find(|number| match rate.take(ms(number * 5), 100) {
            Taken::Yes => false,
            Taken::FirstNot | Taken::Not => {
                not += 1;
                false
            }
            Taken::Abuse => true,
        });
        assert_eq!(not, ABUSE);
        assert!(
            ended.unwrap() < 500,
            "200 messages a second: in its second second"
        );
    }

    #[test]
    fn a_burst_now_and_then_is_forgiven() {
        let mut rate = Rate::default();
        for burst in 0..20 {
            for number in 0..150 {
                let taken = rate.take(ms(burst * 3000 + number), 100);
                assert_ne!(taken, Taken::Abuse);
            }
        }
    }
}
