//! Any freezes, overrides and API keys.

use vortex_access::{Grant, KeyHash, KeyId, Kind, Principal, Role, StoredKey};

use super::*;
use crate::domain::{
    FreezeEnd, FreezeId, FreezeScope, Frozen, KeyRotation, OverrideEnd, OverrideId, OverrideTarget,
    OverrideValues,
};

pub(super) fn freeze() -> impl Strategy<Value = Freeze> {
    let apps = prop_oneof![
        Just(Frozen::All),
        vec("[a-z]{1,6}", 1..3)
            .prop_map(|apps| Frozen::Apps(apps.iter().map(|app| App::trusted(app)).collect())),
    ];
    let scope = (apps, of(label())).prop_map(|(apps, label)| FreezeScope { apps, label });
    let texts = (text(), text(), text());
    (seq(), scope, texts, time(), of(time())).prop_map(|(seq, scope, texts, since, until)| {
        let (reason, by, author) = texts;
        Freeze {
            id: FreezeId(seq),
            scope,
            reason,
            by,
            author,
            since,
            until,
        }
    })
}

pub(super) fn freeze_end() -> impl Strategy<Value = FreezeEnd> {
    let ids = vec(seq().prop_map(FreezeId), 0..3);
    (ids, bool::ANY, text(), text()).prop_map(|(ids, expired, reason, author)| FreezeEnd {
        ids,
        expired,
        reason,
        author,
    })
}

fn override_target() -> impl Strategy<Value = OverrideTarget> {
    (label(), "[a-z]{1,6}", "[a-z]{1,6}").prop_map(|(label, app, profile)| OverrideTarget {
        label,
        of: AppProfile {
            app: App::trusted(&app),
            profile: Profile::trusted(&profile),
        },
    })
}

pub(super) fn override_set() -> impl Strategy<Value = Override> {
    let values = "[ -~]{0,20}".prop_map(|json| OverrideValues::trusted(&json));
    let texts = (text(), text(), text());
    (seq(), override_target(), values, texts, time(), time()).prop_map(
        |(seq, target, values, texts, since, expires_at)| {
            let (reason, by, author) = texts;
            Override {
                id: OverrideId(seq),
                target,
                values,
                reason,
                by,
                author,
                since,
                expires_at,
            }
        },
    )
}

pub(super) fn override_end() -> impl Strategy<Value = OverrideEnd> {
    let which = vec((seq().prop_map(OverrideId), override_target()), 0..3);
    (which, bool::ANY, text(), text()).prop_map(|(which, expired, reason, author)| OverrideEnd {
        which,
        expired,
        reason,
        author,
    })
}

fn key_id() -> impl Strategy<Value = KeyId> {
    "[0-9a-hjkmnp-tv-z]{16}".prop_map(|id| id.parse().unwrap())
}

pub(super) fn key() -> impl Strategy<Value = Key> {
    let scopes = vec(
        select(vec!["**", "payments/**", "*/prod", "eu/**:a/b"]),
        1..3,
    );
    let grant = (select(Role::ALL.to_vec()), scopes);
    let grant = grant.prop_map(|(role, scopes)| Grant::parse(role, scopes).unwrap());
    let whose = (key_id(), "[a-z]{1,6}", vec(grant, 1..3));
    let times = (time(), of(time()), of(time()));
    (whose, any::<[u8; 32]>(), times, of(key_id()), text()).prop_map(
        |((id, name, grants), hash, (created, expires, revoked), rotated_from, by)| Key {
            stored: StoredKey {
                id,
                hash: KeyHash::from_bytes(hash),
                principal: Principal::new(Kind::Key(id), name.parse().unwrap(), grants),
                created,
                expires,
                revoked,
                rotated_from,
            },
            by,
        },
    )
}

pub(super) fn rotation() -> impl Strategy<Value = KeyRotation> {
    (key(), key_id(), time()).prop_map(|(mut key, old, old_expires)| {
        key.stored.rotated_from = Some(old);
        KeyRotation {
            old,
            old_expires,
            key: Arc::new(key),
        }
    })
}
