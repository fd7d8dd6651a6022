//! How much one caller may ask for.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::Clock as Measure,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use quick_cache::sync::Cache;
use vortex_access::{Kind, Name, Principal};

use crate::{
    clock::Clock,
    error::{Fault, Reason},
    settings::CallerLimits,
};

/// Callers whose calls are counted: those that called last. Who is forgotten begins anew.
const CALLERS: usize = 10_000;
/// How many seconds' worth of calls may come at once.
const BURST: u32 = 4;
/// When to try again for a watch: others have to end first.
const WATCH_AGAIN: Duration = Duration::from_secs(5);

/// What a call counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// It changes nothing.
    Read,
    /// It changes something.
    Write,
    /// It reports what was seen.
    Report,
    /// It lasts.
    Watch,
}

/// What callers have left.
pub(super) struct Limits {
    settings: CallerLimits,
    callers: Cache<Identity, Arc<Left>>,
    clock: Monotonic,
}

/// A watch that counts while it is open.
#[derive(Debug)]
pub struct Watching(Arc<Left>);

/// Who is told apart from others: a key that was rotated stays the same.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Identity {
    is_key: bool,
    name: Name,
}

struct Left {
    reads: Option<Rate>,
    writes: Option<Rate>,
    reports: Option<Rate>,
    watches: AtomicU32,
}

type Rate = RateLimiter<NotKeyed, InMemoryState, Monotonic, NoOpMiddleware<Duration>>;

/// Our clock, as governor takes one.
#[derive(Clone, Debug)]
struct Monotonic(Arc<dyn Clock>);

impl Measure for Monotonic {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

impl Limits {
    pub(super) fn new(settings: CallerLimits, clock: Arc<dyn Clock>) -> Self {
        Self {
            settings,
            callers: Cache::new(CALLERS),
            clock: Monotonic(clock),
        }
    }

    /// Counts a call of `principal`; a watch counts for as long as what this gives is kept.
    ///
    /// # Errors
    /// [`Reason::RateLimited`], with when to try again.
    pub(super) fn count(
        &self,
        principal: &Principal,
        call: Counted,
    ) -> Result<Option<Watching>, Fault> {
        let a_second = call.limit(&self.settings);
        // without a limit nothing is looked up; watches are counted all the same
        if a_second == 0 && call != Counted::Watch {
            return Ok(None);
        }
        let Some(identity) = Identity::of(principal) else {
            return Ok(None);
        };
        let made = self.callers.get_or_insert_with(&identity, || {
            Ok::<_, std::convert::Infallible>(Arc::new(self.all()))
        });
        let Ok(left) = made;
        let rate = match call {
            Counted::Watch => return left.watch(a_second).map(Some),
            Counted::Read => &left.reads,
            Counted::Write => &left.writes,
            Counted::Report => &left.reports,
        };
        match rate.as_ref().map_or(Ok(()), |rate| rate.check()) {
            Ok(()) => Ok(None),
            Err(not_yet) => {
                let wait = not_yet.wait_time_from(self.clock.now());
                let what = call.as_str();
                let message = format!("one caller may make {a_second} {what} a second");
                Err(Fault::new(Reason::RateLimited, message)
                    .with("limit", a_second)
                    .retry_after(wait))
            }
        }
    }

