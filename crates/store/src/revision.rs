//! Revisions: points in a store's history.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A point in a store's history: the number of the transaction that made it.
///
/// `Revision(0)` is before everything, and stands for "absent" where a key's modification is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

impl Revision {
    /// Before the first transaction; of a key, that it is absent.
    pub const ABSENT: Self = Self(0);

    /// The revision of the transaction after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The identity of one store's history, made when the store is created and kept for its life.
///
/// Revisions of different stores cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreId(Uuid);

impl StoreId {
    /// A new, random identity.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for StoreId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl From<StoreId> for Uuid {
    fn from(id: StoreId) -> Self {
        id.0
    }
}
