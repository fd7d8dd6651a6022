//! Folds records of API keys. Each lets go of the keys that ended long before it.

use std::sync::Arc;

use jiff::Timestamp;
use vortex_access::{KeyId, StoredKey};

use super::super::{Key, KeyRotation, Outcome, Record, State};

impl State {
    pub(super) fn apply_key(&mut self, record: &Record, key: &Arc<Key>) -> Outcome {
        self.forget_keys(record.time.wall);
        self.restore_key(key.clone());
        Outcome::of_key(record.seq)
    }

    pub(super) fn apply_key_rotation(
        &mut self,
        record: &Record,
        rotation: &KeyRotation,
    ) -> Outcome {
        self.forget_keys(record.time.wall);
        self.change_key(rotation.old, |old| StoredKey {
            expires: Some(rotation.old_expires),
            ..old.clone()
        });
        self.restore_key(rotation.key.clone());
        Outcome::of_key(record.seq)
    }

    pub(super) fn apply_key_revocation(&mut self, record: &Record, id: KeyId) -> Outcome {
        self.forget_keys(record.time.wall);
        self.change_key(id, |key| key.revoke(record.time.wall));
        Outcome::of_key(record.seq)
    }

    /// Restores a key.
    pub fn restore_key(&mut self, key: Arc<Key>) {
        self.keys.insert(key.stored.id, key);
    }

    fn change_key(&mut self, id: KeyId, change: impl FnOnce(&StoredKey) -> StoredKey) {
        if let Some(key) = self.keys.get(&id) {
            let changed = Key {
                stored: change(&key.stored),
                by: key.by.clone(),
            };
            self.restore_key(Arc::new(changed));
        }
    }

    fn forget_keys(&mut self, now: Timestamp) {
        let forgotten = self.keys.values().filter(|key| key.is_forgotten(now));
        let forgotten: Vec<KeyId> = forgotten.map(|key| key.stored.id).collect();
        for id in forgotten {
            self.keys.remove(&id);
        }
    }
}
