//! Callers that were let in lately, each thread's own.
//!
//! Nearly every call of a fleet shows a key that the call before showed. To read it, to hash it and
//! to look it up costs more than all else of knowing it, and to share what was found among threads
//! would cost about as much again: each call would count a reference to the same principal, and wait
//! for the other cores that do the same. So each thread remembers a few, and asks only whether what
//! it found may have changed since.

use std::cell::RefCell;

use jiff::Timestamp;
use vortex_access::Now;

use super::{Caller, Keys};

/// How many a thread remembers; one place for each remainder of a key's id.
const PLACES: usize = 16;

thread_local! {
    static PLACE: [RefCell<Option<Lately>>; PLACES] = const { [const { RefCell::new(None) }; PLACES] };
}

/// What is remembered of a caller who was let in by a key.
pub(super) struct Lately {
    /// Which gate let it in: a process may have several, which know other keys.
    pub(super) gate: u64,
    /// Of the keys, before it was verified.
    pub(super) revision: u64,
    /// From when on its key is not valid any more.
    pub(super) until: Option<Timestamp>,
    pub(super) caller: Caller,
}

impl Lately {
    /// Who shows a key, if this thread knows and nothing can have changed since.
    pub(super) fn find(gate: u64, shown: &[u8], keys: &dyn Keys, now: Now) -> Option<Caller> {
        with_place(shown, |place| {
            let known = place.as_ref()?;
            let holds = known.gate == gate
                && known.caller.showed(shown)
                && keys.revision(now.monotonic) == Some(known.revision)
                && known.until.is_none_or(|end| now.wall < end);
            holds.then(|| known.caller.clone())
        })
    }

    /// Remembers who showed a key.
    pub(super) fn keep(self, shown: &[u8]) {
        with_place(shown, |place| {
            *place = Some(self);
            Some(())
        });
    }
}

fn with_place<T>(shown: &[u8], at: impl FnOnce(&mut Option<Lately>) -> Option<T>) -> Option<T> {
    let index = vortex_access::ApiKey::place(shown)? % PLACES;
    // while a thread ends there is none
    let found = PLACE.try_with(|places| at(&mut places[index].borrow_mut()));
    found.ok().flatten()
}

#[cfg(test)]
mod tests;
