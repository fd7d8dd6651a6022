//! The underlying library's description of an error. It speaks of internals, so only `Debug` shows
//! it.

use std::fmt;

/// What lies below an [`Error`](crate::Error), for developers.
pub struct Cause(gix::Error);

impl Cause {
    pub(crate) fn new(error: gix::Error) -> Self {
        Self(error)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let causes = self.0.iter_errors().map(ToString::to_string);
        formatter.debug_list().entries(causes).finish()
    }
}
