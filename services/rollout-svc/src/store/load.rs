//! Loads stored rollouts.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use bytes::Bytes;
use vortex_store::{Entry, Range, Revision};

use super::{Answered, Error, RolloutStore, codec::decode, keys};
use crate::domain::{
    AuditEntry, Breaker, ClosedSlice, Measured, Rollout, RolloutId, Spec, Standing,
};

/// All that is kept in memory.
pub(crate) struct Loaded {
    /// The rollouts, oldest first, and when they were last written.
    pub rollouts: Vec<(Rollout, Revision)>,
    /// The breaker, and when it was last written.
    pub breaker: (Breaker, Revision),
    /// The requests that were answered, in any order.
    pub requests: Vec<Answered>,
    /// The rollouts that were being taken back.
    pub reverting: BTreeSet<RolloutId>,
}

impl RolloutStore {
    /// Reads all that is kept in memory.
    ///
    /// # Errors
    /// Fails if it can't be read, or is not what this version writes.
    pub(crate) async fn load(&self) -> Result<Loaded, Error> {
        Ok(Loaded {
            rollouts: self.load_rollouts().await?,
            breaker: self.load_breaker().await?,
            requests: self
                .all(keys::requests(), |entry| decode("an answer", &entry.value))
                .await?,
            reverting: self.load_reverting().await?,
        })
    }

    async fn load_reverting(&self) -> Result<BTreeSet<RolloutId>, Error> {
        let ids = self
            .all(keys::all_reverting(), |entry| {
                let id = keys::after_group(&entry.key).unwrap_or_default();
                // the key was made from an id
                Ok(id.parse().ok())
            })
            .await?;
        Ok(ids.into_iter().flatten().collect())
    }

    async fn load_rollouts(&self) -> Result<Vec<(Rollout, Revision)>, Error> {
        let mut specs = self.load_specs().await?;
        let standings = self
            .all(keys::rollouts(), |entry| {
                let what = String::from_utf8_lossy(&entry.key);
                let standing: Standing = decode(&what, &entry.value)?;
                Ok((what.into_owned(), standing, entry.modified))
            })
            .await?;
        standings
            .into_iter()
            .map(|(key, standing, modified)| {
                let id = key.strip_prefix("rollout/").unwrap_or_default();
                let spec = specs.remove(id).ok_or_else(|| Error::Missing {
                    what: format!("spec/{id}"),
                })?;
                let spec: Spec = decode(&format!("spec/{id}"), &spec)?;
                let spec = Arc::new(spec);
                Ok((Rollout { spec, standing }, modified))
            })
            .collect()
    }

    async fn load_specs(&self) -> Result<HashMap<String, Vec<u8>>, Error> {
        let mut specs: HashMap<String, Vec<u8>> = HashMap::new();
        let parts = self
            .all(keys::specs(), |entry| {
                let id = keys::after_group(&entry.key).unwrap_or_default();
                Ok((id.to_owned(), entry.value))
            })
            .await?;
        for (id, part) in parts {
            specs.entry(id).or_default().extend_from_slice(&part);
        }
        Ok(specs)
    }

    async fn load_breaker(&self) -> Result<(Breaker, Revision), Error> {
        match self
            .engine
            .get(Bytes::from_static(keys::BREAKER.as_bytes()))
            .await?
        {
            Some(entry) => Ok((decode(keys::BREAKER, &entry.value)?, entry.modified)),
            None => Ok((Breaker::default(), Revision::ABSENT)),
        }
    }

    /// Reads the measurements of a rollout.
    ///
    /// # Errors
    /// Fails if it can't be read.
    pub(crate) async fn measured(&self, id: &RolloutId) -> Result<Option<Measured>, Error> {
        let Some(entry) = self.engine.get(keys::measured(id)).await? else {
            return Ok(None);
        };
        let measured: Measured = decode(&format!("measured/{id}"), &entry.value)?;
        let slices: Vec<ClosedSlice> = self
            .all(keys::slices(id), |entry| decode("a slice", &entry.value))
            .await?;
        Ok(Some(measured.with_slices(slices)))
    }

    /// Reads up to `count` entries of a rollout's audit after number `after`, oldest first.
    ///
    /// # Errors
    /// Fails if they can't be read.
    pub(crate) async fn audit(
        &self,
        id: &RolloutId,
        after: u64,
        count: usize,
    ) -> Result<Vec<AuditEntry>, Error> {
        let page = self
            .engine
            .range(keys::audits_after(id, after).limit(count))
            .await?;
        let entries = page.entries.iter();
        entries
            .map(|entry| decode("an audit entry", &entry.value))
            .collect()
    }

    pub(super) async fn all<T>(
        &self,
        range: Range,
        read: impl Fn(Entry) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        let mut rest = Some(range);
        while let Some(range) = rest {
            let page = self.engine.range(range.clone()).await?;
            rest = range.after(&page);
            for entry in page.entries {
                found.push(read(entry)?);
            }
        }
        Ok(found)
    }
}
