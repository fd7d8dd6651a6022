//! What a webhook is told of a slice.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{
    domain::{
        Webhook,
        analysis::{Application, Tally},
    },
    gates::subject::Subject,
};

/// The most paths that are told.
const LISTED_PATHS: usize = 100;

/// The JSON that a webhook is sent.
pub(super) fn of(id: &str, webhook: &Webhook, app: &Application, subject: &Subject<'_>) -> Bytes {
    let (rollout, round) = (subject.rollout, subject.round);
    let spec = &rollout.spec;
    let open = round.applications.get(app).copied().unwrap_or_default();
    let stable = round.has_stable.then(|| tally(open.stable));
    let stage = rollout.stage().map(|stage| {
        let index = rollout.state().stage();
        json!({"index": index, "name": stage.name, "percentage": stage.share.percentage()})
    });
    let told = json!({
        "id": id,
        "gate": webhook.name,
        "rollout": spec.id.as_str(),
        "app": app.as_str(),
        "profile": spec.profile_of(app.as_str()),
        "label": spec.label,
        "change": spec.change,
        "paths": spec.paths.iter().take(LISTED_PATHS).collect::<Vec<_>>(),
        "canary_version": spec.change,
        "stable_version": spec.from_version,
        "stage": stage,
        "share_in_force": rollout.state().in_force().percentage(),
        "generation": round.generation,
        "time": subject.now.to_string(),
        "figures": {"canary": tally(open.canary), "stable": stable},
    });
    told.to_string().into()
}

fn tally(tally: Tally) -> Value {
    json!({"requests": tally.requests, "errors": tally.errors})
}
