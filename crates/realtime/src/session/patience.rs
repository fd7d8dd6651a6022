//! How many errors a client may make.

use std::time::Duration;

/// Errors that may be made at once.
const ERRORS: u32 = 20;
/// Time after which one is forgiven.
const FORGIVEN: Duration = Duration::from_secs(1);

/// Counts errors, of which one a second is forgiven.
#[derive(Debug, Default)]
pub(super) struct Patience {
    errors: u32,
    since: Duration,
}

impl Patience {
    /// Counts an error; whether it was one too many.
    pub(super) fn is_lost(&mut self, now: Duration) -> bool {
        while self.errors > 0 && now >= self.since + FORGIVEN {
            self.errors -= 1;
            self.since += FORGIVEN;
        }
        if self.errors == 0 {
            self.since = now;
        }
        self.errors += 1;
        self.errors > ERRORS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_a_second_is_forgiven_for_ever_and_many_at_once_are_not() {
        let mut patience = Patience::default();
        for second in 0..1000 {
            assert!(!patience.is_lost(Duration::from_secs(second)));
        }
        let now = Duration::from_secs(2000);
        let lost = (0..).position(|_| patience.is_lost(now));
        assert_eq!(lost, Some(ERRORS as usize));
    }
}
