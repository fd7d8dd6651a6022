//! Any past of documents and labels.

use super::*;
use crate::domain::{
    LabelPast, Moment, OverrideTarget, Past, PastCommit, PastOverride, Shown, ShownCanary,
};

pub(super) fn past() -> impl Strategy<Value = Past> {
    (vec(moment(), 0..3), bool::ANY).prop_map(|(moments, trimmed)| Past { moments, trimmed })
}

fn moment() -> impl Strategy<Value = Moment> {
    let canary =
        (split_id(), of(shown())).prop_map(|(by, shown)| Box::new(ShownCanary { by, shown }));
    (seq(), time(), of(shown()), of(canary)).prop_map(|(since, at, stable, canary)| Moment {
        since,
        at,
        stable,
        canary,
    })
}

fn shown() -> impl Strategy<Value = Shown> {
    (version_name(), of(hash())).prop_map(|(name, sha256)| Shown { name, sha256 })
}

/// Its overrides are of no label: they are kept with the one that they were of.
pub(super) fn label_past() -> impl Strategy<Value = LabelPast> {
    let commit = (seq(), of(version_name())).prop_map(|(since, name)| PastCommit { since, name });
    let ended = (
        "[a-z]{1,6}",
        "[a-z]{1,6}",
        hash(),
        (seq(), time()),
        (seq(), time()),
    );
    let ended = ended.prop_map(|(app, profile, sha256, (since, at), (until, ended_at))| {
        let of = AppProfile {
            app: App::trusted(&app),
            profile: Profile::trusted(&profile),
        };
        let label = Label::main();
        PastOverride {
            target: OverrideTarget { label, of },
            sha256,
            since,
            at,
            until,
            ended_at,
        }
    });
    (vec(commit, 0..3), vec(ended, 0..3))
        .prop_map(|(commits, overrides)| LabelPast { commits, overrides })
}
