//! Any freezes and overrides.

use super::*;
use crate::domain::{
    FreezeEnd, FreezeId, FreezeScope, Frozen, OverrideEnd, OverrideId, OverrideTarget,
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