    fn all(&self) -> Left {
        let rate = |a_second: u32| {
            let a_second = NonZeroU32::new(a_second)?;
            let burst = a_second.saturating_mul(NonZeroU32::new(BURST)?);
            let quota = Quota::per_second(a_second).allow_burst(burst);
            Some(RateLimiter::direct_with_clock(quota, self.clock.clone()))
        };
        Left {
            reads: rate(self.settings.caller_reads),
            writes: rate(self.settings.caller_writes),
            reports: rate(self.settings.caller_reports),
            watches: AtomicU32::new(0),
        }
    }
}

impl Left {
    fn watch(self: Arc<Self>, at_most: u32) -> Result<Watching, Fault> {
        let more = |open: u32| (at_most == 0 || open < at_most).then_some(open + 1);
        let taken = self
            .watches
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        match taken {
            Ok(_) => Ok(Watching(self)),
            Err(_) => {
                let message = format!("one caller may have {at_most} watches open at once");
                Err(Fault::new(Reason::RateLimited, message)
                    .with("limit", at_most)
                    .retry_after(WATCH_AGAIN))
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.watches.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Counted {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Read => "reads",
            Self::Write => "writes",
            Self::Report => "reports",
            Self::Watch => "watches",
        }
    }

    /// How many of them one caller may make a second, or have at once.
    fn limit(self, settings: &CallerLimits) -> u32 {
        match self {
            Self::Read => settings.caller_reads,
            Self::Write => settings.caller_writes,
            Self::Report => settings.caller_reports,
            Self::Watch => settings.caller_watches,
        }
    }
}

impl Identity {
    /// Who calls; none for who is told apart from nobody, and for this cluster's own work.
    fn of(principal: &Principal) -> Option<Self> {
        let is_key = match principal.kind() {
            Kind::Key(_) => true,
            Kind::Jwt => false,
            Kind::Service | Kind::Anonymous => return None,
        };
        Some(Self {
            is_key,
            name: principal.name().clone(),
        })
    }
}

impl std::fmt::Debug for Left {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Left")
            .field("watches", &self.watches)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use vortex_access::{KeyId, Principal};

    use super::*;
    use crate::clock::Manual;

    fn limits(settings: CallerLimits) -> (Limits, Arc<Manual>) {
        let clock = Arc::new(Manual::starting_at(Timestamp::UNIX_EPOCH));
        (Limits::new(settings, clock.clone()), clock)
    }

    fn caller(name: &str) -> Principal {
        let id: KeyId = "0123456789abcdef".parse().unwrap();
        Principal::new(Kind::Key(id), name.parse().unwrap(), [])
    }

    #[test]
    fn a_caller_has_four_seconds_worth_at_once_and_then_so_many_a_second() {
        let (limits, clock) = limits(CallerLimits {
            caller_writes: 10,
            ..CallerLimits::default()
        });
        let (ann, bob) = (caller("ann"), caller("bob"));
        let write = |who: &Principal| limits.count(who, Counted::Write).map(drop);
        for number in 0..40 {
            assert!(write(&ann).is_ok(), "{number}");
        }
        let refused = write(&ann).unwrap_err();
        assert_eq!(refused.reason(), Reason::RateLimited);
        let wait = refused.retry_delay().unwrap();
        assert!(wait <= Duration::from_millis(100), "{wait:?}");
        // others, and what is counted apart
        assert!(write(&bob).is_ok());
        assert!(limits.count(&ann, Counted::Read).is_ok());
        clock.advance(wait + Duration::from_millis(1));
        assert!(write(&ann).is_ok());
        assert!(write(&ann).is_err());
    }

    #[test]
    fn watches_count_while_they_are_open() {
        let (limits, _) = limits(CallerLimits {
            caller_watches: 2,
            ..CallerLimits::default()
        });
        let ann = caller("ann");
        let watch = || limits.count(&ann, Counted::Watch);
        let first = watch().unwrap();
        let _second = watch().unwrap();
        assert_eq!(watch().unwrap_err().reason(), Reason::RateLimited);
        drop(first);
        assert!(watch().is_ok());
    }

    #[test]
    fn nothing_is_a_limit_of_none_and_nobody_is_not_counted() {
        let (limits, _) = limits(CallerLimits {
            caller_reads: 0,
            caller_writes: 1,
            caller_reports: 0,
            caller_watches: 0,
        });
        let ann = caller("ann");
        for _ in 0..100_000 {
            assert!(limits.count(&ann, Counted::Read).is_ok());
            assert!(limits.count(&Principal::open(), Counted::Write).is_ok());
            assert!(limits.count(&Principal::process(), Counted::Write).is_ok());
        }
        let open: Vec<_> = (0..1_000)
            .map(|_| limits.count(&ann, Counted::Watch).unwrap())
            .collect();
        assert_eq!(open.len(), 1_000);
    }
}
