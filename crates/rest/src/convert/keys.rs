//! API keys.

use vortex_proto::access::v1 as proto;

use super::mirror;
use crate::{Key, KeyAnswer, KeyCreated, KeyGrant, KeyRevoked, KeyRotated, KeyState, Keys};

mirror! {
    enum KeyState <= proto::KeyState { Active, Expired, Revoked }
    struct Keys <= proto::ListKeysResponse { keys, next_page_token, token }
    struct Key <= proto::Key {
        state(),
        id,
        name,
        grants,
        created_at,
        expires_at,
        revoked_at,
        rotated_from,
        created_by,
    }
    struct KeyGrant <=> proto::Grant { role, scopes }
    struct KeyAnswer <= proto::GetKeyResponse { description, token }
    struct KeyCreated <= proto::CreateKeyResponse { description, key, token, shown_before }
    struct KeyRotated <= proto::RotateKeyResponse { description, key, old, token, shown_before }
    struct KeyRevoked <= proto::RevokeKeyResponse { description, token }
}
