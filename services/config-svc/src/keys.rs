//! The cluster's keys, as this service verifies by them: those of its own state, so that a key is
//! good from the moment its creation is answered, and dead from the moment its end is.

use std::{fmt, sync::Arc, time::Duration};

use imbl::OrdMap;
use jiff::Timestamp;
use tokio::sync::watch;
use vortex_access::{ApiKey, KeyId, Now, Principal, Unverified, verify};
use vortex_kit::{access::Keys, process::Runtime};

use crate::{
    configuration::Configuration,
    domain::{Key, Seq},
};

/// The keys in the state of a configuration.
pub(crate) struct OwnKeys {
    configuration: Arc<Configuration>,
    changed: watch::Sender<u64>,
}

impl OwnKeys {
    /// The keys of `configuration`, and a task that tells when any has changed.
    pub(crate) fn follow(configuration: &Arc<Configuration>, runtime: &Runtime) -> Arc<Self> {
        let keys = Arc::new(Self {
            configuration: configuration.clone(),
            changed: watch::Sender::new(0),
        });
        let told = keys.clone();
        let heads = configuration.heads();
        runtime
            .lifecycle
            .spawn_stoppable("keys", |stop| async move {
                stop.run_until_cancelled(told.tell(heads)).await;
            });
        keys
    }

    async fn tell(&self, mut heads: watch::Receiver<Seq>) {
        let mut known: OrdMap<KeyId, Arc<Key>> = self.configuration.state().keys.clone();
        while heads.changed().await.is_ok() {
            let keys = self.configuration.state().keys.clone();
            if !known.ptr_eq(&keys) {
                known = keys;
                self.changed.send_modify(|version| *version += 1);
            }
        }
    }
}

impl fmt::Debug for OwnKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnKeys").finish_non_exhaustive()
    }
}

impl Keys for OwnKeys {
    fn verify(
        &self,
        presented: &ApiKey,
        now: Now,
    ) -> Result<(Principal, Option<Timestamp>), Unverified> {
        let state = self.configuration.state();
        let stored = state.keys.get(&presented.id()).map(|key| &key.stored);
        let principal = verify(stored, presented, now.wall)?;
        Ok((principal, stored.and_then(|stored| stored.expires)))
    }

    /// The log's head: what was verified by a state holds while that is the state.
    fn revision(&self, _monotonic: Duration) -> Option<u64> {
        Some(self.configuration.state().head.0)
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
