//! API keys: who may call, and what each may do.

use serde::{Deserialize, Serialize};

use crate::{answer::answers, name::names};

answers! {
    /// A page of keys, oldest first.
    pub struct Keys {
        /// The keys.
        pub keys: Vec<Key>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
        /// The log's position of the answer.
        pub token: String,
    }

    /// A key, as far as it is kept: its secret is not.
    pub struct Key {
        /// The part that is not secret: the 16 characters after `vx_`.
        #[cfg_attr(feature = "openapi", schema(example = "0123456789abcdef"))]
        pub id: String,
        /// Who its holder is. A key and what it was rotated to share it.
        #[cfg_attr(feature = "openapi", schema(example = "ci"))]
        pub name: String,
        /// What it may do.
        pub grants: Vec<KeyGrant>,
        /// How it stands.
        pub state: KeyState,
        /// When it was made.
        pub created_at: Option<String>,
        /// From when on it is refused; null if it does not expire.
        pub expires_at: Option<String>,
        /// Since when it is revoked; null if it is not.
        pub revoked_at: Option<String>,
        /// The id of the key that it replaces; empty if it replaces none.
        pub rotated_from: String,
        /// The principal that made it.
        pub created_by: String,
    }

    /// A key.
    pub struct KeyAnswer {
        /// Its description.
        pub description: Key,
        /// The log's position of the answer.
        pub token: String,
    }

    /// The key that was created.
    pub struct KeyCreated {
        /// Its description; null only where a repeated request is answered and its record is gone.
        pub description: Option<Key>,
        /// The key itself if the server made it, this once; empty else.
        pub key: String,
        /// The log's position of the key.
        pub token: String,
        /// Whether the server made the key when this request came first: it was in that answer, and
        /// can't be shown again.
        pub shown_before: bool,
    }

    /// The key that was made in place of another.
    pub struct KeyRotated {
        /// The new key's description; null only where a repeated request is answered and its record
        /// is gone.
        pub description: Option<Key>,
        /// The new key itself if the server made it, this once; empty else.
        pub key: String,
        /// The old key, which says when it expires; null if it is forgotten.
        pub old: Option<Key>,
        /// The log's position of the new key.
        pub token: String,
        /// Whether the server made the key when this request came first: it was in that answer, and
        /// can't be shown again.
        pub shown_before: bool,
    }

    /// The key that is revoked.
    pub struct KeyRevoked {
        /// Its description; null only where a repeated request is answered and the key is forgotten.
        pub description: Option<Key>,
        /// The log's position of the answer.
        pub token: String,
    }
}

names! {
    /// How a key stands.
    pub enum KeyState {
        /// It is valid.
        Active = "active",
        /// Its time is over.
        Expired = "expired",
        /// It was taken back.
        Revoked = "revoked",
    }
}

/// A role, and where it holds.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyGrant {
    /// The role: `reader`, `writer`, `operator`, `agent`, `peer` or `admin`.
    #[cfg_attr(feature = "openapi", schema(example = "reader"))]
    pub role: String,
    /// Where: patterns `[label:]application[/profile]`, such as `payments/**` or `*/prod`. `**` is
    /// everything, which can't be said otherwise.
    #[cfg_attr(
        feature = "openapi",
        schema(example = json!(["payments/**"]), min_items = 1, max_items = 64)
    )]
    pub scopes: Vec<String>,
}

/// A key to create. Whoever makes it sends `id` and `sha256`, so that the secret is never sent;
/// without them the server makes it, and shows it once.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewKey {
    /// Its name, unlike that of any key that is kept; its id when left out.
    #[cfg_attr(
        feature = "openapi",
        schema(example = "ci", min_length = 1, max_length = 128)
    )]
    pub name: Option<String>,
    /// What it may do: 64 scopes at most, of 8,192 bytes in all.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 64))]
    pub grants: Vec<KeyGrant>,
    /// From when on it is refused: a time such as `2026-01-02T03:04:05Z`, or how long it is valid,
    /// such as `90d`. Never when left out.
    #[cfg_attr(feature = "openapi", schema(example = "90d", max_length = 64))]
    pub expires: Option<String>,
    /// The id of the key that the caller made: the 16 characters after `vx_`. With `sha256`.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 16, max_length = 16, pattern = "^[0-9a-hjkmnp-tv-z]{16}$")
    )]
    pub id: Option<String>,
    /// The SHA-256 of the whole text of the key that the caller made, in hex. With `id`.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 64, max_length = 64, pattern = "^[0-9A-Fa-f]{64}$")
    )]
    pub sha256: Option<String>,
    /// As the header `Idempotency-Key`.
    pub request_id: Option<String>,
}
