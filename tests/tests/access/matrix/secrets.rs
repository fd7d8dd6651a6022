//! What must not be said by anybody.

use vortex_access::ApiKey;

/// The secrets of a test.
#[derive(Default)]
pub(super) struct Secrets(Vec<Secret>);

struct Secret {
    id: String,
    /// All of the key but its id.
    text: String,
    /// Its SHA-256, in hex.
    hash: String,
}

impl Secrets {
    /// Keeps an eye on these keys.
    pub(super) fn of<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        Self(keys.into_iter().map(Secret::of).collect())
    }

    /// Fails if a text holds any of them.
    pub(super) fn are_not_in(&self, place: &str, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        for Secret {
            id,
            text: secret,
            hash,
        } in &self.0
        {
            assert!(!text.contains(secret), "{place} holds the secret of {id}");
            assert!(!text.contains(hash), "{place} holds the hash of {id}");
        }
    }
}

impl Secret {
    fn of(key: &str) -> Self {
        let parsed: ApiKey = key.parse().unwrap();
        let id = parsed.id().to_string();
        let (_, secret) = key.split_once(&id).unwrap();
        let hash = parsed.hash();
        Self {
            text: secret.trim_start_matches('_').to_owned(),
            hash: hash.as_bytes().iter().map(|b| format!("{b:02x}")).collect(),
            id,
        }
    }
}
