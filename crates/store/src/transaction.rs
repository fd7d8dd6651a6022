//! Transactions: compares and writes that happen together or not at all.

use std::collections::HashSet;

use bytes::Bytes;

use crate::limits::{
    MAX_KEY_BYTES, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_OPERATIONS, MAX_VALUE_BYTES,
};
use crate::{Error, Result, Revision};

/// A condition of a transaction: that a key was last written at this revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compare {
    /// The key.
    pub key: Bytes,
    /// The revision that wrote it last; [`Revision::ABSENT`] when it must be absent.
    pub modified: Revision,
}

/// A change of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// Sets a key's value, whether it was there or not.
    Put {
        /// The key.
        key: Bytes,
        /// Its new value.
        value: Bytes,
    },
    /// Removes a key; nothing if it is absent.
    Delete {
        /// The key.
        key: Bytes,
    },
}

impl Write {
    /// The key that is written.
    #[must_use]
    pub fn key(&self) -> &Bytes {
        match self {
            Self::Put { key, .. } | Self::Delete { key } => key,
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Put { key, value } => key.len() + value.len(),
            Self::Delete { key } => key.len(),
        }
    }
}

/// Writes that are done together if all compares hold. A key is written at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// The conditions under which the writes are done.
    pub compares: Vec<Compare>,
    /// The writes.
    pub writes: Vec<Write>,
}

impl Transaction {
    /// A transaction of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Requires that `key` was last written at `modified`.
    #[must_use]
    pub fn require_revision(mut self, key: impl Into<Bytes>, modified: Revision) -> Self {
        let key = key.into();
        self.compares.push(Compare { key, modified });
        self
    }

    /// Requires that `key` is absent.
    #[must_use]
    pub fn require_absent(self, key: impl Into<Bytes>) -> Self {
        self.require_revision(key, Revision::ABSENT)
    }

    /// Sets the value of `key`.
    #[must_use]
    pub fn put(mut self, key: impl Into<Bytes>, value: impl Into<Bytes>) -> Self {
        let (key, value) = (key.into(), value.into());
        self.writes.push(Write::Put { key, value });
        self
    }

    /// Removes `key`.
    #[must_use]
    pub fn delete(mut self, key: impl Into<Bytes>) -> Self {
        self.writes.push(Write::Delete { key: key.into() });
        self
    }

    /// Operations: compares and writes together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.compares.len() + self.writes.len()
    }

    /// Whether it compares and writes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of all keys and values, as the limit counts them.
    #[must_use]
    pub fn size(&self) -> usize {
        let compared: usize = self.compares.iter().map(|compare| compare.key.len()).sum();
        let written: usize = self.writes.iter().map(Write::size).sum();
        compared + written
    }

    /// Holds the transaction to the limits, as every engine does before it takes one.
    ///
    /// # Errors
    /// [`Error::TransactionTooLarge`], [`Error::KeyEmpty`], [`Error::KeyTooLarge`],
    /// [`Error::ValueTooLarge`] or [`Error::KeyRepeated`].
    pub fn validate(&self) -> Result<()> {
        let (operations, bytes) = (self.len(), self.size());
        let keys = self.compares.iter().map(|compare| &compare.key);
        keys.chain(self.writes.iter().map(Write::key))
            .try_for_each(check_key)?;
        self.writes.iter().try_for_each(check_value)?;
        if operations > MAX_TRANSACTION_OPERATIONS || bytes > MAX_TRANSACTION_BYTES {
            return Err(Error::TransactionTooLarge { operations, bytes });
        }
        self.check_repeats()
    }

    fn check_repeats(&self) -> Result<()> {
        let mut seen = HashSet::with_capacity(self.writes.len());
        match self.writes.iter().find(|write| !seen.insert(write.key())) {
            Some(write) => Err(Error::KeyRepeated {
                key: write.key().clone(),
            }),
            None => Ok(()),
        }
    }
}

fn check_key(key: &Bytes) -> Result<()> {
    match key.len() {
        0 => Err(Error::KeyEmpty),
        1..=MAX_KEY_BYTES => Ok(()),
        length => Err(Error::KeyTooLarge { length }),
    }
}

fn check_value(write: &Write) -> Result<()> {
    match write {
        Write::Put { key, value } if value.len() > MAX_VALUE_BYTES => Err(Error::ValueTooLarge {
            key: key.clone(),
            length: value.len(),
        }),
        Write::Put { .. } | Write::Delete { .. } => Ok(()),
    }
}
