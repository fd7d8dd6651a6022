//! The keys that a service verifies by.

use std::{
    fmt::Debug,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::watch;
use vortex_access::{ApiKey, KeyId, KeyRing, Now, Principal, StoredKey, Unverified};

/// Where a service finds the cluster's keys.
pub trait Keys: Debug + Send + Sync + 'static {
    /// Who shows this key, and until when it is valid at most.
    ///
    /// # Errors
    /// The key is refused, or nobody can say.
    fn verify(
        &self,
        presented: &ApiKey,
        now: Now,
    ) -> Result<(Principal, Option<Timestamp>), Unverified>;

    /// Counts what the keys have been: a key that was verified holds while this stays the same, until
    /// its own end. None while nobody can say.
    fn revision(&self, monotonic: Duration) -> Option<u64>;

    /// Told when any key has changed.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// Keys that are held in memory, by whoever is told of them: config-svc by its own log, others by
/// its watch.
#[derive(Debug)]
pub struct HeldKeys {
    ring: RwLock<KeyRing>,
    /// Raised after each change, while the ring is locked.
    revision: AtomicU64,
    /// Until when the ring is believed, in milliseconds of the monotonic clock.
    believed: AtomicU64,
    changed: watch::Sender<u64>,
}

impl Default for HeldKeys {
    fn default() -> Self {
        Self {
            ring: RwLock::default(),
            revision: AtomicU64::new(0),
            believed: AtomicU64::new(0),
            changed: watch::Sender::new(0),
        }
    }
}

impl HeldKeys {
    /// Takes all keys at once.
    pub fn replace(&self, keys: impl IntoIterator<Item = StoredKey>, monotonic: Duration) {
        self.change(|ring| ring.replace(keys, monotonic));
    }

    /// Takes a key that was made or has changed.
    pub fn put(&self, key: StoredKey) {
        self.change(|ring| ring.put(key));
    }

    /// Forgets a key.
    pub fn remove(&self, id: KeyId) {
        self.change(|ring| ring.remove(id));
    }

    /// Notes that the keys are those of the cluster now.
    pub fn confirm(&self, monotonic: Duration) {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        ring.confirm(monotonic);
        self.note_belief(&ring);
    }

    fn note_belief(&self, ring: &KeyRing) {
        let until = ring.believed_until().unwrap_or_default().as_millis();
        let until = u64::try_from(until).unwrap_or(u64::MAX);
        self.believed.store(until, Ordering::Release);
    }

    fn change(&self, change: impl FnOnce(&mut KeyRing)) {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut ring);
        self.note_belief(&ring);
        self.revision.fetch_add(1, Ordering::Release);
        drop(ring);
        self.changed.send_modify(|version| *version += 1);
    }
}

impl Keys for HeldKeys {
    fn verify(
        &self,
        presented: &ApiKey,
        now: Now,
    ) -> Result<(Principal, Option<Timestamp>), Unverified> {
        let ring = self.ring.read().unwrap_or_else(PoisonError::into_inner);
        let principal = ring.verify(presented, now)?;
        Ok((principal, ring.expires(presented.id())))
    }

    fn revision(&self, monotonic: Duration) -> Option<u64> {
        let believed = Duration::from_millis(self.believed.load(Ordering::Acquire));
        (monotonic < believed).then(|| self.revision.load(Ordering::Acquire))
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}
