//! Shows the freezes in force in `/health`.

use std::sync::Arc;

use imbl::OrdMap;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use vortex_kit::health::Health;

use crate::{
    configuration::Configuration,
    domain::{Freeze, FreezeId, Frozen},
};

/// Freezes that `/health` lists at most.
const LISTED: usize = 10;
/// The name of the freezes in `/health`.
const CHECK: &str = "freezes";

type Freezes = OrdMap<FreezeId, Arc<Freeze>>;

/// Shows the freezes until `stop` fires.
pub(super) async fn run(
    configuration: Arc<Configuration>,
    health: Health,
    stop: CancellationToken,
) {
    let mut heads = configuration.heads();
    let mut shown = Freezes::new();
    loop {
        heads.mark_unchanged();
        let freezes = &configuration.state().freezes;
        if !freezes.ptr_eq(&shown) {
            health.report(CHECK, told(freezes));
            shown = freezes.clone();
        }
        tokio::select! {
            () = stop.cancelled() => break,
            changed = heads.changed() => if changed.is_err() {
                break;
            },
        }
    }
}

fn told(freezes: &Freezes) -> Value {
    let listed = freezes.values().take(LISTED).map(|freeze| {
        let apps = match &freeze.scope.apps {
            Frozen::All => Vec::new(),
            Frozen::Apps(apps) => apps.iter().map(ToString::to_string).collect(),
        };
        json!({
            "id": freeze.id.to_string(),
            "all": freeze.scope.apps == Frozen::All,
            "apps": apps,
            "label": freeze.scope.label.as_ref().map(ToString::to_string),
            "reason": freeze.reason,
            "since": freeze.since.to_string(),
            "until": freeze.until.map(|until| until.to_string()),
        })
    });
    json!({"count": freezes.len(), "first": listed.collect::<Vec<_>>()})
}
