//! What follows an attempt to send an event: pure.

use std::{fmt, time::Duration};

use reqwest::StatusCode;
use vortex_backoff::Backoff;

use crate::Pace;

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The sink has the event.
    Taken,
    /// The sink wants no such event, or is not there any more.
    Refused(StatusCode),
    /// The sink may take it later.
    Later {
        /// What went wrong.
        why: String,
        /// The pause that it asks for.
        pause: Option<Duration>,
    },
}

/// What to do next with the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is done with.
    Done,
    /// It is given up.
    GiveUp,
    /// It is sent again after a pause.
    Again(Duration),
}

/// The attempts to send one event.
#[derive(Clone, Debug)]
pub(crate) struct Attempts {
    pace: Pace,
    backoff: Backoff,
    refusals: u32,
}

impl Answer {
    /// What a status says. `pause` is what the sink asks for.
    pub(crate) fn of(status: StatusCode, pause: Option<Duration>) -> Self {
        match status {
            _ if status.is_success() => Self::Taken,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => later(status, pause),
            _ if status.is_client_error() => Self::Refused(status),
            _ => later(status, pause),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken => f.write_str("it was taken"),
            Self::Refused(status) => write!(f, "the answer was {status}"),
            Self::Later { why, .. } => f.write_str(why),
        }
    }
}

fn later(status: StatusCode, pause: Option<Duration>) -> Answer {
    let hint = match status.is_redirection() {
        true => ": redirects are not followed",
        false => "",
    };
    let why = format!("the answer was {status}{hint}");
    Answer::Later { why, pause }
}

impl Attempts {
    pub(crate) fn new(pace: Pace) -> Self {
        Self {
            pace,
            backoff: pace.backoff(),
            refusals: 0,
        }
    }

    /// What to do after an attempt. `random` is in `0.0..1.0`.
    pub(crate) fn ended(&mut self, answer: &Answer, random: f64) -> Next {
        match answer {
            Answer::Taken => Next::Done,
            Answer::Refused(_) => {
                self.refusals += 1;
                match self.refusals >= self.pace.refusals {
                    true => Next::GiveUp,
                    false => Next::Again(self.backoff.pause(random)),
                }
            }
            Answer::Later { pause, .. } => {
                let asked = pause.unwrap_or_default().min(self.pace.asked);
                Next::Again(self.backoff.pause(random).max(asked))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Leaves pauses as they are.
    const MIDDLE: f64 = 0.5;

    fn attempts() -> Attempts {
        Attempts::new(Pace::default())
    }

    fn answered(status: u16) -> Answer {
        Answer::of(StatusCode::from_u16(status).unwrap(), None)
    }

    fn seconds(next: Next) -> u64 {
        match next {
            Next::Again(pause) => pause.as_secs(),
            done => panic!("{done:?}"),
        }
    }

    #[test]
    fn a_status_says_whether_the_sink_has_the_event_wants_it_later_or_never() {
        for status in [200, 202, 204] {
            assert_eq!(answered(status), Answer::Taken);
        }
        for status in [400, 401, 403, 404, 410, 413, 422] {
            assert!(matches!(answered(status), Answer::Refused(_)), "{status}");
        }
        for status in [301, 307, 408, 429, 500, 502, 503, 504] {
            assert!(matches!(answered(status), Answer::Later { .. }), "{status}");
        }
    }

    #[test]
    fn what_is_refused_is_given_up_after_some_tries() {
        let mut attempts = attempts();
        let refused = answered(410);
        let pauses = (0..7).map(|_| seconds(attempts.ended(&refused, MIDDLE)));
        assert_eq!(pauses.collect::<Vec<_>>(), [1, 2, 4, 8, 16, 32, 64]);
        assert_eq!(attempts.ended(&refused, MIDDLE), Next::GiveUp);
    }

    #[test]
    fn what_fails_is_sent_again_without_end_and_failures_are_no_refusals() {
        let mut attempts = attempts();
        for _ in 0..1_000 {
            assert!(matches!(
                attempts.ended(&answered(500), MIDDLE),
                Next::Again(_)
            ));
        }
        assert_eq!(seconds(attempts.ended(&answered(500), MIDDLE)), 300);
        assert!(matches!(
            attempts.ended(&answered(404), MIDDLE),
            Next::Again(_)
        ));
        assert_eq!(attempts.ended(&Answer::Taken, MIDDLE), Next::Done);
    }

    #[test]
    fn a_sink_may_ask_for_a_longer_pause_within_bounds() {
        let asks = |seconds| {
            let pause = Some(Duration::from_secs(seconds));
            Answer::of(StatusCode::TOO_MANY_REQUESTS, pause)
        };
        for (asked, expected) in [(0, 1), (30, 30), (3_600, 900), (u64::MAX, 900)] {
            let next = attempts().ended(&asks(asked), MIDDLE);
            assert_eq!(seconds(next), expected);
        }
    }
}
