//! How many connections begin in a second.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use vortex_kit::error::{Fault, Reason};

/// The longest time that a client is told to wait.
const RETRY: Duration = Duration::from_secs(1);

/// Lets so many connections begin in a second, and a second's worth of them at once.
#[derive(Debug)]
pub(super) struct Door {
    a_second: u32,
    /// When the last of those that began will have had its turn.
    turn: Mutex<Duration>,
}

impl Door {
    /// A door for so many a second; 0 is no limit.
    pub(super) fn new(a_second: u32) -> Self {
        Self {
            a_second,
            turn: Mutex::default(),
        }
    }

    /// Lets one in. Fails with `OVERLOADED`.
    pub(super) fn admit(&self, now: Duration) -> Result<(), Fault> {
        if self.a_second == 0 {
            return Ok(());
        }
        let each = Duration::from_secs(1) / self.a_second;
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let next = (*turn).max(now) + each;
        if next > now + RETRY {
            let message = format!("{} connections began in the last second", self.a_second);
            return Err(Fault::new(Reason::Overloaded, message).retry_after(RETRY));
        }
        *turn = next;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seconds_worth_comes_at_once_and_then_so_many_a_second() {
        let door = Door::new(10);
        let came = |second: u64| {
            let now = Duration::from_secs(second);
            (0..100).filter(|_| door.admit(now).is_ok()).count()
        };
        assert_eq!((came(5), came(5), came(6), came(60)), (10, 0, 10, 10));
        let now = Duration::from_secs(60);
        assert_eq!(door.admit(now).unwrap_err().retry_delay(), Some(RETRY));
        let open = Door::new(0);
        assert!((0..10_000).all(|_| open.admit(now).is_ok()));
    }
}
