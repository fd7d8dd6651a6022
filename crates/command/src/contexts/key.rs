//! The API key a context holds.

use std::fmt;

use serde::{Deserialize, Serialize};
use vortex_access::{ApiKey, InvalidKey};

/// An API key in the file of contexts. What is displayed of it is its id: `vx_<id>_…`.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Key(ApiKey);

impl Key {
    /// The key itself, for the server it is for.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl From<ApiKey> for Key {
    fn from(key: ApiKey) -> Self {
        Self(key)
    }
}

impl TryFrom<String> for Key {
    type Error = InvalidKey;

    fn try_from(text: String) -> Result<Self, InvalidKey> {
        text.parse().map(Self)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.expose().to_owned()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.hash() == other.0.hash()
    }
}

impl Eq for Key {}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text without the secrets of the keys in it: a message about a file may quote what it holds.
pub(super) fn without_secrets(text: &str) -> String {
    let mut parts = text.split("vx_");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_of_key = |char: char| char.is_alphanumeric() || char == '_';
        shown.push_str("vx_…");
        shown.push_str(part.trim_start_matches(is_of_key));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ApiKey {
        ApiKey::from_random([7; 10], [9; 32])
    }

    #[test]
    fn what_is_shown_of_a_key_is_its_id() {
        let shown = format!("vx_{}_…", key().id());
        assert_eq!(Key(key()).to_string(), shown);
        assert_eq!(format!("{:?}", Key(key())), shown);
        assert_eq!(Key(key()).expose(), key().expose());
    }

    #[test]
    fn a_message_has_no_secret_in_it() {
        let key = key();
        let told = format!("a string {:?}, and vx_{}", key.expose(), "é_abc, vx_");
        assert_eq!(without_secrets(&told), "a string \"vx_…\", and vx_…, vx_…");
        assert_eq!(without_secrets("nothing"), "nothing");
    }
}
