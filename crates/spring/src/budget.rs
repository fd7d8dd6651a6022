//! Limits on the work and size of one answer.

/// Bytes of one answer at most.
const ANSWER_BYTES: usize = 16 << 20;
/// Bytes put together for the placeholders of one answer at most.
const RESOLVED_BYTES: usize = 16 << 20;
/// Keys looked up for one answer at most.
const LOOKUPS: usize = 1_000_000;
/// The part of it that may run on a thread that others wait for: well below a millisecond.
const AT_ONCE: usize = 256 << 10;
const LOOKUPS_AT_ONCE: usize = 2_000;
/// Work, in about the time that a byte takes, between two looks at whether anybody still waits.
const UNWATCHED: usize = 64 << 10;
/// The cost of a step besides the bytes that it copies.
const STEP: usize = 64;

/// Why an answer is not put together to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Spent {
    /// The answer is too large.
    #[error("the answer has more than {0} bytes")]
    Bytes(usize),
    /// The values of its placeholders are too large together.
    #[error("its placeholders stand for more than {0} bytes of text")]
    Resolved(usize),
    /// It takes too many look-ups.
    #[error("its placeholders take more than {0} look-ups")]
    Lookups(usize),
    /// Whoever asked no longer waits.
    #[error("the caller no longer waits for the answer")]
    GivenUp,
}

impl Spent {
    /// The limit that was exceeded, by the name that callers see; none when the caller gave up.
    pub fn limit(self) -> Option<(&'static str, usize)> {
        match self {
            Self::Bytes(limit) | Self::Resolved(limit) => Some(("limit_bytes", limit)),
            Self::Lookups(limit) => Some(("limit_lookups", limit)),
            Self::GivenUp => None,
        }
    }
}

/// The most an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the answer.
    pub bytes: usize,
    /// Bytes put together for its placeholders, each value once.
    pub resolved: usize,
    /// Keys looked up for its placeholders.
    pub lookups: usize,
}

impl Limits {
    /// The limits of any answer.
    pub const ANSWER: Self = Self {
        bytes: ANSWER_BYTES,
        resolved: RESOLVED_BYTES,
        lookups: LOOKUPS,
    };
    /// The limits of an answer on a thread that others wait for.
    pub const AT_ONCE: Self = Self {
        bytes: AT_ONCE,
        resolved: AT_ONCE,
        lookups: LOOKUPS_AT_ONCE,
    };
}

/// The rest of one answer's limits. All parts of an answer draw on one budget.
pub struct Budget<'a> {
    limits: Limits,
    left: Limits,
    gave_up: &'a dyn Fn() -> bool,
    unwatched: usize,
}

impl<'a> Budget<'a> {
    /// A whole budget. `gave_up` is asked now and then whether nobody waits any more.
    pub fn new(limits: Limits, gave_up: &'a dyn Fn() -> bool) -> Self {
        Self {
            limits,
            left: limits,
            gave_up,
            unwatched: 0,
        }
    }

    /// How much of it was used.
    pub fn used(&self) -> Limits {
        Limits {
            bytes: self.limits.bytes - self.left.bytes,
            resolved: self.limits.resolved - self.left.resolved,
            lookups: self.limits.lookups - self.left.lookups,
        }
    }

    /// How many bytes the answer may still get.
    pub(crate) fn room(&self) -> usize {
        self.left.bytes
    }

    /// The answer has no room for more.
    pub(crate) fn no_room(&self) -> Spent {
        Spent::Bytes(self.limits.bytes)
    }

    /// Takes bytes of the answer.
    pub(crate) fn write(&mut self, bytes: usize) -> Result<(), Spent> {
        let left = self.left.bytes.checked_sub(bytes);
        self.left.bytes = left.ok_or_else(|| self.no_room())?;
        self.step(bytes)
    }

    /// Takes bytes put together for placeholders.
    pub(crate) fn resolve(&mut self, bytes: usize) -> Result<(), Spent> {
        let spent = Spent::Resolved(self.limits.resolved);
        self.left.resolved = self.left.resolved.checked_sub(bytes).ok_or(spent)?;
        self.step(bytes)
    }

    /// Takes a look-up.
    pub(crate) fn look_up(&mut self) -> Result<(), Spent> {
        let spent = Spent::Lookups(self.limits.lookups);
        self.left.lookups = self.left.lookups.checked_sub(1).ok_or(spent)?;
        self.step(0)
    }

    /// Work in proportion to `bytes` of what is there already.
    pub(crate) fn step(&mut self, bytes: usize) -> Result<(), Spent> {
        self.unwatched += STEP + bytes;
        if self.unwatched < UNWATCHED {
            return Ok(());
        }
        self.unwatched = 0;
        match (self.gave_up)() {
            true => Err(Spent::GivenUp),
            false => Ok(()),
        }
    }
}

impl std::fmt::Debug for Budget<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Budget")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
